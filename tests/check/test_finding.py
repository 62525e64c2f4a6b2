"""What a check can say, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from wsconform.check.finding import Fault, Finding, Inconclusive, Outcome, Severity, Undecided, Verdict
from wsconform.template.nodes import Span

PLACE = Span("nested.yaml", 3, 5, 3, 9)


def finding(severity: Severity = Severity.ERROR) -> Finding:
    return Finding(
        check="a-b",
        severity=severity,
        api="Chat",
        resource="Route",
        path="Resources/Route",
        span=PLACE,
        message="wrong",
        label="",
        why="it breaks",
        fix="mend it",
        docs="wsconform explain a-b",
        worlds=(),
    )


def test_severities_are_ordered_and_named() -> None:
    assert Severity.NOTE < Severity.WARNING < Severity.ERROR
    assert [str(one) for one in Severity] == ["note", "warning", "error"]
    assert [Severity.named(str(one)) for one in Severity] == list(Severity)
    with pytest.raises(KeyError):
        Severity.named("fatal")


def test_a_finding_is_in_the_file_of_its_place() -> None:
    assert finding().template == "nested.yaml"


def test_inconclusive_says_why_and_where() -> None:
    said = Inconclusive("who knows", PLACE)
    assert (said.reason, said.at, str(said)) == ("who knows", PLACE, "who knows")
    assert Inconclusive("who knows").at is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"at": None}, "at of a Fault must be Span, and is None"),
        ({"message": 5}, "message of a Fault must be str, and is 5"),
        ({"severity": "error"}, "severity of a Fault must be Severity or None, and is 'error'"),
        ({"effect": "refused"}, "effect of a Fault must be Effect or None, and is 'refused'"),
    ],
)
def test_a_fault_of_another_form(given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Fault(**{"at": PLACE, "message": "wrong", **given})


def test_inconclusive_at_what_is_no_place() -> None:
    with pytest.raises(TypeError, match="must be Span or None, and is 5"):
        Inconclusive("who knows", 5)  # type: ignore[arg-type]


def test_the_outcome_of_a_verdict() -> None:
    def outcome(*, found: bool = False, undecided: bool = False, suppressed: bool = False) -> Outcome:
        return Verdict(
            check="a-b",
            api="Chat",
            span=None,
            findings=[finding()] if found else [],
            undecided=[Undecided(reason="who knows", span=None)] if undecided else [],
            suppressed=[(finding(), "known")] if suppressed else [],
        ).outcome

    assert outcome() is Outcome.PASSED
    assert outcome(suppressed=True) is Outcome.SUPPRESSED
    assert outcome(suppressed=True, undecided=True) is Outcome.INCONCLUSIVE
    assert outcome(suppressed=True, undecided=True, found=True) is Outcome.FAILED


def test_the_severity_of_a_verdict_is_the_worst() -> None:
    verdict = Verdict(check="a-b", api="Chat", span=None)
    assert verdict.severity is None
    verdict.findings += [finding(Severity.NOTE), finding(Severity.WARNING)]
    assert verdict.severity is Severity.WARNING
