"""The gateway of one API: what happens goes in, what is to be done comes out."""

from __future__ import annotations

from collections.abc import Mapping

from wsconform.local.deployed.model import DeployedApi
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.local.gateway.connections import Connection
from wsconform.local.gateway.effects import Effect
from wsconform.local.gateway.endings import REFUSED_DATA, Endings
from wsconform.local.gateway.handshake import Handshake
from wsconform.local.gateway.ids import Ids
from wsconform.local.gateway.inputs import ManagementCall, Upgrade
from wsconform.local.gateway.limits import Quotas
from wsconform.local.gateway.management import Management
from wsconform.local.gateway.messages import Messages
from wsconform.local.gateway.state import new_state, stages_of
from wsconform.local.outcome import Outcome


class Gateway:
    """A WebSocket API as API Gateway serves it, without sockets and without a clock.

    Each method takes the time, in seconds since the epoch, and returns what is to be done about what it was told, in
    order. None of them raises, whatever clients and handlers say. After a `Close` the connection counts as closed; of
    one that is over nothing is kept, and nothing more is sent to it. `domain` is the `domainName` of events.
    """

    def __init__(
        self,
        api: DeployedApi,
        *,
        domain: str,
        assumptions: Assumptions | None = None,
        ids: Ids | None = None,
        quotas: Quotas | None = None,
    ) -> None:
        self._state = new_state(api, domain, assumptions or Assumptions(), ids or Ids(), quotas or Quotas())
        self._endings = Endings(self._state)
        self._handshake = Handshake(self._state, self._endings)
        self._messages = Messages(self._state)
        self._management = Management(self._state, self._endings)

    def upgrade(self, peer: object, request: Upgrade, now: float) -> list[Effect]:
        """A peer asks for an upgrade. `Accept` or `Refuse` follows, now or later."""
        return self._handshake.upgrade(peer, request, now)

    def message(self, peer: object, text: str, now: float) -> list[Effect]:
        """A whole text message came, within the limits."""
        connection = self._open(peer)
        return self._messages.message(connection, text, now) if connection is not None else []

    def binary(self, peer: object, now: float) -> list[Effect]:
        """A binary frame came, which API Gateway does not take."""
        connection = self._open(peer)
        if connection is None:
            return []
        return self._endings.close(connection, REFUSED_DATA, "", "", now, "the client sent a binary frame")

    def ping(self, peer: object, now: float) -> list[Effect]:
        """A ping came; the pong is the shell's."""
        connection = self._open(peer)
        if connection is not None and self._state.assumptions.ping_resets_idle:
            connection.last_active = now
        return []

    def gone(self, peer: object, code: int, reason: str, now: float) -> list[Effect]:
        """A peer's connection ended, be it open or pending: by its client (1005 for no code), or lost (1006)."""
        connection = self._state.connections.of(peer)
        return self._endings.gone(connection, code, reason, now) if connection is not None else []

    def manage(self, call: ManagementCall, now: float) -> list[Effect]:
        """A management call came. Its `Answer` is among what follows."""
        return self._management.call(call, now)

    def completed(self, ticket: int, outcome: Outcome, now: float) -> list[Effect]:
        """What `Invoke` or `Fetch` asked for ended. Without effect where it is not waited for any more."""
        return self._state.calls.completed(ticket, outcome, now)

    def congested(self, peer: object, full: bool) -> None:  # noqa: FBT001, it is what is told
        """A client does not read what it is sent, or does again."""
        connection = self._state.connections.of(peer)
        if connection is not None:
            connection.full = full

    def next_deadline(self) -> float | None:
        """When `tick` has something to do; None while nothing waits. It may turn out to be nothing."""
        return self._state.timers.next()

    def tick(self, now: float) -> list[Effect]:
        """Time has passed."""
        effects: list[Effect] = []
        for key in self._state.timers.due(now):
            if isinstance(key, int):
                effects += self._state.calls.completed(key, None, now)
            elif isinstance(key, Connection):
                effects += self._endings.look(key, now)
        return effects

    def redeploy(self, api: DeployedApi) -> None:
        """Serve another deployment of the API. Connections stay, and so does what is under way."""
        self._state.api = api
        self._state.stages = stages_of(api, self._state.assumptions)

    @property
    def connections(self) -> Mapping[str, Connection]:
        """The open connections by id; to be read only."""
        return self._state.connections.open

    @property
    def waiting(self) -> int:
        """How many calls the gateway waits for."""
        return len(self._state.calls)

    @property
    def idle(self) -> bool:
        """Whether nothing is left: no connection, no call, no deadline."""
        return not (len(self._state.connections) or len(self._state.calls) or len(self._state.timers))

    def _open(self, peer: object) -> Connection | None:
        connection = self._state.connections.of(peer)
        return connection if connection is not None and connection.opened is not None else None
