"""The two ports of an API: one with TLS, one without."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl

from wsconform.local.sockets.connection import Connection, Page
from wsconform.local.sockets.shell import Shell

BACKLOG = 1024
MOST_PORT = 65_535
SWEEP_SECONDS = 0.25
"""How often connections are looked at whose time is up."""
HANDSHAKE_SECONDS, SHUTDOWN_SECONDS = 10.0, 1.0


_FIXES = {
    errno.EADDRINUSE: "choose another port, or leave it to the system",
    errno.EACCES: "choose a port above 1023, or leave it to the system",
    errno.EADDRNOTAVAIL: "choose an address of this machine",
}


class CannotListen(OSError):  # noqa: N818 (says what is the matter)
    """A port that cannot be opened; `fix` says what to do."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to a port, 0 for one of the system's choice, which does not listen yet. Raises CannotListen."""
    if not 0 <= port <= MOST_PORT:
        raise CannotListen(f"there is no port {port}", f"choose one up to {MOST_PORT}, or leave it to the system")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        fix = _FIXES[errno.EADDRNOTAVAIL]
        raise CannotListen(f'the host "{host}" has no address: {error.strerror or error}', fix) from None
    try:
        opened = socket.socket(family, kind, proto)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(address)
        except OSError:
            opened.close()
            raise
    except OSError as error:
        raise _cannot(host, port, error) from None
    return opened


def _cannot(host: str, port: int, error: OSError) -> CannotListen:
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    fix = _FIXES.get(error.errno or 0, "")
    return CannotListen(f"{where} cannot be opened: {error.strerror or error}", fix)


class Listener:
    """One port, with all connections that came in by it."""

    def __init__(
        self, sock: socket.socket, shell: Shell, *, context: ssl.SSLContext | None = None, page: Page | None = None
    ) -> None:
        self.shell = shell
        self.page = page
        self.secure = context is not None
        self.port: int = sock.getsockname()[1]
        self.connections: set[Connection] = set()
        self._socket = sock
        self._context = context
        self._server: asyncio.Server | None = None
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take connections. Raises CannotListen: a port may be bound twice, and is listened on by the first only."""
        try:
            self._socket.listen(BACKLOG)  # here, for uvloop says nothing of it when that fails
        except OSError as error:
            host, port, *_ = self._socket.getsockname()
            raise _cannot(host, port, error) from None
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self),
            sock=self._socket,
            ssl=self._context,
            backlog=BACKLOG,
            ssl_handshake_timeout=HANDSHAKE_SECONDS if self.secure else None,
            ssl_shutdown_timeout=SHUTDOWN_SECONDS if self.secure else None,
        )
        self._sweeping = asyncio.ensure_future(self._sweep())

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = loop.time()
            for connection in [one for one in self.connections if one.deadline is not None and one.deadline <= now]:
                connection.expire(now)

    async def stop(self) -> None:
        """End all connections, and the port."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeping
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.stop()
        if self.connections:
            await asyncio.sleep(0.05)  # for what was sent last
        for connection in list(self.connections):
            connection.abort()
        await asyncio.sleep(0)
        self._socket.close()
