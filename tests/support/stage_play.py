"""Plays the scripts on the pages of checks against a local stage, with a stock client."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from stage_script import Connect, Invoked, Leave, Receive, Scene, Send, Start, Step, Told, Wait
from websocket import ABNF, WebSocket, WebSocketBadStatusException

from wsconform.local.errors import CannotDeployError
from wsconform.local.happenings import Happening
from wsconform.local.stage import LocalStage

PATIENCE = 60.0
"""Seconds until something that must happen counts as not happening."""


def play(scene: Scene, template: Path) -> None:
    """Play a scene on a template. Raises AssertionError where something else comes of a step than the script says."""
    if Start(refused=True) in scene.steps:
        said = _refusal(scene, template)
        for step in scene.steps:
            assert isinstance(step, Start) or (isinstance(step, Told) and step.text in said), f"{step}: {said}"
        return
    with LocalStage(template, parameters=scene.parameters) as stage, _playing(stage) as player:
        for step in scene.steps:
            try:
                player.do(step)
            except AssertionError as error:
                raise AssertionError(f"{step}: {error}\n{_told(stage)}") from None


def _refusal(scene: Scene, template: Path) -> str:
    """What keeps a stage from starting."""
    try:
        with LocalStage(template, parameters=scene.parameters):
            raise AssertionError("the stage starts")
    except CannotDeployError as error:
        return str(error)


def _told(stage: LocalStage) -> str:
    """What the stage has to say, for who reads of a failure."""
    lines = [f"{one.what.kind}: {one.what.text} {one.what.explanation}".strip() for one in stage.happenings]
    logs = [line for label in stage.deployment.functions for line in stage.logs(label)]
    return "\n".join([*stage.remarks, *lines, *logs])


@contextmanager
def _playing(stage: LocalStage) -> Iterator["Player"]:
    player = Player(stage)
    try:
        yield player
    finally:
        player.end()


class Player:
    """A client of a stage that does one step after the other."""

    def __init__(self, stage: LocalStage) -> None:
        self._stage = stage
        self._client: WebSocket | None = None
        self._watch = _Watch()
        stage.on_happening(self._watch.hear)

    def end(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.shutdown()  # type: ignore[no-untyped-call]
            self._client = None

    def do(self, step: Step) -> None:
        """Do a step. Raises AssertionError where something else comes of it than is said."""
        match step:
            case Connect():
                self.end()
                self._watch.forget()
                status = self._connect(step)
                assert status == step.status, f"the answer is {status or 'open'}"
            case Send(text):
                self._watch.forget()
                self._connected.send(text)
            case Receive(reply):
                self._receive(reply)
            case Leave():
                self._watch.forget()
                self._connected.close()
                self._watch.wait_for_disconnect()
            case Wait(seconds):
                self._until_taken()
                self._stage.advance(seconds)
            case Invoked(function, was):
                invoked = self._invoked()
                assert (function in invoked) == was, f"invoked are {invoked}"
            case Told(text):
                self._settle()
                told = [*self._stage.remarks, *self._watch.told()]
                assert any(text in line for line in told), "it is not said"

    @property
    def _connected(self) -> WebSocket:
        assert self._client is not None, "nothing is connected"
        return self._client

    def _connect(self, step: Connect) -> int | None:
        api = step.api or "ChatApi"
        stage = step.stage or next(one.stage for one in self._stage.endpoints if one.api == api)
        query = f"?{urlencode(step.query)}" if step.query else ""
        address = f"//{self._stage.plain_address(api)}/{stage}{query}"
        headers = dict(step.headers) | (self._signature(f"http:{address}") if step.signed else {})
        client = WebSocket(enable_multithread=False)
        client.settimeout(PATIENCE)
        try:
            client.connect(f"ws:{address}", header=headers)  # type: ignore[no-untyped-call]
        except WebSocketBadStatusException as error:
            return error.status_code
        self._client = client
        return None

    def _signature(self, url: str) -> dict[str, str]:
        mine = self._stage.credentials
        request = AWSRequest("GET", url)
        credentials = Credentials(mine.access_key_id, mine.secret_access_key, mine.session_token)
        SigV4Auth(credentials, "execute-api", self._stage.deployment.account.region).add_auth(request)
        return dict(request.headers.items())

    def _receive(self, reply: str | dict[str, Any] | None) -> None:
        if reply is None:
            more = self._all_that_comes()
            assert not more, f"there comes {more}"
            return
        came = self._next()
        if isinstance(reply, str):
            assert came == reply
            return
        message = json.loads(came)
        assert {key: message.get(key) for key in reply} == reply, f"there comes {came}"

    def _next(self) -> str:
        kind, data = self._connected.recv_data()
        assert kind == ABNF.OPCODE_TEXT, f"there comes a frame of kind {ABNF.OPCODE_MAP[kind]}: {data!r}"
        return str(data, "utf-8")

    def _all_that_comes(self) -> list[str]:
        """All messages that come until nothing is left to be done for those that were sent."""
        before = self._until_taken()
        self._watch.wait_for_results()
        return before + self._until_taken()

    def _until_taken(self) -> list[str]:
        """All messages that come until the stage has taken what was sent, and answered a ping sent after it."""
        client = self._connected
        client.ping("taken")
        came: list[str] = []
        while True:
            kind, data = client.recv_data(control_frame=True)
            if kind == ABNF.OPCODE_PONG:
                return came
            assert kind == ABNF.OPCODE_TEXT, f"there comes a frame of kind {ABNF.OPCODE_MAP[kind]}: {data!r}"
            came.append(str(data, "utf-8"))

    def _invoked(self) -> list[str]:
        """The functions that were invoked since the last step that invokes any."""
        self._settle()
        return self._watch.invoked()

    def _settle(self) -> None:
        """Wait until the stage is through with what it was doing: it does what it is asked after that."""
        self._stage.advance(0)


class _Watch:
    """Hears what happens on a stage."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heard: list[Happening] = []

    def hear(self, happening: Happening) -> None:
        """Keep what happened."""
        with self._changed:
            self._heard.append(happening)
            self._changed.notify_all()

    def forget(self) -> None:
        """Begin anew."""
        with self._changed:
            self._heard.clear()

    def invoked(self) -> list[str]:
        """The functions that were invoked."""
        with self._changed:
            return [one.what.text.split()[1] for one in self._heard if one.what.kind == "invoke"]

    def told(self) -> list[str]:
        """What people are told of what happened."""
        with self._changed:
            return [f"{one.what.text}: {one.what.explanation}" for one in self._heard]

    def wait_for_results(self) -> None:
        """Wait until all that was invoked has had a result."""
        self._wait_for(lambda: self._count("invoke") <= self._count("result"))

    def wait_for_disconnect(self) -> None:
        """Wait until a connection has ended."""
        self._wait_for(lambda: self._count("disconnect") > 0)

    def _count(self, kind: str) -> int:
        return sum(one.what.kind == kind for one in self._heard)

    def _wait_for(self, reached: Any) -> None:  # noqa: ANN401 (a predicate)
        with self._changed:
            assert self._changed.wait_for(reached, PATIENCE), "it does not happen"
