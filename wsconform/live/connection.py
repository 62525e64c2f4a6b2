"""An open connection: what is sent on it, and what comes."""

from __future__ import annotations

import time
from collections.abc import Iterable

import websocket

from wsconform.live.frames import BreachError, breach
from wsconform.live.received import Binary, Closed, Lost, Pong, Received, Silence, Text
from wsconform.live.transcript import Transcript
from wsconform.live.wire import TooMuchError, Wire

NO_STATUS = 1005
_SENDING = 10.0


class Connection:
    """An open connection."""

    def __init__(self, sock: websocket.WebSocket, wire: Wire, number: int, transcript: Transcript) -> None:
        self._sock = sock
        self._wire = wire
        self.number = number
        self._transcript = transcript
        self.ended: Closed | Lost | None = None
        self._pings: list[bytes] = []

    def send(self, text: str, *, shown: str | None = None) -> None:
        """Send one text message; `shown` stands for it in the transcript."""
        self._frames([(websocket.ABNF.OPCODE_TEXT, text.encode(), True)], f"TEXT {text if shown is None else shown}")

    def send_fragments(self, pieces: Iterable[bytes], *, shown: str) -> None:
        """Send one text message in several frames."""
        parts = list(pieces)
        opcodes = [websocket.ABNF.OPCODE_TEXT, *[websocket.ABNF.OPCODE_CONT] * (len(parts) - 1)]
        last = len(parts) - 1
        self._frames(
            [(code, part, at == last) for at, (code, part) in enumerate(zip(opcodes, parts, strict=True))], shown
        )

    def send_binary(self, data: bytes) -> None:
        """Send one binary message."""
        self._frames([(websocket.ABNF.OPCODE_BINARY, data, True)], f"BINARY {len(data)} bytes")

    def ping(self, data: bytes) -> None:
        """Send a ping."""
        self._pings.append(data)
        self._frames([(websocket.ABNF.OPCODE_PING, data, True)], f"PING {data.decode('ascii', 'replace')}")

    def _frames(self, frames: Iterable[tuple[int, bytes, bool]], shown: str) -> None:
        self._transcript.note(self.number, ">", shown)
        self._wire.within(_SENDING)
        try:
            for opcode, data, is_last in frames:
                self._sock.send_frame(websocket.ABNF.create_frame(data, opcode, int(is_last)))
        except (OSError, websocket.WebSocketException) as error:
            # The stage may have said why before it stopped reading, so what came is still read.
            self._transcript.note(self.number, ".", f"not sent: {words(error)}")

    def receive(self, within: float) -> Received:
        """The next message, or what ended the connection. Pings are answered and passed over."""
        if self.ended is not None:
            return self.ended
        received = self._receive(time.monotonic() + within, within)
        if isinstance(received, Closed | Lost):
            self.ended = received
        if isinstance(received, Closed):
            self._transcript.note(self.number, "<", f"CLOSE {received.code} {received.reason}".rstrip())
        elif isinstance(received, Text):
            self._transcript.note(self.number, "<", f"TEXT {received.text}")
        elif isinstance(received, Pong):
            self._transcript.note(self.number, "<", f"PONG {received.data.decode('ascii', 'replace')}")
        elif isinstance(received, Binary):
            self._transcript.note(self.number, "<", f"BINARY {len(received.data)} bytes")
        else:
            self._transcript.note(self.number, ".", str(received))
        return received

    def _receive(self, deadline: float, within: float) -> Received:
        while True:
            self._wire.within(deadline - time.monotonic())
            try:
                opcode, frame = self._sock.recv_data_frame(control_frame=True)
            except (TimeoutError, websocket.WebSocketTimeoutException):
                return Silence(within)
            except TooMuchError:
                return Lost("more came than a client takes")
            except (BreachError, websocket.WebSocketProtocolException) as error:
                said = str(error) if isinstance(error, BreachError) else breach(error)
                return Lost(f"the stage sent {said}")
            except (OSError, websocket.WebSocketException, ValueError) as error:
                return Lost(words(error))
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return _closed(bytes(frame.data))
            if opcode == websocket.ABNF.OPCODE_PONG and self._pings:
                return self._pong(bytes(frame.data))
            if opcode == websocket.ABNF.OPCODE_TEXT:
                return _text(bytes(frame.data))
            if opcode == websocket.ABNF.OPCODE_BINARY:
                return Binary(bytes(frame.data))
            unasked = opcode == websocket.ABNF.OPCODE_PONG  # as a heartbeat: RFC 6455, section 5.5.3
            self._transcript.note(self.number, "<", "PONG, unasked" if unasked else "PING")

    def _pong(self, data: bytes) -> Pong:
        """A pong that may be the answer to a ping: the latest one is answered, and with it those before."""
        if data in self._pings:
            del self._pings[: self._pings.index(data) + 1]
        return Pong(data)

    def close(self, code: int = 1000, *, within: float) -> Received:
        """Close, and wait for the stage's close frame: that, or what came instead."""
        if self.ended is not None:
            return self.ended
        self._transcript.note(self.number, ">", f"CLOSE {code}")
        self._wire.within(within)
        try:
            self._sock.send_close(code)
        except (OSError, websocket.WebSocketException) as error:
            self.ended = Lost(words(error))
            return self.ended
        deadline = time.monotonic() + within
        while True:
            received = self.receive(max(0.001, deadline - time.monotonic()))
            if isinstance(received, Closed | Lost | Silence):
                self.drop()
                return received

    def fileno(self) -> int:
        """Its file descriptor, for those who wait for several things at once."""
        return int(self._wire.fileno())

    def pending(self) -> bool:
        """Whether something has been read off the network and waits to be received."""
        return self._wire.pending() > 0

    def forget(self) -> None:
        """Count what comes in anew, for a connection that lives as long as somebody wants it."""
        self._wire.opened()

    def drop(self) -> None:
        """End the connection without a closing handshake."""
        self.ended = self.ended or Lost("dropped by the client")
        self._wire.close()


def _text(data: bytes) -> Text | Lost:
    try:
        return Text(data.decode())
    except UnicodeDecodeError:
        return Lost("the stage sent a text message that is not UTF-8")


def _closed(data: bytes) -> Closed | Lost:
    if len(data) < 2:  # noqa: PLR2004 (the code)
        return Closed(NO_STATUS)
    try:
        return Closed(int.from_bytes(data[:2], "big"), data[2:].decode())
    except UnicodeDecodeError:
        return Lost("the stage sent a close frame with a reason that is not UTF-8")


def words(error: BaseException) -> str:
    """What an error of a socket or of the library says, without a stop."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if isinstance(error, websocket.WebSocketConnectionClosedException):
        return "the stage hung up without a close frame"
    return str(error).strip().rstrip(".") or type(error).__name__
