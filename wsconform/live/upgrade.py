"""An upgrade request and its answer, as far as they are not left to the WebSocket library.

What identifies a client joins the request as it goes out, so that no frame of a traceback holds it. The library takes a
refusal for an answer only once its whole body has come, keeps cookies of one client for the next, and looks at little
of what it accepts: the answer is judged before it sees it.

Rules: RFC 6455, section 4.1; RFC 9112, section 4; RFC 9110, section 15.2.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha1

from wsconform.live.outcome import Handshake, HungUp, Malformed, NotHttp, Refused
from wsconform.live.wire import TooMuchError, Wire

SUBPROTOCOL = "Sec-WebSocket-Protocol"
_SWITCHING, _FINAL = 101, 200
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_STATUS_LINE = re.compile(rb"HTTP/(\d\.\d) (\d{3})(?: [^\r\n]*)?\r?\n")
_REQUEST_LINE_END = b" HTTP/1.1\r\n"
_END = re.compile(rb"\r?\n\r?\n")
_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
_MOST_BODY, _BODY_WITHIN = 4_096, 0.5
_AT_ONCE = 4_096


class NotUpgradedError(Exception):
    """The answer opens no connection: `outcome` says what it is instead."""

    def __init__(self, outcome: Handshake) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class Upgrading(Wire):
    """A wire on which an upgrade request is sent, with `key`, and its answer awaited.

    `identify` gives what is added to the request: to its target, and to its headers. `headers` are those of the answer,
    once it has come; their names are lower-case.
    """

    key = ""
    headers: Mapping[str, str] = {}
    identify: Callable[[], tuple[str, Mapping[str, str]]] | None = None

    def new_key(self) -> str:
        """A `Sec-WebSocket-Key` of its own."""
        self.key = base64.b64encode(secrets.token_bytes(16)).decode()
        return self.key

    def send(self, data: bytes) -> int:
        """Like a wire's. The first that is sent is the request, and goes out with what identifies the client."""
        __tracebackhide__ = True
        if self.identify is None:
            return super().send(data)
        added, headers = self.identify()
        self.identify = None
        target, version, rest = data.partition(_REQUEST_LINE_END)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = target + added.encode() + version + lines.encode() + rest
        while request:
            request = request[super().send(request) :]
        return len(data)

    def recv(self, size: int) -> bytes:
        """Like a wire's. Raises NotUpgradedError unless the answer accepts the upgrade."""
        if not self.headers:
            self.headers, rest = self._accepted()
            self.put_back(_minimal(self.headers) + rest)
        return super().recv(size)

    def _accepted(self) -> tuple[dict[str, str], bytes]:
        """The headers of the answer, and what came after it."""
        version, status, headers, rest = self._answer(b"")
        while status < _FINAL and status != _SWITCHING:  # interim, as 100 is: the answer is still to come
            version, status, headers, rest = self._answer(rest)
        if status != _SWITCHING:
            raise NotUpgradedError(Refused(status, headers, self._body(headers, rest)))
        problem = _problem(version, headers, self.key)
        if problem:
            raise NotUpgradedError(Malformed(problem))
        return headers, rest

    def _answer(self, data: bytes) -> tuple[bytes, int, dict[str, str], bytes]:
        """HTTP version, status and headers of the next answer, and what came after it."""
        end = _END.search(data)
        while end is None:
            _require_http(data)
            try:
                more = super().recv(_AT_ONCE)
            except TooMuchError:
                raise NotUpgradedError(Malformed("has no end")) from None
            if not more:
                raise NotUpgradedError(NotHttp() if data else HungUp())
            data += more
            end = _END.search(data, max(0, len(data) - len(more) - 3))
        status_line = _STATUS_LINE.match(data)
        if status_line is None:
            raise NotUpgradedError(NotHttp())
        return status_line[1], int(status_line[2]), _headers(data[status_line.end() : end.start()]), data[end.end() :]

    def _body(self, headers: Mapping[str, str], begun: bytes) -> str:
        """The body of a refusal as far as it comes at once: what counts of one is its status."""
        length = headers.get("content-length", "")
        if not length.isdecimal() or {"content-encoding", "transfer-encoding"} & headers.keys():
            return ""
        wanted, body = min(int(length[:9]), _MOST_BODY), begun
        self.within_at_most(_BODY_WITHIN)
        try:
            while len(body) < wanted and (data := super().recv(_AT_ONCE)):
                body += data
        except (OSError, TooMuchError):
            pass
        return body[:wanted].decode("utf-8", "replace")


def _require_http(begun: bytes) -> None:
    """Raise NotUpgradedError for what cannot become an answer any more."""
    if begun[:2] in _TLS_RECORDS:
        raise NotUpgradedError(NotHttp(tls=True))
    if begun[:5] != b"HTTP/"[: len(begun)]:
        raise NotUpgradedError(NotHttp())


def _headers(lines: bytes) -> dict[str, str]:
    """The headers of an answer; those that come several times are joined, and what is none is left out."""
    headers: dict[str, str] = {}
    for line in lines.decode("latin-1").split("\n"):
        name, colon, value = line.strip().partition(":")
        if colon and name:
            known = headers.get(name.lower())
            headers[name.lower()] = value.strip() if known is None else f"{known}, {value.strip()}"
    return headers


def _problem(version: bytes, headers: Mapping[str, str], key: str) -> str:
    """Why a client must not take an answer with 101 for a connection; empty if it may."""
    proof = base64.b64encode(sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()
    if version < b"1.1":
        return f"is 101 in HTTP/{version.decode()}, which knows no upgrade"
    if "websocket" not in _listed(headers, "upgrade"):
        return "does not fit the request: its header Upgrade is not websocket"
    if "upgrade" not in _listed(headers, "connection"):
        return "does not fit the request: its header Connection is not Upgrade"
    if headers.get("sec-websocket-accept") != proof:
        return "does not fit the request: its Sec-WebSocket-Accept is not that of the request's key"
    if headers.get("sec-websocket-extensions"):
        return "names an extension in Sec-WebSocket-Extensions, and none was offered"
    return ""


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    return [one.strip().lower() for one in headers.get(name, "").split(",")]


def _minimal(headers: Mapping[str, str]) -> bytes:
    """An answer that has what the library checks, and nothing that it would keep."""
    names = ("upgrade", "connection", "sec-websocket-accept")
    lines = "".join(f"{name}: {headers[name]}\r\n" for name in names)
    return f"HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n".encode("latin-1")
