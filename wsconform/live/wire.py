"""A socket with bounds: every wait ends at a deadline, and what comes in is counted."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

MOST_OF_HANDSHAKE, MOST_BYTES = 65_536, 8_000_000
"""Bytes that a connection takes before it is open, and in all: far more than a probe asks for, and little to hold."""
_AT_LEAST = 4_096
_PORTS = {"ws": 80, "wss": 443}


class TooMuchError(Exception):
    """More came in than a probe takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a stage is: a `ws://` or `wss://` URL. `ca_file` holds the certificates that are trusted besides."""

    url: str
    ca_file: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether it is `wss://`."""
        return urlsplit(self.url).scheme == "wss"

    @property
    def host(self) -> str:
        """The host without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, that of the scheme where the URL names none."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    @property
    def is_aws(self) -> bool:
        """Whether API Gateway itself answers there."""
        return ".execute-api." in self.host and self.host.endswith((".amazonaws.com", ".amazonaws.com.cn"))

    def context(self) -> ssl.SSLContext:
        """What a careful client asks of TLS. Source: API Gateway developer guide, "Security policies": TLS 1.2.

        Raises OSError where `ca_file` cannot be read.
        """
        return _careful(self.ca_file)


class Wire:
    """A connected socket. It stands in for one: what is not bounded here is passed on."""

    def __init__(self, plain: socket.socket) -> None:
        self._socket = plain
        self._deadline = float("inf")
        self._received = 0
        self._most = MOST_OF_HANDSHAKE
        self._ahead = b""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a socket has)
        return getattr(self._socket, name)

    def opened(self) -> None:
        """Take messages from now on, and not only the answer to the upgrade request."""
        self._most, self._received = MOST_BYTES, 0

    def within(self, seconds: float) -> None:
        """Let every wait from now on end in `seconds`."""
        self._deadline = time.monotonic() + seconds

    def within_at_most(self, seconds: float) -> None:
        """Let every wait end in `seconds`, if it does not end before."""
        self._deadline = min(self._deadline, time.monotonic() + seconds)

    def put_back(self, data: bytes) -> None:
        """Let this be what is received next."""
        self._ahead = data + self._ahead

    def _limit(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(None if left == float("inf") else left)

    def recv(self, size: int) -> bytes:
        """Like a socket's. Raises TimeoutError at the deadline, TooMuchError beyond what is taken."""
        if not self._ahead:
            self._limit()
            # The library asks for headers byte by byte, and each call costs.
            self._ahead = self._socket.recv(max(size, _AT_LEAST))
            self._received += len(self._ahead)
            if self._received > self._most:
                raise TooMuchError
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data

    def pending(self) -> int:
        """Bytes that are read off the network already: waiting for the socket would not tell of them."""
        beneath = getattr(self._socket, "pending", None)
        return len(self._ahead) + (int(beneath()) if beneath is not None else 0)

    def send(self, data: bytes) -> int:
        """Like a socket's. Raises TimeoutError at the deadline."""
        self._limit()
        return self._socket.send(data)


@lru_cache(maxsize=16)
def _careful(ca_file: Path | None) -> ssl.SSLContext:
    """Made once for all connections: reading the system's certificates takes longer than a handshake."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


W = TypeVar("W", bound=Wire)


def open_wire(endpoint: Endpoint, within: float, kind: type[W]) -> W:
    """Connect, over TLS where the URL says so. Raises OSError (ssl.SSLError among them), also after `within`."""
    deadline = time.monotonic() + within
    plain = _connected(endpoint, deadline)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if endpoint.secure:
            plain.settimeout(_left(deadline))
            plain = _secured(plain, endpoint)
    except BaseException:
        plain.close()
        raise
    wire = kind(plain)
    wire.within(max(0.0, deadline - time.monotonic()))
    return wire


def _secured(plain: socket.socket, endpoint: Endpoint) -> ssl.SSLSocket:
    """TLS on a connection. Raises ssl.SSLError, TimeoutError."""
    try:
        return endpoint.context().wrap_socket(plain, server_hostname=endpoint.host)
    except ConnectionError as error:  # an end and a reset say the same: which it is depends on what was read before
        raise ssl.SSLEOFError(ssl.SSLErrorNumber.SSL_ERROR_EOF, str(error)) from error


def _connected(endpoint: Endpoint, deadline: float) -> socket.socket:
    """A connection to the first address of a host that takes one. Those that say nothing share the time."""
    failed: OSError | None = None
    addresses = _addresses(endpoint, deadline)
    for number, address in enumerate(addresses):
        try:
            return socket.create_connection(
                (address, endpoint.port), timeout=_left(deadline) / (len(addresses) - number)
            )
        except OSError as error:
            failed = failed or error
    raise failed or OSError(f"{endpoint.host} has no address")


def _addresses(endpoint: Endpoint, deadline: float) -> list[str]:
    """The addresses of a host. Raises TimeoutError at the deadline: who looks them up may take as long as they like."""
    answered: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
            answered.put([str(address[0]) for *_, address in found])
        except UnicodeError:
            answered.put(OSError(f"{endpoint.host} is no name of a host"))
        except OSError as error:
            answered.put(error)

    threading.Thread(target=look_up, name="wsconform-look-up", daemon=True).start()
    try:
        told = answered.get(timeout=_left(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(told, OSError):
        raise told
    return told


def _left(deadline: float) -> float:
    """Seconds until then. Raises TimeoutError where it is over."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
