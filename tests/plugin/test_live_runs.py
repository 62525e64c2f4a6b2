"""Runs that probe a stage: what is said where that cannot be done, and how a probe that fails is run again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from other_stage import ALLOWED, HEADER, OtherStage, Talk, running
from standing import TEMPLATE, write_template

import wsconform.local.people.status
import wsconform.local.stage
import wsconform.plugin.live

LOADED = (wsconform.local.people.status, wsconform.local.stage, wsconform.plugin.live)
"""Loaded here once, or each run within a test would load them anew."""
SAMPLE = (Path(__file__).parents[2] / "sample_stack" / "template.yaml").read_text()


class Otherwise(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send("no JSON")


@pytest.fixture
def url() -> Iterator[str]:
    with running(Otherwise()) as where:
        yield where


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(*args, plugins=[wsconform.plugin])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Chad=ws://127.0.0.1:1/v1", '--wsconform-url: there is no API "Chad"; did you mean "Chat"?'),
        ("Nope=ws://127.0.0.1:1/v1", '--wsconform-url: there is no API "Nope"; the template has Chat'),
    ],
)
def test_a_url_of_no_api_is_said_in_a_line(given: str, said: str, pytester: pytest.Pytester) -> None:
    write_template(pytester.path)

    result = run(pytester, "--wsconform", f"--wsconform-url={given}", "template.yaml")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert [line for line in result.outlines if line.startswith("--wsconform-url")] == [said]
    assert "Traceback" not in str(result.stdout)


def test_a_local_stage_without_the_switch_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--wsconform-local")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert str(result.stderr).strip() == "ERROR: --wsconform-local does nothing without --wsconform"


def test_a_stage_that_does_not_start_is_said_to_be_so(pytester: pytest.Pytester) -> None:
    write_template(pytester.path, TEMPLATE.replace("MockResponse]", "Nothing]"))

    result = run(
        pytester, "--wsconform", "--wsconform-local", "template.yaml", "-k", "stage-answers or allowed-connects", "-rs"
    )

    result.assert_outcomes(failed=1, skipped=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(
        ["error?stage-answers?: the local stage does not start: *", "SKIPPED * inconclusive: allowed-connects: the *"]
    )
    result.stdout.no_fnmatch_line("*runs at*")


def test_a_probe_is_run_again_with_what_it_was_run_with(
    pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_TOKEN", ALLOWED)
    (pytester.path / "template.yaml").write_text(SAMPLE)
    (pytester.path / "wsconform.toml").write_text("[routes.test]\nexpect = 1\n")
    pytester.mkdir("own")
    given = [
        f"--wsconform-url={url}",
        f"--wsconform-checks={pytester.path / 'own'}",
        "--wsconform-parameter=StageName=v2",
        f"--wsconform-allow={HEADER}=env:WS_TOKEN",
    ]

    result = run(pytester, "--wsconform", "template.yaml", *given, "-k", "action-answered")

    (again,) = [line.partition("again: ")[2] for line in result.outlines if "again: " in line]
    assert again.split() == [
        *("pytest", "--wsconform", "'template.yaml::MyWebSocketApi::live::action-answered[test]'"),
        *given,
    ]


def test_values_that_are_not_to_be_seen_are_not_in_the_command(pytester: pytest.Pytester, url: str) -> None:
    (pytester.path / "template.yaml").write_text(SAMPLE)
    (pytester.path / "wsconform.toml").write_text("[routes.test]\nexpect = 1\n")
    given = ["--wsconform-parameter=Credential=zebra-quartz", f"--wsconform-allow={HEADER}={ALLOWED}"]

    result = run(
        pytester, "--wsconform", "template.yaml", f"--wsconform-url={url}", *given, "-k", "action-answered or bad"
    )

    result.stdout.fnmatch_lines([f"*again: pytest *--wsconform-allow={HEADER}=…*"])
    assert "zebra" not in str(result.stdout)
    assert ALLOWED not in str(result.stdout)
