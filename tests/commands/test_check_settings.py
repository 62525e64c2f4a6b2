from pathlib import Path

import pytest
from command_line import EXAMPLE, Put, Run, ids, report, with_key

from wsconform.commands.shell import Exit


def test_the_project_file_is_heard(run: Run, put: Put) -> None:
    put("infra/template.yaml", with_key("publish"))
    put(
        "infra/pyproject.toml",
        '[tool.wsconform]\nselect = ["key-*"]\nchecks = ["../pack"]\nseverity = {key-is-short = "note"}',
    )
    result = run("check", "infra/template.yaml", "--format=json")
    assert [(one["id"], one["severity"]) for one in report(result)["findings"]] == [("key-is-short", "note")]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--select", "key-is-shrt"],
            '--select: there is no check or probe "key-is-shrt"; did you mean "key-is-short"?',
        ),
        (
            ["--ignore", "key-is-shrt=why"],
            '--ignore: there is no check or probe "key-is-shrt"; did you mean "key-is-short"?',
        ),
        (
            ["--severity", "key-is-shrt=note"],
            '--severity: there is no check "key-is-shrt"; did you mean "key-is-short"?',
        ),
        (["--severity", "key-is-short=eror"], '--severity: there is no severity "eror"; did you mean "error"?'),
        (["--ignore", "key-is-short"], '--ignore takes NAME=REASON, and "key-is-short" is none'),
        (["--ignore", "key-is-short= "], '--ignore: "key-is-short" is ignored without a reason'),
        (["--parameter", "Env"], '--parameter takes NAME=VALUE, and "Env" is none'),
        (["--checks", "nowhere"], 'the check folder "'),
        (["--baseline", "nowhere.json"], "does not exist; make it with --write-baseline"),
        (["--samconfig-env", "prd"], 'samconfig.toml: there is no environment "prd"; did you mean "prod"?'),
        (["--formt", "json"], "No such option"),
        (["--format", "xml"], "is not one of"),
    ],
)
def test_what_does_not_exist_is_a_usage_error(args: list[str], message: str, run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("samconfig.toml", "[prod.deploy.parameters]")
    result = run("check", "template.yaml", None, *args)
    assert result.exit_code == Exit.FAILED
    assert message in result.stderr
    assert result.stdout == ""


def test_a_project_file_with_an_unknown_name_says_where(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("wsconform.toml", 'ignore = { target-in-same-apis = "why" }')
    result = run("check", "template.yaml")
    assert result.exit_code == Exit.FAILED
    assert 'wsconform.toml: ignore: there is no check or probe "target-in-same-apis"; did you mean' in result.stderr


def test_options_take_one_value_each(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    assert run("check", "--checks", "pack", "--select", "key-is-quiet", "template.yaml").exit_code == Exit.SOUND


ENVIRONMENTS = "Parameters:\n  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}\n" + with_key(
    "!If [IsProd, publish, send]"
).replace("Resources:\n", "Conditions:\n  IsProd: !Equals [!Ref Env, prod]\nResources:\n", 1)


def test_parameters_choose_the_world(run: Run, put: Put) -> None:
    put("template.yaml", ENVIRONMENTS)
    everywhere = report(run("check", "template.yaml", "--format=json", None))
    assert [one["worlds"] for one in everywhere["findings"]] == [["IsProd is true"]]
    assert ids(run("check", "template.yaml", "--parameter", "Env=dev", "--format=json", None)) == []
    in_prod = report(run("check", "template.yaml", "--parameter", "Env=prod", "--format=json", None))
    assert [one["worlds"] for one in in_prod["findings"]] == [[]]
    put("samconfig.toml", '[default.deploy.parameters]\nparameter_overrides = "Env=dev"')
    assert ids(run("check", "template.yaml", "--format=json", None)) == []
    assert ids(run("check", "template.yaml", "--parameter", "Env=prod", "--format=json", None)) == ["key-is-short"]


def test_a_parameter_that_no_template_has_is_refused(run: Run, put: Put) -> None:
    put("template.yaml", ENVIRONMENTS)
    put("other.yaml", EXAMPLE)
    result = run("check", "other.yaml", "template.yaml", "--parameter", "Emv=dev", None)
    assert result.exit_code == Exit.FAILED
    assert '--parameter: there is no parameter "Emv"; did you mean "Env"?' in result.stderr
    assert run("check", "other.yaml", "template.yaml", "--parameter", "Env=dev", None).exit_code == Exit.SOUND
    put("samconfig.toml", '[default.deploy.parameters]\nparameter_overrides = "Emv=dev"')
    assert run("check", "template.yaml", None).exit_code == Exit.FINDINGS


def test_a_value_that_the_template_does_not_allow_is_refused(run: Run, put: Put) -> None:
    put("template.yaml", ENVIRONMENTS)
    result = run("check", "template.yaml", "--parameter", "Env=stage", None)
    assert result.exit_code == Exit.FAILED
    assert 'parameter "Env" is given "stage", and allows "dev", "prod"' in result.stderr


def test_each_value_of_a_list_must_be_allowed(run: Run, put: Put) -> None:
    listed = "Parameters:\n  Zones: {Type: CommaDelimitedList, Default: 'a,b', AllowedValues: [a, b]}\n"
    put("template.yaml", listed + EXAMPLE)
    assert run("check", "template.yaml", "--parameter", "Zones=a, b", None).exit_code == Exit.SOUND
    result = run("check", "template.yaml", "--parameter", "Zones=a,c", None)
    assert 'parameter "Zones" is given "c"' in result.stderr


# Suppression and baseline


def test_an_ignored_check_is_suppressed_with_its_reason(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    result = run("check", "template.yaml", "--ignore", "key-*=agreed = yes", "--format=json", None)
    assert result.exit_code == Exit.SOUND
    assert ids(result) == []
    assert [one["reason"] for one in report(result)["suppressed"]] == ["agreed = yes"]
    assert result.stderr == ""


def test_what_is_ignored_for_nothing_is_told(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("wsconform.toml", 'ignore = { key-is-short = "why", target-in-same-api = "why" }\nchecks = ["pack"]')
    result = run("check", "template.yaml", None)
    assert result.stderr == 'note: wsconform.toml: ignore: "key-is-short" suppresses nothing in what was checked\n'
    assert result.exit_code == Exit.SOUND
    assert run("check", "pack", None).stderr == "no WebSocket API in pack\n"


def test_an_unused_suppression_is_a_warning(run: Run, put: Put) -> None:
    put("template.yaml", with_key("send # wsconform: ignore[key-is-short] agreed"))
    result = run("check", "template.yaml", "--format=json", None)
    assert [(one["id"], one["severity"]) for one in report(result)["findings"]] == [("suppression-is-used", "warning")]
    assert ids(run("check", "template.yaml", "--checks=pack", "--select=key-*", "--format=json")) == []


def test_a_baseline_is_written_and_then_hides(run: Run, put: Put) -> None:
    template = put("template.yaml", with_key("publish"))
    written = run("check", "template.yaml", "--write-baseline", "known.json", None)
    assert written.exit_code == Exit.SOUND
    assert written.stderr == "findings listed in known.json: 1\n"
    hidden = run("check", "template.yaml", "--baseline", "known.json", "--format=json", None)
    assert hidden.exit_code == Exit.SOUND
    assert [one["reason"] for one in report(hidden)["suppressed"]] == ["in the baseline"]
    assert hidden.stderr == ""
    template.write_text(with_key("PUBLISH"))
    both = run("check", "template.yaml", "--baseline", "known.json", "--strict", "--format=json", None)
    assert ids(both) == ["key-is-quiet"]
    assert both.exit_code == Exit.FINDINGS
    template.write_text(EXAMPLE)
    mended = run("check", "template.yaml", "--baseline", "known.json", None)
    assert mended.exit_code == Exit.SOUND
    assert mended.stderr == (
        "note: 1 entry of the baseline is no longer found: "
        "key-is-short at Resources/SendRoute/Properties/RouteKey in template.yaml; "
        "write it anew with --write-baseline\n"
    )


def test_a_baseline_is_written_anew_over_the_one_in_use(run: Run, put: Put) -> None:
    put("wsconform.toml", 'baseline = "known.json"')
    put("template.yaml", with_key("publish"))
    assert run("check", "template.yaml", "--write-baseline", "known.json", None).exit_code == Exit.SOUND
    first = Path("known.json").read_text()
    assert run("check", "template.yaml", "--write-baseline", "known.json", None).exit_code == Exit.SOUND
    assert Path("known.json").read_text() == first
    assert run("check", "template.yaml", None).exit_code == Exit.SOUND


def test_no_baseline_is_written_of_half_a_run(run: Run, put: Put) -> None:
    put("good.yaml", with_key("publish"))
    put("bad.yaml", "Resources: [")
    result = run("check", "good.yaml", "bad.yaml", "--write-baseline", "known.json", None)
    assert result.exit_code == Exit.FAILED
    assert "known.json is not written" in result.stderr
    assert not Path("known.json").exists()
