"""A WebSocket client that keeps a transcript, waits no longer than it is told, and takes every answer for a value."""

from __future__ import annotations

import itertools
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import websocket

from wsconform.live.connection import Connection, words
from wsconform.live.outcome import Handshake, Malformed, Opened, Refused, Unanswered, Unreachable, Untrusted
from wsconform.live.secret import Secret
from wsconform.live.transcript import Transcript
from wsconform.live.wire import Endpoint, TooMuchError, open_wire

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
    return Malformed(f"is no HTTP: {words(error)}")


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _with_query(url: str, query: Mapping[str, str | Secret]) -> str:
    if not query:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({name: _plain(one) for name, one in query.items()})}"
