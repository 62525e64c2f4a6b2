"""A WebSocket client that keeps a transcript, waits no longer than it is told, and takes every answer for a value."""

from __future__ import annotations

import itertools
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import websocket

from wsconform.live.outcome import (
    Binary,
    Closed,
    Handshake,
    Lost,
    Malformed,
    Opened,
    Pong,
    Received,
    Refused,
    Silence,
    Text,
    Unanswered,
    Unreachable,
    Untrusted,
)
from wsconform.live.secret import Secret
from wsconform.live.transcript import Transcript
from wsconform.live.wire import Endpoint, TooMuchError, Wire, open_wire

NO_STATUS = 1005
_SWITCHING = 101
_SUBPROTOCOL = "Sec-WebSocket-Protocol"
_MOST_BODY = 4_096


class Client:
    """Opens connections to one stage, and writes down what happens on them."""

    def __init__(self, endpoint: Endpoint, transcript: Transcript) -> None:
        self.endpoint = endpoint
        self.transcript = transcript
        self._numbers = itertools.count(1)
        self._open: list[Connection] = []

    def connect(
        self,
        *,
        headers: Mapping[str, str | Secret] | None = None,
        query: Mapping[str, str | Secret] | None = None,
        subprotocols: Iterable[str] = (),
        within: float,
    ) -> Handshake:
        """Try to open a connection; `within` seconds bound all of it. What comes of it is returned, never raised."""
        number, offered = next(self._numbers), list(subprotocols)
        headers, query = headers or {}, query or {}
        self._note_request(number, headers, query, offered)
        outcome = self._attempt(number, headers, query, offered, within)
        if isinstance(outcome, Opened):
            said = "101" + (f", subprotocol {outcome.subprotocol}" if outcome.subprotocol else "")
            self.transcript.note(number, "<", said)
        elif isinstance(outcome, Refused):
            self.transcript.note(number, "<", f"{outcome.status} {outcome.body}".strip())
        else:
            self.transcript.note(number, ".", str(outcome))
        return outcome

    def close(self) -> None:
        """End whatever is open still, without ceremony."""
        for connection in self._open:
            connection.drop()
        self._open.clear()

    def _note_request(
        self, number: int, headers: Mapping[str, str | Secret], query: Mapping[str, str | Secret], offered: list[str]
    ) -> None:
        """What is sent, with the names of secrets in their place."""
        shown = [f"{name}: {value}" for name, value in headers.items()]
        shown += [f"?{name}={value}" for name, value in query.items()]
        shown += [f"subprotocols {', '.join(offered)}"] if offered else []
        self.transcript.note(number, ">", " ".join(["upgrade", urlsplit(self.endpoint.url).path or "/", *shown]))

    def _attempt(
        self,
        number: int,
        headers: Mapping[str, str | Secret],
        query: Mapping[str, str | Secret],
        offered: list[str],
        within: float,
    ) -> Handshake:
        begun = time.monotonic()
        try:
            wire = open_wire(self.endpoint, within)
        except TimeoutError:
            return Unanswered("connection", within)
        except ssl.SSLCertVerificationError as error:
            return Untrusted(error.verify_message or str(error.reason))
        except ssl.SSLError as error:
            return Untrusted(str(error.reason or error))
        except OSError as error:
            return Unreachable((error.strerror or str(error)).lower())
        wire.within(within - (time.monotonic() - begun))
        sock = websocket.WebSocket()
        sent = [f"{name}: {_plain(value)}" for name, value in headers.items()]
        # Offered as a plain header, since the library takes an answer that names none for a broken one.
        sent += [f"{_SUBPROTOCOL}: {', '.join(offered)}"] if offered else []
        try:
            sock.connect(  # type: ignore[no-untyped-call]
                _with_query(self.endpoint.url, query),
                socket=wire,
                header=sent,
                suppress_origin=True,
                redirect_limit=0,
            )
        except Exception as error:  # noqa: BLE001 (whatever a stage sends is an outcome)
            wire.close()
            return _redirected(sock) or _failed(error, within)
        redirected = _redirected(sock)
        if redirected is not None:
            wire.close()
            return redirected
        chosen = (sock.getheaders() or {}).get(_SUBPROTOCOL.lower())
        if chosen is not None and chosen not in offered:
            wire.close()
            return Malformed(f'names the subprotocol "{chosen}", which was not offered')
        wire.opened()
        connection = Connection(sock, wire, number, self.transcript)
        self._open.append(connection)
        return Opened(connection, chosen)


