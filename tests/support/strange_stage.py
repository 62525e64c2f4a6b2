"""Stages that do what no stage should: a raw socket on loopback that a script answers on."""

import base64
import hashlib
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from loopback import head_of_request, serving

Script = Callable[[socket.socket, bytes], None]
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept(request: bytes, *, key: bytes | None = None, extra: bytes = b"") -> bytes:
    """A right answer to an upgrade request, or one with a wrong accept `key`."""
    found = re.search(rb"(?i)sec-websocket-key: *([^\r\n]+)", request)
    assert found is not None
    proof = base64.b64encode(hashlib.sha1(found[1] + GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + (proof if key is None else key) + b"\r\n" + extra + b"\r\n"
    )


def answer(status: str, body: bytes = b"", extra: bytes = b"") -> bytes:
    """Any other answer."""
    return b"HTTP/1.1 " + status.encode() + b"\r\nContent-Length: %d\r\n" % len(body) + extra + b"\r\n" + body


def frame(payload: bytes, opcode: int = 1, *, fin: bool = True) -> bytes:
    """A frame as servers send it."""
    head = bytes([opcode | (0x80 if fin else 0)])
    size = len(payload)
    if size < 126:
        return head + bytes([size]) + payload
    if size < 1 << 16:
        return head + bytes([126]) + size.to_bytes(2, "big") + payload
    return head + bytes([127]) + size.to_bytes(8, "big") + payload


@contextmanager
def strange_stage(script: Script) -> Iterator[str]:
    """The URL of a stage that runs `script` for each connection, given the socket and the head of the request."""

    def serve(connection: socket.socket) -> None:
        head = head_of_request(connection)
        if b"\r\n\r\n" in head:
            script(connection, head)

    with serving(serve) as port:
        yield f"ws://127.0.0.1:{port}/v1"
