"""What only a process of its own shows: pytest-xdist, and what is imported."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]

OPTIONS = ["-p", "wsconform.plugin", "--wsconform", "--wsconform-checks=own", "--wsconform-select=own-*"]


def outcomes(result: pytest.RunResult) -> set[tuple[str, str]]:
    """Each outcome with its node id, from a run with `-v`, in one process or several."""
    one = re.findall(r"^(\S+::\S+) (PASSED|FAILED|SKIPPED)", str(result.stdout), re.MULTILINE)
    several = re.findall(r"^\[gw\d+\] \[ *\d+%\] (PASSED|FAILED|SKIPPED) (\S+)", str(result.stdout), re.MULTILINE)
    return set(one) or {(node, outcome) for outcome, node in several}


def after(title: str, result: pytest.RunResult) -> list[str]:
    """The lines of a section of the output."""
    lines = str(result.stdout).splitlines()
    start = next(number for number, line in enumerate(lines, 1) if line.strip("= ") == title)
    end = next(number for number, line in enumerate(lines[start:], start) if line.startswith("="))
    return lines[start:end]


@pytest.mark.usefixtures("pack")
def test_several_processes_say_what_one_does(pytester: pytest.Pytester, write: Write) -> None:
    write("error", "note", "open", "error3 # wsconform: ignore[own-no-error] it may", name="one.yaml")
    write("warning", "warning2", "note", name="two.yaml")
    args = [*OPTIONS, "--wsconform-ignore=own-no-raising=TEAM-12", "one.yaml", "two.yaml", "-v", "-rs"]

    one = pytester.runpytest_subprocess(*args)
    two = pytester.runpytest_subprocess(*args, "-p", "xdist.plugin", "-n2", "--junitxml=junit.xml")

    expected = {"failed": 1, "passed": 10, "skipped": 1, "warnings": 2}
    one.assert_outcomes(**expected)
    two.assert_outcomes(**expected)
    assert outcomes(two) == outcomes(one)
    for title in ("wsconform", "wsconform notes"):
        assert after(title, two) == after(title, one)
        assert after(title, one)
    assert "two.yaml:10: WiringWarning: own-no-warning: " in str(two.stdout)
    assert 'error[own-no-error]: route "error" is there\n  --> one.yaml:10:17\n' in str(two.stdout)
    assert 'name="wsconform.1.line" value="10"' in (pytester.path / "junit.xml").read_text()


@pytest.mark.usefixtures("pack")
def test_several_processes_refuse_a_parameter_that_no_template_has(pytester: pytest.Pytester, write: Write) -> None:
    write("hello")

    result = pytester.runpytest_subprocess(
        *OPTIONS, "template.yaml", "--wsconform-parameter=Evn=dev", "-p", "xdist.plugin", "-n1"
    )

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(['ERROR: --wsconform-parameter: there is no parameter "Evn"'])


@pytest.mark.parametrize("switch", [[], ["--wsconform"]], ids=["off", "on"])
def test_nothing_is_imported_that_is_not_asked_for(switch: list[str], pytester: pytest.Pytester, write: Write) -> None:
    write("hello")
    pytester.makeconftest(
        """
        import json, pathlib, sys

        def pytest_unconfigure():
            pathlib.Path("modules.json").write_text(json.dumps(list(sys.modules)))
        """
    )
    pytester.makepyfile(test_other="def test(): pass")

    result = pytester.runpytest_subprocess("-p", "wsconform.plugin", *switch, "test_other.py")

    result.assert_outcomes(passed=1)
    modules = set(json.loads((pytester.path / "modules.json").read_text()))
    ours = {name for name in modules if name.startswith("wsconform")}
    heavy = {"boto3", "botocore", "click", "hypothesis", "jinja2", "rich", "samtranslator", "websocket"}
    if switch:
        assert "wsconform.check.registry" in ours
    else:
        assert ours == {"wsconform", "wsconform.plugin"}
        heavy |= {"cfn_flip", "yaml"}
    assert not modules & heavy
