"""A client that sends what it is told, well-formed or not."""

import base64
import contextlib
import os
import socket
import ssl
import struct
from types import TracebackType
from typing import Self

from wsconform.local.stage import LocalStage

TIMEOUT = 20.0
"""Seconds after which a test that waits in vain fails."""


class Raw:
    """A TCP connection to a stage, with TLS or without."""

    def __init__(self, stage: LocalStage, *, tls: bool = False) -> None:
        endpoint = stage.endpoints[0]
        self.host = endpoint.tls if tls else endpoint.plain
        name, _, port = self.host.rpartition(":")
        self.socket: socket.socket = socket.create_connection((name, int(port)), TIMEOUT)
        if tls:
            self.socket = stage.ssl_context().wrap_socket(self.socket, server_hostname=name)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def request(self, line: str, *headers: str, body: bytes = b"") -> None:
        head = "".join(f"{one}\r\n" for one in (f"{line} HTTP/1.1", f"Host: {self.host}", *headers))
        self.send(head.encode("latin-1") + b"\r\n" + body)

    def upgrade(self, path: str = "/v1") -> int:
        """Ask for an upgrade: the status of the answer."""
        self.ask_for_upgrade(path)
        return self.status()

    def ask_for_upgrade(self, path: str = "/v1") -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self.request(
            f"GET {path}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        )

    def status(self) -> int:
        """Read a whole answer: its status. The body is in `body`, the headers in `headers`."""
        head = self._until(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        self.body = self.read(int(self.headers.get("content-length", "0")))
        return int(lines[0].split()[1])

    def _until(self, end: bytes) -> bytes:
        while end not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(end)
        return head

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        if not data:
            raise EOFError(f"the stage closed the connection after {self.buffer!r}")
        self.buffer += data

    def read(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._more()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def frame(self) -> tuple[int, bytes]:
        """The opcode and payload of the next frame, which is not masked."""
        first, second = self.read(2)
        assert first & 0x80
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self.read(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.read(8))
        assert not second & 0x80
        return first & 0x0F, self.read(size)

    def closed_with(self) -> int:
        """Read until the close frame, and answer it as one should: its code."""
        while True:
            opcode, payload = self.frame()
            if opcode == 8:
                with contextlib.suppress(OSError):
                    self.send(frame(8, payload))
                return int(struct.unpack(">H", payload[:2])[0])

    def ends(self) -> bool:
        """Whether the stage ends the connection, whatever it says before."""
        try:
            while self.socket.recv(65_536):
                pass
        except (ConnectionError, ssl.SSLError):
            pass
        return True


def frame(
    opcode: int, payload: bytes, *, fin: bool = True, mask: bytes | None = b"\1\2\3\4", reserved: int = 0
) -> bytes:
    """A frame as a client sends it (RFC 6455, section 5.2)."""
    first = (0x80 if fin else 0) | reserved | opcode
    bit = 0x80 if mask is not None else 0
    if len(payload) < 126:
        head = struct.pack(">BB", first, bit | len(payload))
    elif len(payload) < 65_536:
        head = struct.pack(">BBH", first, bit | 126, len(payload))
    else:
        head = struct.pack(">BBQ", first, bit | 127, len(payload))
    if mask is None:
        return head + payload
    long_mask = (mask * (len(payload) // 4 + 1))[: len(payload)]
    masked = (int.from_bytes(payload) ^ int.from_bytes(long_mask)).to_bytes(len(payload)) if payload else b""
    return head + mask + masked
