from dataclasses import replace

from samples import SAMPLE

from wsconform.check.finding import Outcome
from wsconform.live.packs import load_probes
from wsconform.live.probe import Case
from wsconform.live.report import ProbeReport
from wsconform.live.verdict import Level, ProbeVerdict
from wsconform.report.style import Style
from wsconform.template.source import read

PROBE = load_probes().get("denied-with-bad-identity")
assert PROBE is not None
CASE = Case(PROBE, SAMPLE)
VERDICT = ProbeVerdict(
    outcome=Outcome.FAILED,
    expected=("refused with 401", "refused with 403"),
    actual="with an identity made up: connected",
    causes=("the authorizer allows everybody", "it is not deployed"),
    transcript=("  +0.001 > upgrade /v1", "  +0.002 < 101"),
)


def report(case: Case = CASE, verdict: ProbeVerdict = VERDICT, **more: object) -> ProbeReport:
    source = read(SAMPLE.template)
    return ProbeReport(case=case, verdict=verdict, source_of=lambda _: source, **more)  # type: ignore[arg-type]


def test_a_failure_shows_all_that_helps() -> None:
    shown = report(stage="local, wss://127.0.0.1:1/v1", again="pytest --wsconform x", log=["Asks: START"]).render()
    assert shown.splitlines()[0] == "error[denied-with-bad-identity]: with an identity made up: connected"
    assert f"{SAMPLE.template}:{CASE.span.line}" in shown
    assert shown[shown.index("  requirement:") :] == (
        "  requirement: MUST: A client that shows a wrong identity is refused at the handshake.\n"
        "  expected: refused with 401, or refused with 403\n"
        "  actual: with an identity made up: connected\n"
        "  transcript:\n"
        "      +0.001 > upgrade /v1\n"
        "      +0.002 < 101\n"
        "  usually: the authorizer allows everybody\n"
        "           it is not deployed\n"
        "  log:\n"
        "    Asks: START\n"
        "  stage: local, wss://127.0.0.1:1/v1\n"
        "  again: pytest --wsconform x\n"
        "  docs: wsconform explain denied-with-bad-identity"
    )


def test_what_only_should_be_so_is_a_warning() -> None:
    assert PROBE is not None
    shown = report(Case(replace(PROBE, level=Level.SHOULD), SAMPLE)).render()
    assert shown.startswith("warning[denied-with-bad-identity]: ")
    assert "requirement: SHOULD: " in shown


def test_what_is_not_known_is_left_out() -> None:
    shown = report(verdict=ProbeVerdict(outcome=Outcome.FAILED, actual="broken")).render()
    for word in ("expected:", "transcript:", "usually:", "log:", "stage:", "again:"):
        assert word not in shown


def test_what_a_stage_says_does_not_act_on_a_terminal() -> None:
    verdict = replace(VERDICT, actual="\x1b[2J", causes=("\x1b[2J",), transcript=("\x1b[2J",))
    for style in (Style(color=False), Style(color=True)):
        assert "\x1b[2J" not in report(verdict=verdict, log=["\x1b[2J"], again="\x1b[2J").render(style)
