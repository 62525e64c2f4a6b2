"""The calls that the gateway waits for: functions invoked, URLs fetched."""

from __future__ import annotations

from collections.abc import Callable

from wsconform.local.gateway.connections import Connection
from wsconform.local.gateway.effects import Effect, Fetch, Invoke
from wsconform.local.gateway.ids import Ids
from wsconform.local.gateway.integration.conclusion import CallUrl
from wsconform.local.gateway.timers import Timers
from wsconform.local.outcome import Outcome
from wsconform.records import record

Then = Callable[[Outcome | None, float], list[Effect]]
"""What follows a call: given its outcome, or None where the gateway stopped waiting, and the time."""


@record(frozen=True, slots=True)
class _Call:
    owner: Connection | None
    then: Then


class Calls:
    """Calls by ticket. Those of a connection are dropped with it: whatever they give comes too late."""

    def __init__(self, timers: Timers, ids: Ids) -> None:
        self._timers = timers
        self._ids = ids
        self._calls: dict[int, _Call] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._calls)

    def invoke(  # noqa: PLR0913, PLR0917, what to invoke, for whom and until when
        self, owner: Connection | None, function: str, qualifier: str, payload: bytes, until: float, then: Then
    ) -> Invoke:
        """Invoke a function, and wait until a time for its outcome."""
        ticket = self._begin(owner, until, then)
        return Invoke(ticket, function, payload, self._ids.invocation(), qualifier)

    def fetch(self, owner: Connection | None, call: CallUrl, until: float, then: Then) -> Fetch:
        """Call a URL, and wait until a time for its answer."""
        return Fetch(self._begin(owner, until, then), call)

    def completed(self, ticket: int, outcome: Outcome | None, now: float) -> list[Effect]:
        """A call ended, or its time ran out (None). Nothing follows one that is not waited for."""
        call = self._calls.pop(ticket, None)
        if call is None:
            return []
        self._timers.cancel(ticket)
        if call.owner is not None:
            call.owner.tickets.discard(ticket)
        return call.then(outcome, now)

    def drop(self, owner: Connection) -> None:
        """Wait no more for what a connection called."""
        for ticket in owner.tickets:
            self._calls.pop(ticket, None)
            self._timers.cancel(ticket)
        owner.tickets.clear()

    def _begin(self, owner: Connection | None, until: float, then: Then) -> int:
        self._last += 1
        self._calls[self._last] = _Call(owner, then)
        self._timers.set(self._last, until)
        if owner is not None:
            owner.tickets.add(self._last)
        return self._last
