"""One TCP connection: HTTP requests until one becomes a WebSocket connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

from wsconform.local.gateway.frames import plain
from wsconform.local.gateway.inputs import ManagementCall, Upgrade
from wsconform.local.sockets.handshake import accept_key, switching, wants_websocket
from wsconform.local.sockets.peer import Peer
from wsconform.local.sockets.request import BadRequest, Request, RequestReader
from wsconform.local.sockets.response import Headers, phrase, response
from wsconform.local.sockets.shell import Shell

HEAD_SECONDS = 10.0
"""How long a request's head may take."""
BODY_SECONDS = 30.0
IDLE_SECONDS = 75.0
"""How long a connection may stay between two requests."""
LINGER_SECONDS = 0.5
"""How long what a client still sends is read and dropped, so that it gets to read why the connection ends."""
MOST_LINGER = 8
MOST_EARLY = 65_536
"""Bytes of frames that a client may send before its upgrade is answered."""
MOST_UNSENT = 8 * 1024 * 1024
"""Bytes that wait to be sent to a client; beyond, the connection is ended."""
HIGH_WATER = 262_144
"""Bytes that wait to be sent from which on a client counts as one that does not read."""

Page = Callable[[Request], tuple[int, Headers, bytes] | None]
"""What the pages for people answer to a request; None where it is none of theirs."""


class Door(Protocol):
    """What a connection is told of the listener it came in by."""

    shell: Shell
    page: Page | None
    secure: bool
    port: int
    connections: set[Connection]


