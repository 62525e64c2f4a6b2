"""How connections end: who ended them, with which code, and `$disconnect`.

Rules: API Gateway developer guide, "Manage connected users and client apps: $connect and $disconnect routes"
(`$disconnect` runs after the connection is closed, whoever closed it) and "Quotas for configuring and running a
WebSocket API in API Gateway" (ten idle minutes, two hours).
"""

from __future__ import annotations

from functools import partial

from wsconform.local.gateway import events
from wsconform.local.gateway.connections import Connection
from wsconform.local.gateway.effects import Close, Effect, Happened
from wsconform.local.gateway.integration.conclusion import Conclusion
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.limits import DURATION, IDLE
from wsconform.local.gateway.routes import run
from wsconform.local.gateway.selection import DISCONNECT
from wsconform.local.gateway.state import State

GOING_AWAY, REFUSED_DATA, NO_CODE, LOST = 1001, 1003, 1005, 1006
_WITHOUT_CODE = "Client-side close frame status not set"


class Endings:
    """Ends connections, each once."""

    def __init__(self, state: State) -> None:
        self._state = state

    def watch(self, connection: Connection) -> None:
        """Have a connection looked at when it may have been idle or open for too long."""
        opened = connection.opened if connection.opened is not None else connection.last_active
        self._state.timers.set(connection, min(connection.last_active + IDLE, opened + DURATION))

    def look(self, connection: Connection, now: float) -> list[Effect]:
        """Close a connection that has been idle or open for too long."""
        if connection.opened is None:
            return []
        reason = self._state.assumptions.going_away_reason
        if now >= connection.opened + DURATION:
            return self.close(connection, GOING_AWAY, "Going away", reason, now, "it was open for two hours")
        if now >= connection.last_active + IDLE:
            return self.close(connection, GOING_AWAY, "Going away", reason, now, "it was idle for ten minutes")
        self.watch(connection)
        return []

    def close(  # noqa: PLR0913, PLR0917, both sides are told, and people why
        self, connection: Connection, code: int, reason: str, told: str, now: float, explanation: str = ""
    ) -> list[Effect]:
        """Close a connection with `code` and `reason`; `told` is the reason that `$disconnect` hears."""
        return [Close(connection.peer, code, reason), *self._end(connection, code, told, now, explanation)]

    def gone(self, connection: Connection, code: int, reason: str, now: float) -> list[Effect]:
        """A connection was closed by its client, or lost."""
        if code == NO_CODE:
            reason = _WITHOUT_CODE
        elif code == LOST:
            reason = self._state.assumptions.lost_reason
        return self._end(connection, code, reason, now)

    def _end(self, connection: Connection, code: int, reason: str, now: float, explanation: str = "") -> list[Effect]:
        state = self._state
        state.timers.cancel(connection)
        state.calls.drop(connection)
        state.connections.end(connection)
        if connection.opened is None:
            return [Happened("disconnect", "the client left before it was connected", connection.id)]
        text = f"disconnected {code}" + (f" {reason}" if reason else "")
        fields = {"stage": connection.stage, "disconnectStatusCode": code, "disconnectReason": reason}
        happened = Happened("disconnect", text, connection.id, "", explanation, fields)
        return [happened, *self.tell(connection, code, reason, now)]

    def tell(self, connection: Connection, code: int, reason: str, now: float) -> list[Effect]:
        """Run `$disconnect` for a connection that is over."""
        state = self._state
        stage = state.stages.get(connection.stage)
        route = stage.routes.get(DISCONNECT) if stage is not None else None
        if stage is None or route is None:
            missing = stage.absent.get(DISCONNECT, "") if stage is not None else ""
            text = "$disconnect is not in the deployed stage"
            return [Happened("error", text, connection.id, DISCONNECT, missing)] if missing else []
        if route.integration is None:
            return []
        event = events.disconnect_event(
            connection.origin,
            stage.variables,
            connection.authorizer,
            code,
            reason,
            request_id=state.ids.request(),
            now=now,
        )
        context = MessageContext(event=event, stage_variables=stage.variables)
        return run(state, None, connection.id, route, context, now, partial(self._concluded, connection.id))

    def _concluded(self, connection_id: str, conclusion: Conclusion, _now: float) -> list[Effect]:
        if conclusion.failure is None:
            return []
        failure = conclusion.failure
        return [Happened("error", f"$disconnect: {failure.kind}", connection_id, DISCONNECT, failure.explanation)]
