"""HTTP responses as they go out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

Headers = Iterable[tuple[str, str]]


def response(
    status: int, headers: Headers = (), body: bytes = b"", *, close: bool, without_body: bool = False
) -> bytes:
    """A whole response with Content-Length and Date; JSON unless a Content-Type is given."""
    lines = [_start(status, int(time.time()))]
    typed = False
    for name, value in headers:
        lines.append(f"{name}: {one_line(value)}\r\n")
        typed = typed or name.lower() == "content-type"
    if body and not typed:
        lines.append("Content-Type: application/json\r\n")
    if status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {len(body)}\r\n")
    lines.append("Connection: close\r\n\r\n" if close else "Connection: keep-alive\r\n\r\n")
    head = "".join(lines).encode("latin-1", "replace")
    return head if without_body else head + body


@lru_cache(maxsize=32)
def _start(status: int, second: int) -> str:
    return f"HTTP/1.1 {status} {phrase(status)}\r\nDate: {formatdate(second, usegmt=True)}\r\n"


def phrase(status: int) -> str:
    """The reason phrase of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


def one_line(value: str) -> str:
    """A header's value; what a handler returns may hold anything, and a line end would begin another header."""
    return value.replace("\r", " ").replace("\n", " ")
