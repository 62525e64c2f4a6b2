import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from wsconform.check.finding import Severity
from wsconform.config.settings import Settings
from wsconform.report.text import render_finding
from wsconform.run import Checker

Run = Callable[..., pytest.RunResult]
Write = Callable[..., Path]

WARNING = 'own-no-warning: route "warning" is there; drop Route0'
CONDITIONAL = """
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
"""


def assert_no_traceback(result: pytest.RunResult) -> None:
    for sign in ("*Traceback*", "*items.py*", "*WiringFault*"):
        result.stdout.no_fnmatch_line(sign)


def test_an_error_fails_with_the_same_text_as_on_the_command_line(
    run: Run, write: Write, pytester: pytest.Pytester
) -> None:
    write("error")

    result = run("template.yaml")

    settings = Settings(select=("own-no-error",), checks=(pytester.path / "own",))
    examination = Checker(settings).check(Path("template.yaml"))
    (finding,) = examination.findings
    text = render_finding(finding, examination.stack.source_of, width=80)
    result.assert_outcomes(passed=5, failed=1)
    assert text in str(result.stdout)
    assert text.startswith('error[own-no-error]: route "error" is there\n  --> template.yaml:10:17\n')
    assert_no_traceback(result)


def test_the_built_in_check_speaks_of_the_sound_stack_once_it_is_broken(pytester: pytest.Pytester, run: Run) -> None:
    from wsconform.check.packs import builtin_folder
    from wsconform.check.page import read_page, whole_template

    base = (builtin_folder() / "example.yaml").read_text()
    page = read_page(builtin_folder() / "wiring" / "target_in_same_api.md")
    (pytester.path / "sound.yaml").write_text(base)
    (pytester.path / "broken.yaml").write_text(whole_template(page.failing[0], base))

    result = run("sound.yaml", "broken.yaml", select="target-in-same-api")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED broken.yaml::ChatApi::target-in-same-api*"])


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ("line", 'template.yaml:10: error[[]own-no-error[]]: route "error" is there'),
        ("short", 'error[[]own-no-error[]]: route "error" is there'),
        ("native", 'error[[]own-no-error[]]: route "error" is there'),
    ],
)
def test_the_styles_of_tracebacks_show_the_finding(style: str, line: str, run: Run, write: Write) -> None:
    write("error")

    result = run("template.yaml", f"--tb={style}")

    result.stdout.fnmatch_lines([line])
    assert_no_traceback(result)


def test_the_short_summary_has_the_headline(run: Run, write: Write) -> None:
    write("error")

    run("template.yaml").stdout.fnmatch_lines(["FAILED template.yaml::ChatApi::own-no-error - error[[]own-no-error*"])


def test_colours_only_where_the_terminal_has_them(run: Run, write: Write) -> None:
    write("error")

    assert "\x1b[31m\x1b[1merror[own-no-error]" in str(run("template.yaml", "--color=yes").stdout)
    assert "\x1b" not in str(run("template.yaml", "--color=no").stdout)


def test_all_findings_of_a_check_are_shown(run: Run, write: Write) -> None:
    write("error", "hello", "error2")

    result = run("template.yaml", select="own-no-error")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*--> template.yaml:10:17", "*--> template.yaml:20:17", "template.yaml: 2 errors, 0 *"]
    )


def test_a_warning_is_a_warning_at_the_line_of_the_template(run: Run, write: Write) -> None:
    write("warning", "hello", "warning2")

    result = run("template.yaml", select="own-no-warning")

    result.assert_outcomes(passed=1, warnings=2)
    result.stdout.fnmatch_lines(
        [
            "template.yaml::ChatApi::own-no-warning",
            f"  template.yaml:10: WiringWarning: {WARNING}",
            "    RouteKey: warning",
            "  template.yaml:20: WiringWarning: *",
            "template.yaml: 2 warnings, 0 checks passed",
        ]
    )


@pytest.mark.parametrize(
    "given",
    [
        ["-W", "error::wsconform.WiringWarning"],
        ["-W", "error:own-no-warning"],
        ["-o", "filterwarnings=error"],
        ["--wsconform-strict"],
        ["-o", "wsconform_strict=true"],
    ],
    ids=" ".join,
)
def test_a_warning_can_be_made_to_fail(given: list[str], run: Run, write: Write) -> None:
    write("warning", "warning2")

    result = run("template.yaml", *given, select="own-no-warning")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            'warning[[]own-no-warning[]]: route "warning" is there',
            "*--> template.yaml:10:17",
            'warning[[]own-no-warning[]]: route "warning2" is there',
            "*--> template.yaml:15:17",
        ]
    )
    assert_no_traceback(result)


def test_a_warning_can_be_filtered_as_any_other(run: Run, write: Write) -> None:
    write("warning")

    run("template.yaml", "-W", "ignore::wsconform.WiringWarning").assert_outcomes(passed=6, warnings=0)


def test_what_is_not_the_templates_warning_stays_an_error_of_its_own(run: Run, write: Write) -> None:
    write("raising")

    result = run("template.yaml")

    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["error[[]own-no-raising[]]: the check itself broke: ValueError: raising"])
    assert_no_traceback(result)


def test_a_note_shows_with_v_only(run: Run, write: Write) -> None:
    write("note")
    line = 'template.yaml:10:17: note[[]own-no-note[]]: route "note" is there; drop Route0'

    quiet, verbose = run("template.yaml"), run("template.yaml", "-v")

    for result in (quiet, verbose):
        result.assert_outcomes(passed=6)
    quiet.stdout.no_fnmatch_line("*notes*")
    quiet.stdout.fnmatch_lines(["template.yaml: 1 note (shown with -v), 5 checks passed"])
    verbose.stdout.fnmatch_lines(["*= wsconform notes =*", line, "template.yaml: 1 note, 5 checks passed"])


