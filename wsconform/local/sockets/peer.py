"""A WebSocket connection: frames to messages, and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from wsconform.local.gateway.limits import FRAME, MESSAGE

MOST_RUNNING = 32
"""Messages of one connection that are dealt with at once; those after them wait, and then their client."""
MOST_IN_A_TURN = 64
"""Frames of one connection that are taken up before other connections have their turn."""
CLOSE_SECONDS = 5.0
"""How long a client may take to answer a close frame."""


class Wire(Protocol):
    """The connection under it."""

    def accepted(self, accept: str, subprotocol: str | None, extensions: str | None) -> bytes: ...  # noqa: D102
    def refused(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None: ...  # noqa: D102
    def write(self, data: bytes) -> None: ...  # noqa: D102
    def pause_reading(self) -> None: ...  # noqa: D102
    def resume_reading(self) -> None: ...  # noqa: D102
    def close_within(self, seconds: float) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102
    def linger(self) -> None: ...  # noqa: D102
    def soon(self, go_on: Callable[[], None]) -> None: ...  # noqa: D102


class Hearer(Protocol):
    """Who is told what a client does."""

    def message(self, peer: Peer, text: str) -> None: ...  # noqa: D102
    def binary(self, peer: Peer) -> None: ...  # noqa: D102
    def ping(self, peer: Peer) -> None: ...  # noqa: D102
    def gone(self, peer: Peer, code: int, reason: str) -> None: ...  # noqa: D102
    def congested(self, peer: Peer, *, full: bool) -> None: ...  # noqa: D102


class Peer:
    """The gateway's handle of a WebSocket connection, from its handshake on. `running` counts its invocations."""

    __slots__ = (
        "_accept",
        "_closed",
        "_frames",
        "_gone",
        "_hearer",
        "_offered",
        "_parts",
        "_paused",
        "_protocol",
        "_pumping",
        "_waits_its_turn",
        "_wire",
        "accepted",
        "full",
        "running",
    )

    def __init__(self, wire: Wire, hearer: Hearer, accept: str, offered: tuple[str, ...] = ()) -> None:
        self._wire = wire
        self._hearer = hearer
        self._accept = accept
        self._offered = offered
        self._protocol: ServerProtocol
        self._frames: deque[Frame] = deque()
        self._parts: bytearray | None = None
        self._paused = self._pumping = self._waits_its_turn = self._gone = self._closed = False
        self.accepted = False
        self.full = False
        self.running = 0

    # What the gateway does.

    def accept(self, subprotocol: str | None) -> None:
        """Become a WebSocket connection."""
        self._protocol = ServerProtocol(state=State.OPEN, max_size=(MESSAGE, FRAME))
        extensions = self._negotiated() if self._offered else None
        self.accepted = True
        early = self._wire.accepted(self._accept, subprotocol, extensions)
        if early:
            self.receive(early)

    def refuse(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """Answer the upgrade with another status."""
        self._gone = True
        self._wire.refused(status, headers, body)

    def send(self, data: str | bytes) -> None:
        """Send a message; to a connection that is closing, nothing."""
        if not self.accepted or self._protocol.state is not State.OPEN:
            return
        if isinstance(data, str):
            self._protocol.send_text(data.encode("utf-8", "replace"))
        else:
            self._protocol.send_binary(data)
        self._flush()

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake."""
        self._closed = True
        self._frames.clear()
        if not self.accepted or self._protocol.state is not State.OPEN:
            return
        self._protocol.send_close(code, reason)
        self._flush()
        self._wire.close_within(CLOSE_SECONDS)
        self._let_read()

    # What the client does.

    def receive(self, data: bytes) -> None:
        """Bytes came."""
        protocol = self._protocol
        protocol.receive_data(data)
        self._frames.extend(protocol.events_received())  # type: ignore[arg-type]  # all are frames after the handshake
        self._pump()
        self._flush()

    def lost(self) -> None:
        """The TCP connection ended."""
        closed = self.accepted and self._protocol.close_rcvd is not None
        if not closed:
            self._frames.clear()
            self._tell_gone(1006, "")
        if self.accepted:
            # Its parser, and an error in that, refer to the protocol, which refers to them.
            self._protocol.parser.close()
            self._protocol.parser_exc = None

    def congested(self, *, full: bool) -> None:
        """The client does not read, or does again."""
        self.full = full
        if not self._gone:
            self._hearer.congested(self, full=full)
        if self._frames:
            self._pump()
        self._let_read()

    def done(self) -> None:
        """One of its invocations ended."""
        self.running -= 1
        if self._frames:
            self._pump()
        self._let_read()

    # Inside.

    def _negotiated(self) -> str | None:
        """Agree on compression, where it is assumed that API Gateway does: the header that says so."""
        protocol = self._protocol
        protocol.available_extensions = [ServerPerMessageDeflateFactory()]
        headers = Headers([("Sec-WebSocket-Extensions", offer) for offer in self._offered])
        try:
            said, protocol.extensions = protocol.process_extensions(headers)
        except InvalidHandshake:
            return None
        return said

    def _pump(self) -> None:
        """Take up what came in, as far as it may be taken up at once."""
        if self._pumping:
            return
        self._pumping = True
        try:
            for _ in range(MOST_IN_A_TURN):
                if not self._may_take():
                    break
                self._take(self._frames.popleft())
        finally:
            self._pumping = False
        if self._may_take() and not self._waits_its_turn:
            self._waits_its_turn = True
            self._wire.soon(self._take_turn)
        failed = self._protocol.parser_exc is not None and self._protocol.close_sent is not None
        if failed and not self._frames:
            assert self._protocol.close_sent is not None  # noqa: S101 (for mypy)
            self._tell_gone(self._protocol.close_sent.code, self._protocol.close_sent.reason)
        self._let_read()

    def _may_take(self) -> bool:
        return bool(self._frames) and self.running < MOST_RUNNING and not self.full

    def _take_turn(self) -> None:
        self._waits_its_turn = False
        self._pump()

    def _take(self, frame: Frame) -> None:
        kind = frame.opcode
        if self._closed and kind is not Opcode.CLOSE:
            return
        if kind is Opcode.TEXT or (kind is Opcode.CONT and self._parts is not None):
            self._take_text(frame)
        elif kind is Opcode.BINARY:
            self._hearer.binary(self)
        elif kind is Opcode.PING:
            self._hearer.ping(self)
        elif kind is Opcode.CLOSE:
            close = self._protocol.close_rcvd
            self._tell_gone(close.code if close else 1005, close.reason if close else "")

    def _take_text(self, frame: Frame) -> None:
        whole = frame.data
        if self._parts is not None:
            self._parts += frame.data
            whole = self._parts
        elif not frame.fin:
            self._parts = bytearray(frame.data)
        if not frame.fin:
            return
        self._parts = None
        try:
            text = str(whole, "utf-8")
        except UnicodeDecodeError as error:
            self._frames.clear()
            if self._protocol.state is State.OPEN:
                self._protocol.fail(1007, f"{error.reason} at position {error.start}")
                self._flush()
            self._tell_gone(1007, "")
            return
        self._hearer.message(self, text)

    def _flush(self) -> None:
        """Send what the protocol has to say."""
        protocol = self._protocol
        data = protocol.data_to_send()
        if not data:
            return
        ends = not data[-1]
        whole = data[0] if len(data) == 1 else b"".join(data)
        if whole:
            self._wire.write(whole)
        if ends:
            if protocol.parser_exc is None and protocol.close_rcvd is not None:
                self._wire.close()
            else:
                self._wire.linger()

    def _tell_gone(self, code: int, reason: str) -> None:
        if not self._gone:
            self._gone = True
            self._hearer.gone(self, code, reason)

    def _let_read(self) -> None:
        """Read from the client as long as what it sends can be taken up."""
        pause = not (self._closed or self._gone) and (self.full or bool(self._frames))
        if pause is not self._paused:
            self._paused = pause
            if pause:
                self._wire.pause_reading()
            else:
                self._wire.resume_reading()
