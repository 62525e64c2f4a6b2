"""HTTP requests as they come in, read within bounds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

import httptools

MOST_HEAD, MOST_HEADERS = 65_536, 256
MOST_BODY = 6 * 1024 * 1024
MOST_WAITING = 16
"""Requests that a client may send before the first is answered."""


class BadRequest(Exception):  # noqa: N818 (its name is that of the status)
    """A request that gets no further; `status` answers it, with `headers`, and the connection ends."""

    def __init__(self, status: int, reason: str, *headers: tuple[str, str]) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = headers


@dataclass(slots=True)
class Request:
    """A request. `target` is as it was sent, headers keep order, case and repetition."""

    method: str = ""
    target: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    keep_alive: bool = True
    _indexed: list[tuple[str, str]] | None = field(default=None, init=False, repr=False, compare=False)
    _by_name: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def raw_path(self) -> str:
        """The path as it was sent, without the query string."""
        return self.target.partition("?")[0]

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.raw_path)

    @property
    def raw_query(self) -> str:
        """The query string as it was sent."""
        return self.target.partition("?")[2]

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The query string's names and values, decoded."""
        raw = self.raw_query
        return tuple(parse_qsl(raw, keep_blank_values=True)) if raw else ()

    def values(self, name: str) -> list[str]:
        """All values of a header; `name` is lower-case. To be asked once all headers are there."""
        if self._indexed is not self.headers:
            self._indexed, self._by_name = self.headers, {}
            for key, value in self.headers:
                self._by_name.setdefault(key.lower(), []).append(value)
        return self._by_name.get(name, [])


class RequestReader:
    """Reads the requests of one connection. Once one asks for an upgrade, `rest` holds the bytes after its head."""

    def __init__(self) -> None:
        self.requests: deque[Request] = deque()
        self.rest: bytes | None = None
        self.wants_continue = False
        self.in_head = False
        self.in_body = False
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._target: list[bytes] = []
        self._body: list[bytes] = []
        self._head_size = 0
        self._body_size = 0
        self._fault: BadRequest | None = None

    def feed(self, data: bytes) -> None:
        """Read on. Raises BadRequest."""
        if not self.in_body:
            self.in_head = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.rest = data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            raise self._fault or BadRequest(400, f"no HTTP request: {error}") from None
        if self._fault is not None:
            raise self._fault
        if self.in_head:
            self._count_head(len(data))
            if self._fault is not None:
                raise self._fault
        if len(self.requests) > MOST_WAITING:
            raise BadRequest(429, f"more than {MOST_WAITING} requests at once")

    def end(self) -> None:
        """Nothing comes any more."""
        del self._parser

    def _count_head(self, size: int) -> None:
        self._head_size += size
        if self._head_size > MOST_HEAD:
            self._fault = BadRequest(431, f"a head of more than {MOST_HEAD} bytes")

    # What httptools calls.

    def on_message_begin(self) -> None:  # noqa: D102
        self._request = Request()
        self._target, self._body = [], []
        self._body_size = 0
        self.in_head = True

    def on_url(self, url: bytes) -> None:  # noqa: D102
        self._target.append(url)

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: D102
        if len(name) + len(value) > MOST_HEAD or len(self._request.headers) >= MOST_HEADERS:
            self._fault = BadRequest(431, "too many or too long headers")
        self._request.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:  # noqa: D102
        request, parser = self._request, self._parser
        self.in_head, self.in_body, self._head_size = False, True, 0
        request.method = parser.get_method().decode("ascii")
        request.target = b"".join(self._target).decode("latin-1")
        request.keep_alive = parser.should_keep_alive()
        if any(int(size) > MOST_BODY for size in request.values("content-length")):  # digits, as httptools has seen to
            self._fault = BadRequest(413, f"a body of more than {MOST_BODY} bytes")
        if any(value.lower() == "100-continue" for value in request.values("expect")):
            self.wants_continue = True

    def on_body(self, data: bytes) -> None:  # noqa: D102
        self._body_size += len(data)
        if self._body_size > MOST_BODY:
            self._fault = BadRequest(413, f"a body of more than {MOST_BODY} bytes")
        else:
            self._body.append(data)

    def on_message_complete(self) -> None:  # noqa: D102
        self._request.body = b"".join(self._body)
        self.in_body = False
        self.wants_continue = False
        self.requests.append(self._request)