@pytest.mark.parametrize("strict", [[], ["--wsconform-strict"]])
def test_a_note_never_fails(strict: list[str], run: Run, write: Write) -> None:
    write("note")

    run("template.yaml", *strict).assert_outcomes(passed=6)


def test_what_cannot_be_told_is_skipped_with_its_reason(run: Run, write: Write) -> None:
    write("open")

    result = run("template.yaml", "-rs")

    result.assert_outcomes(passed=5, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "template.yaml: 1 inconclusive, 5 checks passed",
            "SKIPPED * template.yaml*: inconclusive: own-no-open: Route0 is open",
        ]
    )


def test_what_a_comment_suppresses_is_skipped_with_its_reason(run: Run, write: Write) -> None:
    write("error # wsconform: ignore[own-no-error] until TEAM-12 is done")

    result = run("template.yaml", "-rs")

    result.assert_outcomes(passed=5, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "template.yaml: 1 suppressed, 5 checks passed",
            "SKIPPED * template.yaml*: suppressed: own-no-error: until TEAM-12 is done",
        ]
    )


def test_what_fails_says_what_else_it_holds(run: Run, write: Write) -> None:
    write("error # wsconform: ignore[own-no-error] until TEAM-12 is done", "error2")

    result = run("template.yaml")

    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*--> template.yaml:15:17",
            'also template.yaml:10:17: suppressed[[]own-no-error[]]: route "error" is there; until TEAM-12 is done',
            "template.yaml: 1 error, 1 suppressed, 5 checks passed",
        ]
    )


def test_what_only_warns_says_what_else_it_holds_with_v(run: Run, write: Write) -> None:
    write("warning # wsconform: ignore[own-no-warning] until TEAM-12 is done", "warning2")

    result = run("template.yaml", "-v")

    result.assert_outcomes(passed=6, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "*= wsconform notes =*",
            "template.yaml:10:17: suppressed[[]own-no-warning[]]: * until TEAM-12 is done",
            "template.yaml: 1 warning, 1 suppressed, 5 checks passed",
        ]
    )


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("error", "  when: IsProd is true"),
        ("warning", "  template.yaml:15: WiringWarning: *is there (when IsProd is true); drop Route0"),
        ("open", "SKIPPED * inconclusive: own-no-open: Route0 is open (when IsProd is true)"),
        ("note", "template.yaml:15:*: note*is there (when IsProd is true); drop Route0"),
    ],
)
def test_worlds_are_named(key: str, line: str, run: Run, write: Write) -> None:
    file = write(key)
    route = file.read_text().replace("  Route0:", "  Route0:\n    Condition: IsProd")
    file.write_text(CONDITIONAL.lstrip() + route)

    result = run("template.yaml", "-v", "-rs", select=f"own-no-{key}")

    result.stdout.fnmatch_lines([line])
    result.stdout.fnmatch_lines(["template.yaml: *, in 2 worlds"])


def test_the_bound_on_worlds_is_said_where_it_is_met(run: Run, write: Write) -> None:
    count = 14
    file = write(*[f"hello{number}" for number in range(count)])
    text = file.read_text()
    for number in range(count):
        text = text.replace(f"  Route{number}:\n", f"  Route{number}:\n    Condition: Is{number}\n")
    parameters = "".join(f"  P{number}: {{Type: String, Default: a}}\n" for number in range(count))
    conditions = "".join(f"  Is{number}: !Equals [!Ref P{number}, b]\n" for number in range(count))
    file.write_text(f"Parameters:\n{parameters}Conditions:\n{conditions}{text}")

    result = run("template.yaml", select="own-no-error")

    result.stdout.fnmatch_lines(["template.yaml: 1 check passed, in 128 worlds; there are more worlds*"])


def properties(file: Path) -> dict[str, dict[str, str]]:
    """The properties of each test case in a JUnit file, by the name of the test."""
    return {
        case.attrib["name"]: {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
        for case in ET.parse(file).iter("testcase")  # noqa: S314 (made by the test itself)
    }


def test_junit_has_the_data_of_findings(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("error", "error2", "open", "note # wsconform: ignore[own-no-note] it may")

    run("template.yaml", "--junitxml=junit.xml", "-p", "junitxml")

    found = properties(pytester.path / "junit.xml")
    error = {
        "id": "own-no-error",
        "severity": str(Severity.ERROR),
        "resource": "Route0",
        "template": "template.yaml",
        "path": "Resources/Route0/Properties/RouteKey",
        "line": "10",
        "column": "17",
        "message": 'route "error" is there',
        "fix": "drop Route0",
        "worlds": "",
    }
    assert found["own-no-warning"] == {"wsconform.worlds": "1"}
    assert {name: value for name, value in found["own-no-error"].items() if name.startswith("wsconform.1.")} == {
        f"wsconform.1.{name}": value for name, value in error.items()
    }
    assert found["own-no-error"]["wsconform.2.resource"] == "Route1"
    assert found["own-no-open"]["wsconform.1.inconclusive"] == "Route2 is open"
    assert found["own-no-open"]["wsconform.1.line"] == "20"
    assert found["own-no-note"]["wsconform.1.suppressed"] == "it may"
    assert found["own-no-note"]["wsconform.1.severity"] == "note"


def test_junit_has_the_excerpt_as_the_failure(run: Run, write: Write, pytester: pytest.Pytester) -> None:
    write("error")

    run("template.yaml", "--junitxml=junit.xml", "-p", "junitxml")

    (failure,) = ET.parse(pytester.path / "junit.xml").iter("failure")  # noqa: S314
    assert failure.attrib["message"] == 'error[own-no-error]: route "error" is there'
    assert "--> template.yaml:10:17" in (failure.text or "")
