import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wsconform.check.packs import builtin_folder
from wsconform.cli import main
from wsconform.commands.shell import Exit, terminal_width

EXAMPLE = (builtin_folder() / "example.yaml").read_text()
ROOT = Path(__file__).parents[1]
PACK = """
from wsconform.check import Fault, Inconclusive, Severity, check
from wsconform.wiring.model import Route

def about(name, severity):
    return check(name, on=Route, severity=severity, area="routes", why="it is a test", source="here")

@about("key-is-short", Severity.ERROR)
def key_is_short(route):
    \"\"\"A route key has at most four letters.\"\"\"
    if len(route.key) > 4 and not route.key.startswith("$"):
        yield Fault(at=route.at("RouteKey"), message=f"{route.label} has a long key", fix="shorten it")

@about("key-is-quiet", Severity.WARNING)
def key_is_quiet(route):
    \"\"\"A route key has no capitals.\"\"\"
    if route.key != route.key.lower():
        yield Fault(at=route.at("RouteKey"), message=f"{route.label} has a loud key")
"""
OURS = ("--checks", "pack", "--select", "key-*", "--select", "suppression-*")
NO_API = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
HTTP_API = "Resources:\n  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}\n"

Run = Callable[..., Result]
Put = Callable[[str, str], Path]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Writes a file below the current folder, which has a pack of checks in it."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    write("pack/keys.py", PACK)
    return write


@pytest.fixture
def run(put: Put) -> Run:  # noqa: ARG001 (makes the folder)
    """Runs `wsconform` with some arguments, where `None` stands for the options that choose our checks."""

    def invoke(*args: str | None) -> Result:
        return CliRunner().invoke(main, [word for arg in args for word in (OURS if arg is None else (arg,))])

    return invoke


def with_key(key: str) -> str:
    return EXAMPLE.replace("RouteKey: send", f"RouteKey: {key}")


