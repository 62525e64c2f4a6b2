import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from wsconform import __version__, plugin
from wsconform.check.baseline import write_baseline
from wsconform.config.settings import Settings
from wsconform.run import Checker

Run = Callable[..., pytest.RunResult]
Write = Callable[..., Path]

INNER = """
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: b_inner.yaml
"""
ENV = "Parameters:\n  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}\n"


def usage_error(result: pytest.RunResult) -> str:
    """What a run says that ended in a usage error, and in no traceback."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in str(result.stderr) + str(result.stdout)
    return str(result.stderr).strip()


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]

    assert project.get("version", __version__) == __version__


def test_the_header_tells_what_the_run_goes_by(run: Run, write: Write) -> None:
    file = write("hello")
    file.write_text(ENV + file.read_text())
    Path("base.json").write_text('{"version": 1, "findings": []}')

    plain = run("template.yaml")
    rich = run(
        "template.yaml", "--wsconform-strict", "--wsconform-baseline=base.json", "--wsconform-parameter=Env=prod"
    )

    plain.stdout.fnmatch_lines([f"wsconform: {__version__}, 6 checks"])
    rich.stdout.fnmatch_lines(["wsconform: *, 6 checks, warnings fail, baseline base.json, 1 parameter given: Env"])
    rich.stdout.no_fnmatch_line("wsconform:*prod*")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--wsconform-select=own-no-eror"], '-select: there is no check or probe "own-no-eror"; did you mean'),
        (["--wsconform-ignore=own-no-eror=x"], '-ignore: there is no check or probe "own-no-eror"; did you mean'),
        (["--wsconform-ignore=own-no-error"], "--wsconform-ignore takes NAME=REASON"),
        (["--wsconform-ignore=own-no-error="], "without a reason"),
        (["--wsconform-severity=own-no-error=eror"], '-severity: there is no severity "eror"; did you mean "error"?'),
        (["--wsconform-parameter=Env"], "--wsconform-parameter takes NAME=VALUE"),
        (["--wsconform-parameter=Evn=dev"], '--wsconform-parameter: there is no parameter "Evn"; did you mean "Env"?'),
        (["--wsconform-checks=nowhere"], "nowhere"),
        (["--wsconform-baseline=none.json"], "none.json"),
        (["-o", "wsconform_ignore=own-no-eror=x"], 'wsconform_ignore: there is no check or probe "own-no-eror"'),
        (["-o", "wsconform_severity=own-no-error"], "wsconform_severity takes NAME=LEVEL"),
        (["-o", "wsconform_strict=perhaps"], "perhaps"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_a_usage_error(options: list[str], said: str, run: Run, write: Write) -> None:
    file = write("hello")
    file.write_text(ENV + file.read_text())

    assert said in usage_error(run("template.yaml", *options))


@pytest.mark.parametrize(
    "option",
    [
        "--wsconform-strict",
        "--wsconform-select=own-no-error",
        "--wsconform-ignore=own-no-error=so it is",
        "--wsconform-severity=own-no-error=note",
        "--wsconform-parameter=Env=dev",
        "--wsconform-checks=own",
        "--wsconform-baseline=base.json",
    ],
)
def test_an_option_without_the_switch_is_a_usage_error(option: str, pytester: pytest.Pytester) -> None:
    name = option.partition("=")[0]

    result = pytester.runpytest_inprocess(option, plugins=[plugin])

    assert f"{name} does nothing without --wsconform; " in usage_error(result)
    assert f"set {name[2:].replace('-', '_')} in" in usage_error(result)


def test_settings_without_the_switch_do_nothing(pytester: pytest.Pytester, write: Write) -> None:
    write("error")
    pytester.makeini("[pytest]\nwsconform_strict = true\nwsconform_select = nothing\nwsconform_checks = nowhere\n")
    pytester.makepyfile(test_other="import pytest\n@pytest.mark.wsconform\ndef test(): pass")

    result = pytester.runpytest_inprocess("--strict-markers", plugins=[plugin])

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*wsconform:*")


def test_the_marker_and_options_are_documented(pytester: pytest.Pytester) -> None:
    markers = pytester.runpytest_inprocess("--markers", plugins=[plugin])
    options = pytester.runpytest_inprocess("--help", plugins=[plugin])

    markers.stdout.fnmatch_lines(["@pytest.mark.wsconform: *"])
    options.stdout.fnmatch_lines(["*--wsconform *", "*--wsconform-select=NAME*", "*wsconform_select (linelist):*"])


def test_a_severity_decides_what_fails(run: Run, write: Write) -> None:
    write("error", "note")

    run(
        "template.yaml", "--wsconform-severity=own-no-error=note", "--wsconform-severity=own-no-note=error"
    ).assert_outcomes(passed=5, failed=1)


def test_a_configured_suppression_is_skipped_with_its_reason(run: Run, write: Write) -> None:
    write("error")

    result = run("template.yaml", "--wsconform-ignore=own-no-error=TEAM-12, and = so on", "-rs")

    result.assert_outcomes(passed=5, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * suppressed: own-no-error: TEAM-12, and = so on"])


def test_a_configured_suppression_of_nothing_is_said(run: Run, write: Write) -> None:
    write("hello")

    result = run("template.yaml", "--wsconform-ignore=own-no-error=TEAM-12")

    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(['--wsconform-ignore: "own-no-error" suppresses nothing in what was checked'])


def test_a_parameter_chooses_among_the_worlds(run: Run, write: Write) -> None:
    file = write("error")
    conditions = "Conditions:\n  IsProd: !Equals [!Ref Env, prod]\n"
    file.write_text(ENV + conditions + file.read_text().replace("  Route0:", "  Route0:\n    Condition: IsProd"))

    run("template.yaml", "--wsconform-parameter=Env=prod", select="own-no-error").assert_outcomes(failed=1)
    run("template.yaml", "--wsconform-parameter=Env=dev", select="own-no-error").assert_outcomes(passed=1)


def test_a_parameter_that_does_not_allow_the_value_is_an_error_at_the_template(run: Run, write: Write) -> None:
    file = write("hello")
    file.write_text(ENV + file.read_text())

    result = run("template.yaml", "--wsconform-parameter=Env=test")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['error: parameter "Env" is given "test", and allows "dev", "prod"'])


@pytest.mark.usefixtures("pack")
def test_ini_options_have_the_names_of_the_options(write: Write, pytester: pytest.Pytester) -> None:
    file = write("error", "warning", "note", name="stacks/template.yaml")
    file.write_text(ENV + file.read_text())
    (pytester.path / "base.json").write_text('{"version": 1, "findings": []}')
    (pytester.path / "stacks" / "pytest.ini").write_text(
        "[pytest]\n"
        "wsconform_strict = true\n"
        "wsconform_select =\n    own-no-*\n    own-has-routes\n"
        "wsconform_ignore =\n    own-no-error = TEAM-12, and so on\n"
        "wsconform_severity =\n    own-no-note=error\n"
        "wsconform_parameter =\n    Env=prod\n"
        "wsconform_checks =\n    ../own\n"
        "wsconform_baseline = ../base.json\n"
    )

    result = pytester.runpytest_inprocess("--wsconform", "stacks/template.yaml", plugins=[plugin])

    result.assert_outcomes(passed=3, failed=2, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "wsconform: *, 6 checks, warnings fail, baseline base.json, 1 parameter given: Env",
            'warning[[]own-no-warning[]]: route "warning" is there',
            'error[[]own-no-note[]]: route "note" is there',
        ]
    )


def test_an_ini_option_that_cannot_be_read_is_named(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("hello")
    pytester.makeini("[pytest]\nwsconform_strict = maybe\n")

    said = usage_error(run("template.yaml"))

    assert "tox.ini: wsconform_strict: invalid truth value 'maybe'" in said


@pytest.mark.parametrize("by_folder", [True, False])
def test_a_file_name_that_is_no_text_is_a_usage_error(run: Run, write: Write, *, by_folder: bool) -> None:
    """Pytest would break where it writes the name to its cache, to JUnit files and to other processes."""
    name = os.fsdecode(b"b\xff.yaml")
    write("hello", name=name)

    said = usage_error(run("." if by_folder else name))

    assert 'pytest cannot report on "b<U+DCFF>.yaml", whose name is no text in utf-8; rename it' in said


def test_an_option_wins_over_an_ini_option(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("error")
    pytester.makeini("[pytest]\nwsconform_select = own-no-error\nwsconform_severity = own-no-error=note\n")

    run("template.yaml", "--wsconform-severity=own-no-error=error", select="own-no-*").assert_outcomes(
        passed=4, failed=1
    )


def test_the_projects_settings_count(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("error", name="stacks/template.yaml")
    (pytester.path / "stacks" / "pyproject.toml").write_text('[tool.wsconform.severity]\nown-no-error = "note"\n')

    run("stacks/template.yaml::ChatApi").assert_outcomes(passed=5)


def test_a_project_setting_that_cannot_be_used_is_a_usage_error(run: Run, write: Write) -> None:
    write("error")
    Path("wsconform.toml").write_text('selekt = ["own-no-error"]\n')

    assert 'wsconform.toml: there is no setting "selekt"; did you mean "select"?' in usage_error(run("template.yaml"))


def test_a_samconfig_that_cannot_be_read_is_a_collection_error(run: Run, write: Write) -> None:
    write("hello")
    Path("samconfig.toml").write_text("version = \n")

    result = run("template.yaml")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*samconfig.toml: this is no TOML: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_baseline_lets_known_findings_be(run: Run, write: Write) -> None:
    write("error", "error2", name="stacks/b_inner.yaml")
    Path("stacks/root.yaml").write_text(INNER)
    checker = Checker(Settings(checks=(Path("own"),), select=("own-*",)))
    write_baseline(Path("base.json"), [checker.check(Path("stacks/root.yaml"))])
    write("error", "error2", "error3", name="stacks/b_inner.yaml")

    result = run("stacks", "--wsconform-baseline=base.json", select="own-no-error")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["stacks/root.yaml: 1 error, 2 suppressed, 0 checks passed"])

    write("error", name="stacks/b_inner.yaml")
    result = run("stacks", "--wsconform-baseline=base.json", "-rs", select="own-no-error")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        [
            "1 entry of * is no longer found: own-no-error at Resources/Route1/*",
            "SKIPPED * suppressed: own-no-error: in the baseline",
        ]
    )


def test_a_run_without_any_template_is_said(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test(): pass")

    result = run()

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*= wsconform =*", "no check ran; name a template, or a folder that has one"])
