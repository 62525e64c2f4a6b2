"""The sample stack on the local stage, its handlers broken in turn: the right probes fail, and no others."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from samples import HASTE, TEMPLATE, api_of

from wsconform.check.finding import Outcome
from wsconform.config.settings import Settings
from wsconform.live.client import Client
from wsconform.live.identity import Identity, Source
from wsconform.live.local import Locals
from wsconform.live.outcome import Opened
from wsconform.live.packs import load_probes
from wsconform.live.peer import Stage
from wsconform.live.plan import ApiPlan
from wsconform.live.received import Text
from wsconform.live.run import LiveRun
from wsconform.live.secret import Redactor, Secret
from wsconform.live.transcript import Transcript
from wsconform.live.verdict import ProbeVerdict
from wsconform.local.stage import LocalStage
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

PROBES = load_probes()
AUTHORIZER, ROUTE = Path("authorizer/authorizer.py"), Path("route_handler/route_handler.py")
HEADER = Source("header", "x-some-header-to-auth-from")
EFFECT = '"Allow" if _shows_credential(event.get("headers") or {}) else "Deny"'
POLICY = 'return {"principalId"'
PUSH = 'stage.post_to_connection(ConnectionId=request["connectionId"], Data=json.dumps(REPLY).encode())'
ANSWERED = {"action-answered", "reply-goes-to-its-sender", "many-at-once"}
CONNECTED = {
    *ANSWERED,
    "allowed-connects",
    "any-message-survived",
    "binary-message-refused",
    "disconnect-is-clean",
    "fragmented-message-joined",
    "frame-beyond-limit-closed",
    "malformed-message-answered",
    "management-reaches-the-connection",
    "message-at-limit-passes",
    "message-beyond-limit-closed",
    "ping-answered",
    "subprotocol-not-made-up",
    "unknown-action-answered",
}


@dataclass(frozen=True, slots=True)
class Here:
    """The sample stack in a folder of its own, and its stage."""

    folder: Path
    running: LocalStage
    stage: Stage

    def sabotage(self, file: Path, sound: str, broken: str) -> None:
        """Put something else in the place of what a handler does."""
        for one in (AUTHORIZER, ROUTE):
            text = (TEMPLATE.parent / one).read_text()
            if one == file:
                assert sound in text
                text = text.replace(sound, broken)
            if text != (self.folder / one).read_text():  # else its processes stay
                (self.folder / one).write_text(text)
        self.running.redeploy()

    def verdicts(self, within: float) -> dict[str, ProbeVerdict]:
        """What comes of all probes, if replies have to come within some seconds."""
        api: ApiPlan = api_of(self.folder / TEMPLATE.name, within)
        cases = list(PROBES.cases(api))
        run = LiveRun(self.stage, Redactor())
        run.plan(cases)
        try:
            return {case.probe.name: run.verdict(case) for case in cases}
        finally:
            run.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    folder = tmp_path_factory.mktemp("sabotage") / "stack"
    shutil.copytree(TEMPLATE.parent, folder, ignore=shutil.ignore_patterns("__pycache__", "article"))
    stack = read_stack(read(folder / TEMPLATE.name))
    stages = Locals(Settings())
    running = stages.start(stack)
    assert isinstance(running, LocalStage)
    try:
        allow, deny = (Identity({HEADER: Secret(value)}) for value in ("allow", "nobody"))
        stage = stages.stage(stack, api_of(folder / TEMPLATE.name), allow, deny)
        assert isinstance(stage, Stage)
        yield Here(folder, running, replace(stage, clients=4))
    finally:
        stages.close()


def require(found: dict[str, ProbeVerdict], failing: set[str]) -> None:
    assert {name for name, one in found.items() if one.outcome is Outcome.FAILED} == failing
    assert {name for name, one in found.items() if one.outcome is Outcome.INCONCLUSIVE} == set()
    assert all(
        one.expected and one.actual and one.transcript for one in found.values() if one.outcome is Outcome.FAILED
    )


@pytest.mark.parametrize(
    ("broken", "failing"),
    [
        pytest.param((POLICY, POLICY), set(), id="sound"),
        pytest.param((EFFECT, '"Allow"'), {"denied-with-bad-identity"}, id="allows all"),
        pytest.param((EFFECT, '"Deny"'), CONNECTED, id="denies all"),
        pytest.param((POLICY, f"1 / 0\n    {POLICY}"), {*CONNECTED, "denied-with-bad-identity"}, id="raises"),
        pytest.param(
            (POLICY, f'return {{"statusCode": 401}}\n    {POLICY}'),
            {*CONNECTED, "denied-with-bad-identity"},
            id="answers no policy",
        ),
    ],
)
def test_an_authorizer_that(broken: tuple[str, str], failing: set[str], here: Here) -> None:
    here.sabotage(AUTHORIZER, *broken)
    require(here.verdicts(20), failing)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(f"{PUSH}; {PUSH}", id="replies twice"),
        pytest.param(PUSH.replace("REPLY", '{"message": "hello"}'), id="says another text"),
        pytest.param(PUSH.replace("json.dumps(REPLY)", "REPLY['message']"), id="says no JSON"),
        pytest.param('raise ValueError("no")', id="raises"),
        pytest.param(f'{PUSH}; raise ValueError("no")', id="replies and raises"),
        pytest.param("__import__('os')._exit(1)", id="exits"),
        pytest.param('stage.delete_connection(ConnectionId=request["connectionId"])', id="closes the connection"),
    ],
)
def test_a_handler_that(broken: str, here: Here) -> None:
    here.sabotage(ROUTE, PUSH, broken)
    require(here.verdicts(20), ANSWERED)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("pass", id="says nothing"),
        pytest.param('return {"statusCode": 200, "body": json.dumps(REPLY)}', id="returns its reply"),
        pytest.param(f"__import__('time').sleep({HASTE * 2}); {PUSH}", id="is late"),
    ],
)
def test_a_handler_that_leaves_its_client_waiting(broken: str, here: Here) -> None:
    here.sabotage(
        ROUTE, PUSH, f"try:\n        {broken}\n    except stage.exceptions.GoneException:\n        pass  # it left"
    )
    require(here.verdicts(HASTE), ANSWERED)


def test_a_handler_that_replies_to_another_connection(here: Here) -> None:
    client = Client(here.stage.endpoint, Transcript())
    try:
        opened = client.connect(headers={HEADER.name: "allow"}, within=20)
        assert isinstance(opened, Opened)
        opened.connection.send("who am I")
        told = opened.connection.receive(20)
        assert isinstance(told, Text)
        stranger = told.text.partition('"connectionId":"')[2].partition('"')[0]
        here.sabotage(ROUTE, PUSH, PUSH.replace('request["connectionId"]', f'"{stranger}"'))
        require(here.verdicts(HASTE), ANSWERED)
    finally:
        client.close()
