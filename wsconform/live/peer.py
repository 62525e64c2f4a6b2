"""What a probe's body works with: a client of one stage that knows who may connect, and what that is worth."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wsconform.config.expectation import Expectation
from wsconform.live.client import Client
from wsconform.live.connection import Connection
from wsconform.live.credentials import Signer
from wsconform.live.identity import Identity
from wsconform.live.outcome import CONNECTION, Handshake, HungUp, Opened, Unanswered, Unreachable
from wsconform.live.received import Binary, Closed, Lost, Received, Silence, Text
from wsconform.live.transcript import Transcript
from wsconform.live.turns import Turns
from wsconform.live.verdict import Absent, Undecidable, Unmet
from wsconform.live.wire import Endpoint

if TYPE_CHECKING:
    from wsconform.live.management import Managed, Management, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage to probe, and who may connect to it.

    `allow` and `deny` are None where nobody said, and `nobody` says what to do about that. `management` is None where
    there are no credentials for it. `quiet` are the seconds in which nothing more may come, `patience` those for a
    handshake; `clients` connect at once.
    """

    endpoint: Endpoint
    allow: Identity | None = None
    deny: Identity | None = None
    nobody: str = "no identity is given that may connect; give one as allow, such as NAME=env:VARIABLE"
    management: Management | None = None
    patience: float = 10.0
    quiet: float = 0.3
    clients: int = 20


def signed(stage: Stage, signer: Signer) -> Stage:
    """The same stage where upgrade requests have to be signed: who may connect signs, who may not does so wrongly."""
    return replace(
        stage,
        allow=replace(stage.allow or Identity(), signer=signer),
        deny=stage.deny or Identity(signer=signer.spoilt()),
    )


class Presence:
    """Whether a stage is still there for who may connect: known to all probes of a run as soon as to one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_told = False
        self.missed: Handshake | None = None

    def tell(self) -> bool:
        """Whether this is the first time that it is told to be gone, which is enough."""
        with self._lock:
            before, self._is_told = self._is_told, True
        return not before


GONE = Unanswered | HungUp
"""What a client that may connect meets where there is nothing for it."""


@dataclass(slots=True)
class Peer:
    """A client for one run of one probe, or of a test; `presence` and `turns` are what the probes of a run share."""

    stage: Stage
    transcript: Transcript
    presence: Presence | None = None
    turns: Turns = field(default_factory=Turns)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.stage.endpoint, self.transcript)

    @property
    def allowed(self) -> Identity:
        """Who may connect. Raises Undecidable where nobody said."""
        if self.stage.allow is None:
            raise Undecidable(self.stage.nobody)
        return self.stage.allow

    def connect(self, identity: Identity, *, subprotocols: Iterable[str] = ()) -> Handshake:
        """Try to connect as somebody; what comes of it is returned.

        In a run of probes, raises Absent where the stage is not there, or not for who may connect.
        """
        presence, is_allowed = self.presence, identity == self.stage.allow
        if presence is not None and is_allowed and presence.missed is not None:
            self.transcript.note(0, ".", f"not tried again: {presence.missed}")
            raise Absent(presence.missed)
        outcome = self.client.connect(
            headers=identity.headers,
            query=identity.query,
            signer=identity.signer,
            subprotocols=subprotocols,
            within=self.stage.patience,
        )
        nowhere = isinstance(outcome, Unreachable) or outcome == Unanswered(CONNECTION, self.stage.patience)
        if presence is not None and (nowhere or (is_allowed and isinstance(outcome, GONE))):
            presence.missed = outcome
            raise Absent(outcome)
        return outcome

    def open(self, identity: Identity | None = None) -> Connection:
        """Connect as somebody who may. Raises Unmet, or Absent, where that does not come to a connection."""
        outcome = self.connect(self.allowed if identity is None else identity)
        if isinstance(outcome, Opened):
            return outcome.connection
        raise Unmet(expected="a connection", actual=outcome)

    def manage(self, method: Method, connection_id: str, data: bytes = b"", *, signed: bool = True) -> Managed:
        """Call `@connections`, as the stage's owner or as nobody. Raises Undecidable without credentials to sign."""
        from wsconform.live.management import unsigned

        management = self.stage.management
        if signed and management is None:
            raise Undecidable("there are no credentials for @connections")
        self.transcript.note(0, ">", f"{method} @connections/{connection_id}{'' if signed else ', unsigned'}")
        if signed and management is not None:
            answer = management.call(method, connection_id, data)
        else:
            answer = unsigned(self.stage.endpoint, connection_id, method)
        self.transcript.note(0, "." if answer.status is None else "<", str(answer.status or answer))
        return answer

    def require_reply(self, connection: Connection, expectation: Expectation) -> None:
        """Require that the next message is the reply that is expected. Raises Unmet."""
        received = connection.receive(expectation.within)
        problem = expectation.reply.problem(received.text) if isinstance(received, Text) else str(received)
        if problem is not None:
            raise Unmet(expected=f"{expectation.reply} within {expectation.within:g} s", actual=problem, met=received)

    def require_quiet(self, connection: Connection, expected: str, *, times: int = 1) -> None:
        """Require that nothing more comes for a while, or several. Raises Unmet with what came."""
        with self.turns.given_away():
            self._require_quiet(connection, expected, times)

    def require_all_quiet(self, connections: Sequence[Connection], expected: str) -> None:
        """Require that on none of them anything more comes, waiting once for all. Raises Unmet with what came."""
        with self.turns.given_away(), ThreadPoolExecutor(len(connections)) as pool:
            list(pool.map(lambda one: self._require_quiet(one, expected), connections))

    def _require_quiet(self, connection: Connection, expected: str, times: int = 1) -> None:
        received = connection.receive(self.stage.quiet * times)
        if not isinstance(received, Silence):
            raise Unmet(expected=expected, actual=f"then {received}", met=received)

    def require_open(self, connection: Connection, *, after: str = "") -> None:
        """Require that the connection lives, as a pong shows. Raises Unmet.

        Messages that come before it are passed over, unless they come `after` what should have been the last one.
        """
        token = f"{time.monotonic_ns():x}".encode()
        connection.ping(token)
        deadline = time.monotonic() + self.stage.patience
        received: Received = Silence(self.stage.patience)
        while (left := deadline - time.monotonic()) > 0:
            received = connection.receive(left)
            if isinstance(received, Closed | Lost | Silence) or getattr(received, "data", None) == token:
                break
            if after and isinstance(received, Text | Binary):
                raise Unmet(expected=f"nothing after {after}", actual=f"then {received}", met=received)
        if isinstance(received, Closed | Lost | Silence):
            raise Unmet(expected="the connection stays open", actual=received)