def report(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def ids(result: Result) -> list[str]:
    return [one["id"] for one in report(result)["findings"]]


# What a run says, and how it ends


def test_a_sound_template_ends_well(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.SOUND
    assert result.stdout == "template.yaml: ChatApi is wired: 2 checks passed\n"
    assert result.stderr == ""


def test_an_error_fails_and_shows_its_place(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    result = run("check", "template.yaml", None)
    line = with_key("publish").splitlines().index("      RouteKey: publish") + 1
    assert result.exit_code == Exit.FINDINGS
    assert "error[key-is-short]: SendRoute has a long key" in result.stdout
    assert f"--> template.yaml:{line}:17" in result.stdout
    assert "\033[" not in result.stdout


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ([], Exit.SOUND),
        (["--strict"], Exit.FINDINGS),
        (["--fail-on", "warning"], Exit.FINDINGS),
        (["--severity", "key-is-quiet=error"], Exit.FINDINGS),
        (["--severity", "key-*=note", "--strict"], Exit.SOUND),
        (["--severity", "key-is-quiet=note", "--severity", "key-*=error", "--fail-on", "warning"], Exit.SOUND),
        (["--severity", "key-*=note", "--fail-on", "note"], Exit.FINDINGS),
    ],
)
def test_the_level_that_fails(args: list[str], code: Exit, run: Run, put: Put) -> None:
    put("template.yaml", with_key("SEND"))
    result = run("check", "template.yaml", "--format", "json", None, *args)
    assert ids(result) == ["key-is-quiet"]
    assert result.exit_code == code


def test_the_json_report_has_the_promised_form(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    data = report(run("check", "template.yaml", "--format=json", None))
    assert data["version"] == 1
    (finding,) = data["findings"]
    assert {"line", "column", "message", "why", "fix", "docs", "worlds"} <= finding.keys()
    assert {key: finding[key] for key in ("id", "severity", "template", "api", "resource", "path")} == {
        "id": "key-is-short",
        "severity": "error",
        "template": "template.yaml",
        "api": "ChatApi",
        "resource": "SendRoute",
        "path": "Resources/SendRoute/Properties/RouteKey",
    }
    assert data["summary"]["errors"] == 1


def test_colours_come_when_they_are_asked_for(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    assert "\033[" in run("check", "template.yaml", "--color", "always", None).stdout
    assert "\033[" not in run("check", "template.yaml", "--color", "never", None).stdout


def test_verbose_shows_what_is_suppressed(run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish # wsconform: ignore[key-is-short] agreed, TEAM-1"))
    assert "agreed, TEAM-1" not in run("check", "template.yaml", None).stdout
    assert "agreed, TEAM-1" in run("check", "-v", "template.yaml", None).stdout


# What cannot be checked


def test_an_unreadable_template_does_not_stop_the_others(run: Run, put: Put) -> None:
    put("good.yaml", with_key("publish"))
    put("bad.yaml", "Resources: [")
    result = run("check", "bad.yaml", "good.yaml", "--format=json", None)
    assert result.exit_code == Exit.FAILED
    assert ids(result) == ["key-is-short"]
    assert "--> bad.yaml:" in result.stderr
    in_text = run("check", "bad.yaml", "good.yaml", None)
    assert "error[key-is-short]" in in_text.stdout
    assert "bad.yaml" not in in_text.stdout
    assert in_text.stderr == result.stderr


def test_a_samconfig_that_cannot_be_read_stops_its_own_template_only(run: Run, put: Put) -> None:
    for folder in ("bad", "good"):
        put(f"{folder}/template.yaml", with_key("publish"))
    put("bad/nesting.yaml", "Resources:\n  Chat: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: x.yaml}}")
    put("bad/samconfig.toml", "default = [")
    result = run("check", ".", "--format=json", None)
    assert result.exit_code == Exit.FAILED
    assert ids(result) == ["key-is-short"]
    assert "bad/samconfig.toml: this is no TOML: " in result.stderr
    assert "--> bad/template.yaml" in result.stderr


@pytest.mark.parametrize("name", ["", "loop", "loop/template.yaml", "template.yaml/x"])
def test_names_that_lead_nowhere_are_said(name: str, run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    Path("loop").symlink_to("loop")
    result = run("check", name, None)
    assert result.exit_code == Exit.FAILED
    assert "rror" in result.stderr
    assert "internal" not in result.stderr


def test_a_file_that_is_not_there_is_told_with_the_nearest(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    result = run("check", "templat.yaml", None)
    assert result.exit_code == Exit.FAILED
    assert "there is no such file" in result.stderr
    assert 'did you mean "template.yaml"?' in result.stderr


def test_a_file_without_a_websocket_api_is_said_so(run: Run, put: Put) -> None:
    put("template.yaml", NO_API)
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.SOUND
    assert result.stdout == "template.yaml: no WebSocket API in it, so nothing was checked\n"
    assert result.stderr == ""
    as_json = run("check", "template.yaml", "--format=json", None)
    assert as_json.exit_code == Exit.SOUND
    assert report(as_json)["findings"] == []
    assert report(as_json)["templates"][0]["apis"] == []
    assert as_json.stderr == "no WebSocket API in template.yaml\n"


def test_a_folder_without_a_websocket_api_is_said_so(run: Run, put: Put) -> None:
    put("infra/template.yaml", HTTP_API)
    result = run("check", "infra", None)
    assert result.exit_code == Exit.SOUND
    assert result.stdout == ""
    assert result.stderr == "no WebSocket API in infra\n"


# Which templates


def test_the_templates_of_a_folder_are_told_by_what_they_hold(run: Run, put: Put) -> None:
    for name in ("b.yaml", "a/c.yml", "a/e.TEMPLATE"):
        put(name, EXAMPLE)
    api = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "chat", "ProtocolType": "WEBSOCKET"}}
    put("a/d.json", json.dumps({"Resources": {"Chat": api}}))
    put("notes.txt", EXAMPLE)
    put("topic.yaml", NO_API)
    put("values.yaml", "Resources: 3\nApi: AWS::Other\n")
    put("web.yaml", HTTP_API)
    for passed_over in (".aws-sam/build", "node_modules/x", ".venv", "env", "cdk.out/asset.1"):
        put(f"{passed_over}/template.yaml", EXAMPLE)
    put("env/pyvenv.cfg", "")
    put("cdk.out/manifest.json", "{}")
    put("cdk.out/Chat.template.yaml", EXAMPLE)
    put("assets/asset.1/template.yaml", EXAMPLE)
    Path("dangling.yaml").symlink_to("nowhere")
    paths = [one["path"] for one in report(run("check", ".", "--format=json", None))["templates"]]
    assert paths == [
        "b.yaml",
        "a/c.yml",
        "a/d.json",
        "a/e.TEMPLATE",
        "assets/asset.1/template.yaml",
        "cdk.out/Chat.template.yaml",
    ]


def test_a_built_template_is_checked_by_name(run: Run, put: Put) -> None:
    put(".aws-sam/build/template.yaml", with_key("publish"))
    assert run("check", ".aws-sam/build/template.yaml", None).exit_code == Exit.FINDINGS
    assert run("check", ".aws-sam/build", None).exit_code == Exit.FINDINGS
    assert run("check", ".", None).exit_code == Exit.SOUND


def test_a_template_is_checked_once_however_often_it_is_named(run: Run, put: Put) -> None:
    put("infra/template.yaml", with_key("publish"))
    result = run("check", "infra", "infra/template.yaml", "./infra/../infra/template.yaml", "--format=json", None)
    assert ids(result) == ["key-is-short"]


def test_a_nested_template_is_checked_as_part_of_the_one_that_nests_it(run: Run, put: Put) -> None:
    put("infra/chat.yaml", with_key("publish"))
    put(
        "infra/template.yaml",
        "Resources:\n  Chat: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./chat.yaml}}\n",
    )
    in_folder = report(run("check", "infra", "--format=json", None))
    assert [one["path"] for one in in_folder["templates"]] == ["infra/template.yaml"]
    assert [one["template"] for one in in_folder["findings"]] == ["infra/chat.yaml"]
    by_name = report(run("check", "infra", "infra/chat.yaml", "--format=json", None))
    assert [one["path"] for one in by_name["templates"]] == ["infra/template.yaml", "infra/chat.yaml"]


def test_templates_that_nest_one_another_are_not_lost(run: Run, put: Put) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        nested = f"  Other: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {other}.yaml}}}}\n"
        put(f"infra/{one}.yaml", with_key("publish") + nested)
    assert report(run("check", "infra", "--format=json", None))["templates"][0]["path"] == "infra/a.yaml"


# Settings


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


# The other commands


def test_checks_lists_those_of_all_packs(run: Run, put: Put) -> None:
    put("wsconform.toml", 'checks = ["pack"]\nseverity = { key-is-quiet = "note" }')
    listed = {line.split()[0]: line for line in run("checks").stdout.splitlines()}
    assert listed["key-is-quiet"].split(maxsplit=3)[1:] == ["note", "routes", "A route key has no capitals."]
    assert {"key-is-short", "target-in-same-api", "suppression-is-used"} <= listed.keys()
    as_data = json.loads(run("checks", "--format=json").stdout)
    assert [one["name"] for kind in ("checks", "probes") for one in as_data[kind]] == list(listed)
    assert listed["action-answered"].split()[1:3] == ["MUST", "routes"]
    assert all(one["summary"] and one["why"] and one["source"] for one in as_data["checks"])
    assert "\033[" in run("checks", "--color=always").stdout


def test_explain_pipes_the_page_as_it_is(run: Run) -> None:
    page = (builtin_folder() / "wiring" / "target_in_same_api.md").read_text()
    assert run("explain", "target-in-same-api").stdout == page
    assert run("explain", "suppression-is-used").stdout.startswith("# suppression-is-used\n")


def test_explain_knows_probes_too(run: Run) -> None:
    page = (builtin_folder() / "live" / "action_answered.md").read_text(encoding="utf-8")
    assert run("explain", "action-answered").stdout == page


def test_a_probe_that_is_selected_needs_a_stage(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    result = run("check", "--select", "action-*", "template.yaml")
    assert result.exit_code == Exit.FAILED
    assert result.stderr == 'error: --select: "action-*" is a probe, which needs a stage; no check is selected\n'
    assert run("check", "--ignore", "action-*=no time", "template.yaml").stderr == ""


def test_explain_sets_the_page_for_a_terminal(run: Run) -> None:
    shown = run("explain", "target-in-same-api", "--color=always").stdout
    assert "\033[" in shown
    assert "What it requires" in shown
    assert "## What it requires" not in shown


def test_explain_says_what_is_known_of_a_check_without_a_page(run: Run) -> None:
    shown = run("explain", "key-is-short", "--checks", "pack").stdout
    assert shown.startswith("# key-is-short\n\nA route key has at most four letters.\n")
    assert "it is a test" in shown


def test_explain_of_an_unknown_name_suggests_the_nearest(run: Run) -> None:
    for name, near in (("target-in-the-same-api", "target-in-same-api"), ("action-is-answered", "action-answered")):
        result = run("explain", name)
        assert result.exit_code == Exit.FAILED
        assert result.stderr == f'error: there is no check or probe "{name}"; did you mean "{near}"?\n'


@pytest.mark.parametrize(("name", "begins"), [("a.svg", "<svg"), ("a.HTML", "<!doctype html>"), ("a.mmd", "flowchart")])
def test_draw_writes_the_picture_that_the_name_asks_for(name: str, begins: str, run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    result = run("draw", "template.yaml", "-o", name)
    assert (result.exit_code, result.output) == (Exit.SOUND, "")
    assert Path(name).read_text().lstrip().startswith(begins)
    assert "publish" in Path(name).read_text()


def test_what_cannot_be_drawn_is_said(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("other.yaml", HTTP_API)
    result = run("draw", "template.yaml", "-o", "wiring.png")
    assert result.exit_code == Exit.FAILED
    assert 'must end in .svg, .html, .mmd, and is "wiring.png"' in result.stderr
    result = run("draw", "other.yaml", "-o", "wiring.svg")
    assert (result.exit_code, result.stderr) == (Exit.FAILED, "no WebSocket API in other.yaml\n")
    result = run("draw", "gone.yaml", "-o", "wiring.svg")
    assert result.exit_code == Exit.FAILED
    assert "gone.yaml: there is no such file" in result.stderr
    result = run("draw", "template.yaml", "-o", "nowhere/wiring.svg")
    assert (result.exit_code, result.stderr) == (
        Exit.FAILED,
        "error: nowhere/wiring.svg: No such file or directory\n",
    )
    result = run("draw", "template.yaml", "-o", "wiring.svg", "--parameter", "Env=prod")
    assert '--parameter: there is no parameter "Env"' in result.stderr
    Path("full.svg").symlink_to("/dev/full")
    result = run("draw", "template.yaml", "-o", "full.svg")
    assert (result.exit_code, result.stderr) == (
        Exit.FAILED,
        "error: full.svg: No space left on device\n",
    )


def test_an_unknown_command_suggests_the_nearest(run: Run) -> None:
    result = run("chek", "template.yaml")
    assert result.exit_code == Exit.FAILED
    assert 'there is no command "chek"; did you mean "check"?' in result.stderr
    assert run("--chek").exit_code == Exit.FAILED


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    shown = run("--help")
    assert shown.exit_code == Exit.SOUND
    assert all(f"\n  {name} " in shown.stdout for name in ("check", "checks", "explain", "draw"))
    assert "0 nothing found at the failing level, 1 findings, 2 could not run" in shown.stdout.replace("\n  ", " ")


# When things go wrong


def test_a_pack_that_cannot_be_imported_is_named(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("pack/broken.py", "import nothing_of_this_name")
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.FAILED
    assert "broken.py: ModuleNotFoundError" in result.stderr
    assert "Traceback" not in result.stderr


def test_ctrl_c_ends_with_one_line(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("pack/broken.py", "raise KeyboardInterrupt")
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.INTERRUPTED
    assert result.stderr == "interrupted\n"


def test_a_bug_is_said_in_words(run: Run, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("template.yaml", EXAMPLE)

    def broken(*_: object) -> None:
        raise RuntimeError("the moon is full")

    monkeypatch.setattr("wsconform.run.Checker.check", broken)
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.FAILED
    assert result.stderr.startswith("internal error: RuntimeError: the moon is full; please report it")
    assert "Traceback" not in result.stderr
    monkeypatch.setenv("WSCONFORM_DEBUG", "1")
    assert "Traceback" in run("check", "template.yaml", None).stderr


def test_it_can_be_called_as_a_function() -> None:
    assert main.main(["--version"], prog_name="wsconform", standalone_mode=False) == 0
    assert main.main(["check", os.devnull], standalone_mode=False) == Exit.FAILED


# As a process


def process(*args: str, folder: Path, **more: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 (subprocess's own)
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    env = {**os.environ, "PYTHONPATH": str(ROOT)} | more.pop("env", {})
    return subprocess.run(  # noqa: S603 (the tests' own interpreter)
        [sys.executable, "-m", "wsconform", *args], cwd=folder, text=True, check=False, env=env, **more
    )


def test_a_process_ends_with_the_code_of_its_report(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("publish"))
    done = process("check", "template.yaml", *OURS, folder=tmp_path)
    assert (done.returncode, done.stderr) == (Exit.FINDINGS, "")
    assert "error[key-is-short]" in done.stdout


def test_a_reader_that_goes_away_is_no_trouble(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = process("checks", folder=tmp_path, stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (Exit.PIPE_CLOSED, "")


def test_a_full_disk_is_said_once(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("publish"))
    with Path("/dev/full").open("w") as full:
        done = process("check", "template.yaml", "--format=json", *OURS, folder=tmp_path, stdout=full)
    assert (done.returncode, done.stderr) == (
        Exit.FAILED,
        "error: the output cannot be written: No space left on device\n",
    )
    done = process("check", "template.yaml", "--write-baseline", "/dev/full", *OURS, folder=tmp_path)
    assert done.returncode == Exit.FAILED
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_exit_code_does_when_nothing_can_be_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        for args in (["check", "gone.yaml"], ["check", "--unknown"], ["draw", "gone.yaml", "-o", "a.svg"]):
            assert process(*args, folder=tmp_path, stdout=full, stderr=full).returncode == Exit.FAILED


def test_what_is_said_of_settings_acts_on_no_terminal(put: Put, tmp_path: Path) -> None:
    put("wsconform.toml", 'severity = { "\\u001b[31m" = "note" }')
    done = process("checks", folder=tmp_path)
    assert done.returncode == Exit.FAILED
    assert 'there is no check "␛[31m"' in done.stderr


def test_any_name_can_be_written_in_any_encoding(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("p\N{RIGHTWARDS ARROW}blish"))
    env = {"PYTHONIOENCODING": "latin-1"}
    done = process("check", "template.yaml", *OURS, folder=tmp_path, env=env)
    assert done.returncode == Exit.FINDINGS
    assert "p\\u2192blish" in done.stdout
    strange = os.fsdecode(b"caf\xe9.yaml")
    assert process("check", strange, *OURS, folder=tmp_path).returncode == Exit.FAILED
    Path(tmp_path / strange).write_text(with_key("publish"))
    assert ids_of(process("check", strange, "--format=json", *OURS, folder=tmp_path)) == ["key-is-short"]


def test_a_folder_that_is_gone_is_said(put: Put, tmp_path: Path) -> None:
    put("template.yaml", EXAMPLE)
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@" check "$PWD/../template.yaml"'
    done = subprocess.run(  # noqa: S603 (the tests' own interpreter)
        ["/bin/sh", "-c", script, "sh", sys.executable, "-m", "wsconform"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (Exit.FAILED, "error: the current folder is gone\n")


def ids_of(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [one["id"] for one in json.loads(done.stdout)["findings"]]


def test_rich_and_pytest_are_not_imported_for_a_report(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("publish"))
    code = (
        "import sys; from wsconform.cli import main\n"
        f"code = main.main({['check', 'template.yaml', *OURS]!r}, standalone_mode=False)\n"
        "unwanted = {'rich', 'pytest', 'samtranslator', 'boto3', 'jinja2', 'hypothesis'} & set(sys.modules)\n"
        "print(code, sorted(unwanted))"
    )
    done = subprocess.run(  # noqa: S603 (the tests' own interpreter)
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.splitlines()[-1] == "1 []"


@pytest.mark.parametrize(("said", "width"), [("72", 72), ("0", 80), ("wide", 80), (None, 80)])
def test_without_a_terminal_lines_are_as_wide_as_columns_says(
    said: str | None, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_terminal(*_: object) -> os.terminal_size:
        raise OSError

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", no_terminal)
    if said is not None:
        monkeypatch.setenv("COLUMNS", said)
    assert terminal_width(80) == width


def test_a_terminal_is_as_wide_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    for columns, width in ((120, 120), (0, 80)):
        monkeypatch.setattr(os, "get_terminal_size", lambda *_, columns=columns: os.terminal_size((columns, 24)))
        assert terminal_width(80) == width
