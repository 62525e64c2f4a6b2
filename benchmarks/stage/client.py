"""One WebSocket connection of the load: the sans-I/O client of `websockets` on an asyncio transport, to cost little."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import WebSocketURI, parse_uri


class Refused(Exception):  # noqa: N818 - it is no fault of the program's
    """The upgrade did not end in a connection; the message says how it ended."""


class Client(asyncio.Protocol):
    """A connection. `on_text` is called with each text message; `opened` and `closed` are done once it is so."""

    def __init__(self, uri: WebSocketURI, headers: Mapping[str, str], on_text: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._headers = headers
        self._on_text = on_text
        self._websocket = ClientProtocol(uri, max_size=None)
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the upgrade request."""
        self._transport = cast("asyncio.Transport", transport)
        request = self._websocket.connect()
        request.headers.update(self._headers)
        self._websocket.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Act on what came, and answer pings and closes."""
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Response):
                self._answered(event)
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._on_text(bytes(event.data))
        self._flush()

    def eof_received(self) -> None:
        """The server closes TCP first (RFC 6455, section 7.1.1); the transport then closes too."""
        self._websocket.receive_eof()
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        """Let go whoever waits."""
        if not self.opened.done():
            self.opened.set_exception(Refused(str(error or "the connection was closed before an answer")))
        if not self.closed.done():
            self.closed.set_result(None)

    def write(self, frames: bytes) -> None:
        """Send frames as they are, whatever is in them."""
        self._transport.write(frames)

    def close(self) -> None:
        """Begin the closing handshake; `closed` is done once it has ended."""
        if self._websocket.state is State.OPEN:
            self._websocket.send_close(1000)
            self._flush()

    def abort(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def _answered(self, response: Response) -> None:
        if self._websocket.state is State.OPEN:
            self.opened.set_result(None)
        elif not self.opened.done():
            self.opened.set_exception(Refused(f"HTTP {response.status_code}"))
            self._transport.close()

    def _flush(self) -> None:
        for data in self._websocket.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()


class Door:
    """Where connections are opened: a URL, with the credential that its authorizer wants."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._uri = parse_uri(url)
        self._headers = headers
        # The stage's certificate is made for the run; who it belongs to is not what is measured.
        self._tls = ssl.create_default_context() if self._uri.secure else None
        if self._tls:
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE

    async def open(self, on_text: Callable[[bytes], None] = lambda _text: None) -> Client:
        """A connection once it is open. Raises Refused where it is not let in, and OSError where nobody listens."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: Client(self._uri, self._headers, on_text), self._uri.host, self._uri.port, ssl=self._tls
        )
        await client.opened
        return client


def text_frame(text: str) -> bytes:
    """A masked frame that holds a text message."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=True)