class Connection:
    """An open connection."""

    def __init__(self, sock: websocket.WebSocket, wire: Wire, number: int, transcript: Transcript) -> None:
        self._sock = sock
        self._wire = wire
        self.number = number
        self._transcript = transcript
        self.ended: Closed | Lost | None = None

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
        self._frames([(websocket.ABNF.OPCODE_PING, data, True)], f"PING {data.decode('ascii', 'replace')}")

    def _frames(self, frames: Iterable[tuple[int, bytes, bool]], shown: str) -> None:
        self._transcript.note(self.number, ">", shown)
        self._wire.within(_SENDING)
        try:
            for opcode, data, is_last in frames:
                self._sock.send_frame(websocket.ABNF.create_frame(data, opcode, int(is_last)))
        except (OSError, websocket.WebSocketException) as error:
            # The stage may have said why before it stopped reading, so what came is still read.
            self._transcript.note(self.number, ".", f"not sent: {_words(error)}")

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
            except (OSError, websocket.WebSocketException, ValueError) as error:
                return Lost(_words(error))
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return _closed(bytes(frame.data))
            if opcode == websocket.ABNF.OPCODE_PONG:
                return Pong(bytes(frame.data))
            if opcode == websocket.ABNF.OPCODE_TEXT:
                return Text(bytes(frame.data).decode("utf-8", "replace"))
            if opcode == websocket.ABNF.OPCODE_BINARY:
                return Binary(bytes(frame.data))
            self._transcript.note(self.number, "<", "PING")

    def close(self, code: int = 1000, *, within: float) -> Received:
        """Close, and wait for the stage's close frame: that, or what came instead."""
        if self.ended is not None:
            return self.ended
        self._transcript.note(self.number, ">", f"CLOSE {code}")
        self._wire.within(within)
        try:
            self._sock.send_close(code)
        except (OSError, websocket.WebSocketException) as error:
            self.ended = Lost(_words(error))
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
        pending = getattr(self._wire, "pending", None)
        return pending is not None and pending() > 0

    def forget(self) -> None:
        """Count what comes in anew, for a connection that lives as long as somebody wants it."""
        self._wire.opened()

    def drop(self) -> None:
        """End the connection without a closing handshake."""
        self.ended = self.ended or Lost("dropped by the client")
        self._wire.close()


_SENDING = 10.0


def _closed(data: bytes) -> Closed:
    if len(data) < 2:  # noqa: PLR2004 (the code)
        return Closed(NO_STATUS)
    return Closed(int.from_bytes(data[:2], "big"), data[2:].decode("utf-8", "replace"))


def _redirected(sock: websocket.WebSocket) -> Refused | None:
    """The redirect that an upgrade was answered with, which is never followed: identity goes to one host only."""
    response: Any = sock.handshake_response  # None before there is one, whatever its annotation says
    if response is None or response.status == _SWITCHING:
        return None
    return Refused(int(response.status), dict(response.headers))


def _failed(error: Exception, within: float) -> Handshake:
    """What an exception of the library's handshake says of the stage."""
    if isinstance(error, websocket.WebSocketBadStatusException):
        body = (error.resp_body or b"").decode("utf-8", "replace")
        return Refused(error.status_code, dict(error.resp_headers or {}), body[:_MOST_BODY])
    if isinstance(error, TimeoutError | websocket.WebSocketTimeoutException):
        return Unanswered("answer to the upgrade request", within)
    if isinstance(error, TooMuchError):
        return Malformed("has no end")
    if isinstance(error, websocket.WebSocketConnectionClosedException | ConnectionError):
        return Malformed("broke off in the handshake")
    if isinstance(error, websocket.WebSocketException) and "Invalid WebSocket Header" in str(error):
        return Malformed("does not fit the request: its Upgrade, Connection or Sec-WebSocket-Accept header is wrong")
    return Malformed(f"is no HTTP: {_words(error)}")


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).strip().rstrip(".") or type(error).__name__


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _with_query(url: str, query: Mapping[str, str | Secret]) -> str:
    if not query:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({name: _plain(one) for name, one in query.items()})}"
