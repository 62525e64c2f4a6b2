"""The fixtures with which users test a stage, here or at a URL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from other_stage import ALLOWED, HEADER, OtherStage, running
from standing import ANSWER, TEMPLATE, write_template

import wsconform.local.people.status
import wsconform.local.stage
import wsconform.plugin.live

LOADED = (wsconform.local.people.status, wsconform.local.stage, wsconform.plugin.live)
"""Loaded here once, or each run within a test would load them anew."""
SAMPLE = (Path(__file__).parents[2] / "sample_stack" / "template.yaml").read_text()
ECHO = f"""
    from wsconform.live.received import Text

    def test_connected(wsconform_connection):
        wsconform_connection.send("hello")
        assert wsconform_connection.receive(20) == Text("{ANSWER}")

    def test_not_connected(wsconform_client, wsconform_allowed, wsconform_plan):
        assert wsconform_client.transcript.entries == []
        assert wsconform_client.open(wsconform_allowed).number == 1
        assert wsconform_client.open(wsconform_allowed).number == 2
        assert wsconform_plan.default.two_way

    def test_where(wsconform_target, wsconform_plan, pytestconfig):
        print("stage of", wsconform_plan.label, "at", wsconform_target.endpoint.url)
"""
GUARDED = """
    import json
    from wsconform.live.outcome import Refused

    def test_allowed(wsconform_connection, wsconform_plan):
        (route,) = wsconform_plan.routes
        wsconform_connection.send(route.sends)
        assert json.loads(wsconform_connection.receive(20).text)["message"]

    def test_denied(wsconform_client, wsconform_denied):
        outcome = wsconform_client.connect(wsconform_denied)
        assert isinstance(outcome, Refused) and outcome.status == 403
"""


OWN = ("--wsconform", "-k", "test_own", "-rA")
"""Options of a run of a user's own tests, without what is collected of the template."""


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(*OWN, *args, plugins=[wsconform.plugin])


@pytest.fixture
def url() -> Iterator[str]:
    with running(OtherStage()) as where:
        yield where


def test_a_stage_here(pytester: pytest.Pytester) -> None:
    write_template(pytester.mkdir("app"))
    pytester.makepyfile(test_own=ECHO)

    result = run(pytester, "--wsconform-local", "app/template.yaml", "test_own.py")

    result.assert_outcomes(passed=3, deselected=len(deselected(result)))
    result.stdout.fnmatch_lines(["stage of Chat at wss://127.0.0.1:*/v1"])


def deselected(result: pytest.RunResult) -> range:
    """As many as the run says, which are the checks and probes of the template."""
    return range(result.parseoutcomes().get("deselected", 0))


def test_one_for_each_worker(pytester: pytest.Pytester) -> None:
    write_template(pytester.path)
    pytester.makepyfile(test_own=ECHO, test_own_too=ECHO)

    plugins = ("-p", "wsconform.plugin", "-p", "xdist.plugin", "-n2", "--dist=loadfile")
    result = pytester.runpytest_subprocess(
        *OWN, *plugins, "--wsconform-local", "template.yaml", "test_own.py", "test_own_too.py"
    )

    result.assert_outcomes(passed=6)
    assert len({line for line in result.outlines if line.startswith("stage of Chat at")}) == 2


def test_a_stage_at_a_url(pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WS_TOKEN", ALLOWED)
    (pytester.path / "template.yaml").write_text(SAMPLE)
    pytester.makepyfile(test_own=GUARDED)

    identities = f"--wsconform-allow={HEADER}=env:WS_TOKEN", f"--wsconform-deny={HEADER}=nobody"
    result = run(pytester, f"--wsconform-url={url}", *identities, "template.yaml", "test_own.py")

    result.assert_outcomes(passed=2, deselected=len(deselected(result)))


def test_each_may_be_overridden(pytester: pytest.Pytester, url: str) -> None:
    (pytester.path / "other.yaml").write_text(SAMPLE)
    write_template(pytester.path)
    pytester.makeconftest(
        f"""
        import pathlib, pytest

        @pytest.fixture(scope="session")
        def wsconform_template():
            return pathlib.Path(__file__).parent / "other.yaml"

        @pytest.fixture(scope="session")
        def wsconform_api():
            return "MyWebSocketApi"

        @pytest.fixture(scope="session")
        def wsconform_allow():
            return {{"{HEADER}": "{ALLOWED}"}}

        @pytest.fixture(scope="session")
        def wsconform_deny():
            return {{"{HEADER}": "nobody"}}
        """
    )
    pytester.makepyfile(test_own=GUARDED)

    result = run(pytester, f"--wsconform-url={url}", "test_own.py")

    result.assert_outcomes(passed=2)


def test_a_failure_shows_what_went_over_the_wire(
    pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_TOKEN", ALLOWED)
    (pytester.path / "template.yaml").write_text(SAMPLE)
    pytester.makepyfile(
        test_own="""
        def test_fails(wsconform_connection):
            wsconform_connection.send("hello")
            assert wsconform_connection.receive(20) is None
        """
    )

    allow = f"--wsconform-allow={HEADER}=env:WS_TOKEN"
    result = run(pytester, f"--wsconform-url={url}", allow, "template.yaml", "test_own.py")

    result.stdout.fnmatch_lines(["*wsconform transcript*", f"*> upgrade /v1 {HEADER}: *(allow)", "*> TEXT hello"])
    assert ALLOWED not in str(result.stdout)


@pytest.mark.parametrize(
    ("text", "stage", "said"),
    [
        (SAMPLE, "--wsconform-url=ws://127.0.0.1:1/v1", "no identity is given that may connect"),
        (TEMPLATE, "--wsconform-url=ws://127.0.0.1:1/v1", "a client that may connect is not connected: not reachable"),
        (TEMPLATE, "", "this fixture needs a stage: give --wsconform, and --wsconform-local or --wsconform-url"),
        (
            TEMPLATE.replace("MockResponse]", "Nothing]"),
            "--wsconform-local",
            "the local stage does not start: ",
        ),
    ],
)
def test_what_keeps_from_connecting_is_said_without_a_traceback(
    text: str, stage: str, said: str, pytester: pytest.Pytester
) -> None:
    write_template(pytester.path, text)
    pytester.makepyfile(test_own="def test(wsconform_connection): pass")

    result = run(pytester, *filter(None, [stage]), "template.yaml", "test_own.py")

    assert result.parseoutcomes().get("errors") == 1
    result.stdout.fnmatch_lines([f"*{said}*"])
    assert "Traceback" not in str(result.stdout)


def test_several_apis_are_to_be_told_apart(pytester: pytest.Pytester) -> None:
    chat = TEMPLATE[TEMPLATE.index("  Chat:") : TEMPLATE.index("  Echo:")]
    write_template(pytester.path, TEMPLATE.replace("Resources:", f"Resources:\n{chat.replace('Chat', 'Talk')}"))
    pytester.makepyfile(test_own="def test(wsconform_plan): pass")

    result = run(pytester, "--wsconform-local", "template.yaml", "test_own.py")

    result.stdout.fnmatch_lines(["*it has Talk, Chat: override the fixture wsconform_api"])
