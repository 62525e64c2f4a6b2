"""The opening handshake of a WebSocket connection (RFC 6455, section 4.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib

from wsconform.local.sockets.request import BadRequest, Request
from wsconform.local.sockets.response import one_line

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_KEY_BYTES = 16


def wants_websocket(request: Request) -> bool:
    """Whether a request means to become a WebSocket connection, well-formed or not."""
    return any("websocket" in _tokens(value) for value in request.values("upgrade"))


def accept_key(request: Request) -> str:
    """The `Sec-WebSocket-Accept` for a request. Raises BadRequest for one that RFC 6455 does not allow."""
    if request.method != "GET":
        raise BadRequest(400, f"an upgrade by {request.method}, not GET")
    if not any("upgrade" in _tokens(value) for value in request.values("connection")):
        raise BadRequest(400, "an upgrade without Connection: Upgrade")
    if [value.strip() for value in request.values("sec-websocket-version")] != ["13"]:
        raise BadRequest(400, "Sec-WebSocket-Version is not 13", ("Sec-WebSocket-Version", "13"))
    key = _single(request, "sec-websocket-key")
    try:
        size = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if size != _KEY_BYTES:
        raise BadRequest(400, "Sec-WebSocket-Key is not 16 bytes of base64")
    if request.body or request.values("transfer-encoding") or request.values("content-length") not in ([], ["0"]):
        raise BadRequest(400, "an upgrade with a body")
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def switching(accept: str, subprotocol: str | None, extensions: str | None) -> bytes:
    """The answer 101."""
    chosen = f"Sec-WebSocket-Protocol: {one_line(subprotocol)}\r\n" if subprotocol else ""
    chosen += f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    head = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n{chosen}\r\n"
    )
    return head.encode("latin-1", "replace")


def _tokens(value: str) -> list[str]:
    return [token.strip().lower() for token in value.split(",")]


def _single(request: Request, name: str) -> str:
    values = request.values(name)
    if len(values) != 1:
        raise BadRequest(400, f"an upgrade with {len(values)} headers {name}")
    return values[0].strip()
