"""The connections of one API: those that wait for their handshake, and those that are open."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from wsconform.local.gateway.events import Origin


class Connection:
    """One connection. All that is known of it is here, and goes with it.

    `authorizer` is what events carry of the authorizer's answer; times are seconds since the epoch. `tickets` are the
    calls that it waits for; `full` says that its client does not read.
    """

    __slots__ = ("authorizer", "full", "last_active", "opened", "origin", "peer", "tickets")

    def __init__(self, peer: object, origin: Origin, now: float) -> None:
        self.peer = peer
        self.origin = origin
        self.authorizer: Mapping[str, Any] | None = None
        self.last_active = now
        self.opened: float | None = None
        self.full = False
        self.tickets: set[int] = set()

    @property
    def id(self) -> str:
        """The connection's id."""
        return self.origin.connection_id

    @property
    def stage(self) -> str:
        """The stage that it came to."""
        return self.origin.stage

    @property
    def principal(self) -> str:
        """Whom the authorizer took the client for; empty without one."""
        return str(self.authorizer["principalId"]) if self.authorizer is not None else ""


class Connections:
    """All of them, by the shell's handle and by id."""

    def __init__(self) -> None:
        self._by_peer: dict[object, Connection] = {}
        self._pending: set[str] = set()
        self._open: dict[str, Connection] = {}

    def __len__(self) -> int:
        return len(self._by_peer)

    @property
    def open(self) -> Mapping[str, Connection]:
        """Those that are open, by id; to be read only."""
        return MappingProxyType(self._open)

    def of(self, peer: object) -> Connection | None:
        """The connection of a peer, open or not."""
        return self._by_peer.get(peer)

    def named(self, connection_id: str) -> Connection | None:
        """The open connection of an id."""
        return self._open.get(connection_id)

    def is_pending(self, connection_id: str) -> bool:
        """Whether the handshake of an id is not over."""
        return connection_id in self._pending

    def begin(self, connection: Connection) -> None:
        """Keep a connection whose handshake begins."""
        self._by_peer[connection.peer] = connection
        self._pending.add(connection.id)

    def establish(self, connection: Connection, now: float) -> None:
        """Open a connection."""
        connection.opened = connection.last_active = now
        self._pending.discard(connection.id)
        self._open[connection.id] = connection

    def end(self, connection: Connection) -> None:
        """Forget a connection."""
        self._by_peer.pop(connection.peer, None)
        self._pending.discard(connection.id)
        self._open.pop(connection.id, None)