class Connection(asyncio.Protocol):
    """One TCP connection. `deadline` is when `expire` is due, by the event loop's clock; None for never."""

    __slots__ = ("_door", "_early", "_exchange", "_lingered", "_peer", "_reader", "_transport", "deadline", "heard")

    def __init__(self, door: Door) -> None:
        self._door = door
        self._reader = RequestReader()
        self._exchange: Exchange | None = None
        self._peer: Peer | None = None
        self._early = b""
        self._lingered = -1
        self.deadline: float | None = None
        self.heard = False
        self._transport: asyncio.Transport

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # as every event loop gives to a TCP server
        self._transport.set_write_buffer_limits(high=HIGH_WATER)
        self._door.connections.add(self)
        self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Go on, in whatever state the connection is."""
        if self._lingered >= 0:
            self.heard = True
        elif self._peer is None:
            self._read_requests(data)
        elif self._peer.accepted:
            self._peer.receive(data)
        else:
            self._early += data
            if len(self._early) > MOST_EARLY:
                self._transport.abort()

    def eof_received(self) -> bool:
        """Half a connection is no use to anybody."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (whatever the reason)
        """End."""
        self._door.connections.discard(self)
        self.deadline = None
        if self._peer is not None:
            self._peer.lost()
        self._lingered = 0
        # What would otherwise refer to itself by them, and wait for the collector of garbage with all of TLS's buffers.
        self._peer = self._exchange = None
        self._reader.end()

    def pause_writing(self) -> None:
        """The client does not read."""
        if self._peer is not None:
            self._peer.congested(full=True)

    def resume_writing(self) -> None:
        """It does again."""
        if self._peer is not None:
            self._peer.congested(full=False)

    # Time.

    def expire(self, now: float) -> None:
        """The time is up."""
        if self._lingered >= 0:
            self._lingered += 1
            if self.heard and self._lingered < MOST_LINGER:
                self.heard = False
                self.deadline = now + LINGER_SECONDS
                return
            self.deadline = None
            self._transport.abort()
        elif self._peer is not None:
            self.deadline = None
            self._transport.abort()
        elif self._reader.in_head or self._reader.in_body:
            self._refuse(BadRequest(408, "the request took too long"))
        else:
            self.deadline = None
            self._transport.close()

    def _wait(self, seconds: float | None) -> None:
        self.deadline = None if seconds is None else asyncio.get_running_loop().time() + seconds

    # HTTP.

    def _read_requests(self, data: bytes) -> None:
        reader = self._reader
        began = reader.in_head or reader.in_body
        try:
            reader.feed(data)
        except BadRequest as error:
            self._refuse(error)
            return
        if reader.wants_continue:
            reader.wants_continue = False
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._exchange is None:
            if reader.requests:
                self._next()
            elif reader.in_body:
                self._wait(BODY_SECONDS)
            elif not began:
                self._wait(HEAD_SECONDS)

    def _next(self) -> None:
        """Take up the next request, if there is one."""
        requests = self._reader.requests
        while requests and self._exchange is None and self._lingered < 0:
            request = requests.popleft()
            self._wait(None)
            try:
                _require_well_formed(request)
                if wants_websocket(request):
                    self._upgrade(request)
                else:
                    self._exchange = Exchange(self, request)
                    self._ask(request, self._exchange)
            except BadRequest as error:
                self._refuse(error)
            if self._peer is not None:
                return

    def _upgrade(self, request: Request) -> None:
        accept = accept_key(request)
        shell = self._door.shell
        source = self._transport.get_extra_info("peername")
        upgrade = Upgrade(
            path=request.path,
            headers=tuple(request.headers),
            query=request.query,
            source_ip=source[0] if source else "",
            port=self._door.port,
            secure=self._door.secure,
            caller=shell.caller(request),
            target_length=len(request.target),
        )
        self._early = self._reader.rest or b""
        offered = tuple(request.values("sec-websocket-extensions")) if shell.assumptions.permessage_deflate else ()
        self._peer = Peer(self, shell, accept, offered)
        shell.upgrade(self._peer, upgrade)

    def _ask(self, request: Request, exchange: Exchange) -> None:
        shell, page = self._door.shell, self._door.page
        if page is not None and (found := page(request)) is not None:
            exchange.answer(*found)
            return
        if request.method in ("GET", "HEAD") and shell.is_stage(request.path):
            status = shell.assumptions.plain_get
            exchange.answer(status, (("Upgrade", "websocket"),), plain(phrase(status)))
            return
        call = ManagementCall(
            token=exchange, method=request.method, path=request.path, body=request.body, caller=shell.caller(request)
        )
        shell.manage(call)

    def answered(self, exchange: Exchange, status: int, headers: Headers, body: bytes) -> None:
        """Send the answer to the request that is being dealt with."""
        if exchange is not self._exchange or self._transport.is_closing():
            return
        self._exchange = None
        request = exchange.request
        # Until the next request comes, the connection is idle.
        keep = request.keep_alive
        self._transport.write(response(status, headers, body, close=not keep, without_body=request.method == "HEAD"))
        if not keep:
            self.linger()
        elif self._reader.requests:
            asyncio.get_running_loop().call_soon(self._next)
        else:
            self._wait(IDLE_SECONDS)

    def _refuse(self, error: BadRequest) -> None:
        self.refused(error.status, error.headers, plain(phrase(error.status)))
        self._door.shell.malformed(error.status, str(error))

    # WebSocket.

    def refused(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer with an error, and end the connection."""
        if self._lingered < 0 and not self._transport.is_closing():
            self._transport.write(response(status, headers, body, close=True))
            self.linger()

    def accepted(self, accept: str, subprotocol: str | None, extensions: str | None) -> bytes:
        """Answer 101: what the client sent in the meantime."""
        self._transport.write(switching(accept, subprotocol, extensions))
        early, self._early = self._early, b""
        return early

    def write(self, data: bytes) -> None:
        """Send bytes, unless too many wait already: then the connection is ended."""
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            self._transport.abort()

    def pause_reading(self) -> None:
        """Let the client wait."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close_within(self, seconds: float) -> None:
        """Wait for the client to close, but not for long."""
        self._wait(seconds)

    def close(self) -> None:
        """End the connection once all is sent, or after a while."""
        if not self._transport.is_closing():
            self._wait(LINGER_SECONDS)
            self._transport.close()

    def linger(self) -> None:
        """End the connection, but drop what the client is still sending first: it would not read the end otherwise."""
        if self._lingered < 0 and not self._transport.is_closing():
            self._lingered = 0
            if self._transport.can_write_eof():
                self._transport.write_eof()
            self._wait(LINGER_SECONDS)
            self.resume_reading()

    def soon(self, go_on: Callable[[], None]) -> None:
        """Go on once other connections had their turn."""
        asyncio.get_running_loop().call_soon(go_on)

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def stop(self) -> None:
        """The stage ends."""
        if self._peer is not None and self._peer.accepted:
            self._peer.close(1001, "Going away")
        self._transport.close()


class Exchange:
    """A request that waits for its answer: the token of a management call."""

    __slots__ = ("_connection", "request")

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection = connection
        self.request = request

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer it. If the client is gone, nobody hears."""
        self._connection.answered(self, status, headers, body)


def _require_well_formed(request: Request) -> None:
    if not request.target.startswith("/"):
        raise BadRequest(400, "the target of a request must be a path")
    if len(request.values("host")) != 1:
        raise BadRequest(400, "a request must have one header Host")
