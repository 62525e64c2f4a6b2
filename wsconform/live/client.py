"""A WebSocket client that keeps a transcript, waits no longer than it is told, and takes every answer for a value."""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, urlencode, urlsplit

import websocket

from wsconform.live.connection import Connection, words
from wsconform.live.credentials import Signer
from wsconform.live.frames import FramesOnly
from wsconform.live.outcome import (
    CONNECTION,
    Handshake,
    HungUp,
    Malformed,
    Opened,
    Refused,
    Unanswered,
    Unreachable,
    Untrusted,
)
from wsconform.live.secret import Secret
from wsconform.live.transcript import Transcript
from wsconform.live.upgrade import SUBPROTOCOL, NotUpgradedError, Upgrading
from wsconform.live.wire import Endpoint, open_wire


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
        signer: Signer | None = None,
        subprotocols: Iterable[str] = (),
        within: float,
    ) -> Handshake:
        """Try to open a connection; `within` seconds bound all of it. What comes of it is returned, never raised."""
        number, offered = next(self._numbers), list(subprotocols)
        headers, query = headers or {}, query or {}
        self._note_request(number, headers, query, offered, signed=signer is not None)

        def identify() -> tuple[str, dict[str, str]]:
            __tracebackhide__ = True
            added = _query(self.endpoint.url, query)
            signature = signer.headers(self.endpoint.url + added) if signer is not None else {}
            return added, _sent(headers, offered) | signature

        outcome = self._attempt(number, identify, within)
        if isinstance(outcome, Opened) and outcome.subprotocol not in (None, *offered, *_names(headers)):
            outcome.connection.drop()
            outcome = Malformed(f'names the subprotocol "{outcome.subprotocol}", which was not offered')
        if isinstance(outcome, Opened):
            said = "101" + (f", subprotocol {outcome.subprotocol}" if outcome.subprotocol else "")
            self.transcript.note(number, "<", said)
        elif isinstance(outcome, Refused):
            kind = outcome.headers.get("x-amzn-errortype", "")  # AWS's word for why, where there is one
            self.transcript.note(number, "<", " ".join(filter(None, [str(outcome.status), kind, outcome.body.strip()])))
        else:
            self.transcript.note(number, ".", str(outcome))
        return outcome

    def close(self) -> None:
        """End whatever is open still, without ceremony."""
        for connection in self._open:
            connection.drop()
        self._open.clear()

    def _note_request(
        self,
        number: int,
        headers: Mapping[str, str | Secret],
        query: Mapping[str, str | Secret],
        offered: list[str],
        *,
        signed: bool,
    ) -> None:
        """What is sent, with the names of secrets in their place."""
        shown = [f"{name}: {value}" for name, value in headers.items()]
        shown += [f"?{name}={value}" for name, value in query.items()]
        shown += [f"subprotocols {', '.join(offered)}"] if offered else []
        shown += ["(signed)"] if signed else []
        self.transcript.note(number, ">", " ".join(["upgrade", urlsplit(self.endpoint.url).path or "/", *shown]))

    def _attempt(self, number: int, identify: Callable[[], tuple[str, dict[str, str]]], within: float) -> Handshake:
        try:
            wire = open_wire(self.endpoint, within, Upgrading)
        except TimeoutError:
            return Unanswered(CONNECTION, within)
        except ssl.SSLCertVerificationError as error:
            return Untrusted((error.verify_message or str(error.reason)).rstrip("."))
        except ssl.SSLError as error:
            return Untrusted(_of_tls(error), certificate=False)
        except OSError as error:
            return Unreachable((error.strerror or str(error)).lower())
        wire.identify = identify
        sock = FramesOnly(skip_utf8_validation=True)  # which is slow, and done where messages are read
        try:
            sock.connect(  # type: ignore[no-untyped-call]
                self.endpoint.url,
                socket=wire,
                header={"Sec-WebSocket-Key": wire.new_key()},
                suppress_origin=True,
                redirect_limit=0,
            )
        except Exception as error:  # noqa: BLE001 (whatever a stage sends is an outcome)
            wire.close()
            return _failed(error, within)
        wire.opened()
        connection = Connection(sock, wire, number, self.transcript)
        self._open.append(connection)
        return Opened(connection, wire.headers.get(SUBPROTOCOL.lower()))


def _sent(headers: Mapping[str, str | Secret], offered: list[str]) -> dict[str, str]:
    """The headers of a request. An identity may be sent as a subprotocol, as browsers can send nothing else."""
    sent = {name: _plain(value) for name, value in headers.items()}
    # Offered as a plain header, since the library takes an answer that names none for a broken one.
    if offered:
        others = [name for name in sent if name.lower() == SUBPROTOCOL.lower()]
        sent[SUBPROTOCOL] = ", ".join([*(sent.pop(name) for name in others), *offered])
    return sent


def _names(headers: Mapping[str, str | Secret]) -> list[str]:
    """The subprotocols that are offered by an identity."""
    given = [_plain(value) for name, value in headers.items() if name.lower() == SUBPROTOCOL.lower()]
    return [name.strip() for value in given for name in value.split(",")]


def _of_tls(error: ssl.SSLError) -> str:
    """What keeps a TLS connection from coming about."""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "it broke off in the TLS handshake"
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return "what answers there speaks no TLS"
    return (error.reason or str(error)).replace("_", " ").lower()


def _failed(error: Exception, within: float) -> Handshake:
    """What an exception in the handshake says of the stage."""
    if isinstance(error, NotUpgradedError):
        return error.outcome
    if isinstance(error, TimeoutError | websocket.WebSocketTimeoutException):
        return Unanswered("answer to the upgrade request", within)
    if isinstance(error, websocket.WebSocketConnectionClosedException | OSError):
        return HungUp()
    return Malformed(f"is not understood: {words(error)}")


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _query(url: str, query: Mapping[str, str | Secret]) -> str:
    """What a URL has to go on with. A space is %20, which means the same to all who read and sign it."""
    if not query:
        return ""
    sign = "&" if urlsplit(url).query else "?"
    return sign + urlencode({name: _plain(one) for name, one in query.items()}, quote_via=quote)
