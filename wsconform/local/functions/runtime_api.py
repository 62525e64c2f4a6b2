"""The Runtime API as one worker sees it: HTTP/1.1 on an address of its own.

Its requests and headers are those of "Using the Lambda runtime API for custom runtimes" in the AWS Lambda Developer
Guide, so any runtime client works. A worker has a listener to itself: no other worker, and nothing that an ended worker
left behind, can take an event from it.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Protocol, cast

from httptools import HttpParserError, HttpRequestParser

VERSION = b"2018-06-01"
MOST_BYTES = 6 * 1024 * 1024 + 100
"""How much a function may return: 6 MB of content and room for what is around it, as Lambda's own message says."""


class Served(Protocol):
    """What is behind the API: the worker's state. Each method says whether the request fits that state."""

    def asks(self, connection: RuntimeConnection) -> bool:
        """The runtime wants its next event, now or with `connection.give` later."""

    def answers(self, request_id: str, payload: bytes, size: int) -> bool:
        """The event's result. `size` is what was sent; `payload` holds no more than `MOST_BYTES` of it."""

    def fails(self, request_id: str, kind: str, payload: bytes) -> bool:
        """The event's handler raised; `kind` is from `Lambda-Runtime-Function-Error-Type`, empty for none."""

    def fails_to_start(self, kind: str, payload: bytes) -> bool:
        """The runtime could not get ready for events."""

    def opened(self, connection: RuntimeConnection) -> None:
        """The runtime connected."""

    def closed(self, connection: RuntimeConnection) -> None:
        """The connection ended."""


def _answer(status: HTTPStatus, body: dict[str, str]) -> bytes:
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text


def _refusal(status: HTTPStatus, kind: str, message: str) -> bytes:
    return _answer(status, {"errorMessage": message, "errorType": kind})


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
ACCEPTED = _answer(HTTPStatus.ACCEPTED, {"status": "OK"})
NOT_ITS_TURN = _refusal(HTTPStatus.FORBIDDEN, "InvalidStateTransition", "Transition is not allowed")
UNKNOWN_EVENT = _refusal(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
TOO_LARGE = _refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "RequestEntityTooLarge",
    f"Exceeded maximum allowed payload size ({MOST_BYTES} bytes).",
)
NOT_FOUND = _refusal(HTTPStatus.NOT_FOUND, "NotFound", "this is the runtime API, which has no such path")


class RuntimeConnection(asyncio.Protocol):
    """A connection of a runtime. Answers are gathered, and written once for all that came in at once.

    A runtime may send its result and ask for the next event in one go; then the answers to both leave in one go too,
    when there is an event: it has nothing to read before.
    """

    def __init__(self, served: Served) -> None:
        self._served = served
        self._parser = HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._unwritten = b""
        self.waits = False
        """Whether the runtime waits for an event here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio: it is open."""
        self._transport = cast("asyncio.Transport", transport)  # as every event loop gives to a TCP server
        self._served.opened(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Asyncio: it is closed."""
        self._transport = None
        self.waits = False
        self._served.closed(self)

    def data_received(self, data: bytes) -> None:
        """Asyncio: bytes came."""
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self.close()
        if self._unwritten and not self.waits and self._transport is not None:
            self._transport.write(self._unwritten)
            self._unwritten = b""

    def give(self, head: bytes, payload: bytes) -> None:
        """Give the runtime the event that it waits for; `head` is `event_head`'s."""
        self.waits = False
        if self._transport is not None:
            self._transport.write(b"".join((self._unwritten, head, payload)))
            self._unwritten = b""

    def close(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # What the parser calls, by its names.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._kind = ""
        self._body: list[bytes] = []
        self._size = 0
        self._expects = False

    def on_url(self, url: bytes) -> None:
        """A part of the path."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        if len(name) == len(b"Lambda-Runtime-Function-Error-Type"):
            if name.lower() == b"lambda-runtime-function-error-type":
                self._kind = value.decode("latin-1")
        elif len(name) == len(b"Expect") and name.lower() == b"expect":
            self._expects = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        """The body follows."""
        if self._expects and self._transport is not None:
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A part of the body. What is beyond the limit is counted only."""
        self._size += len(body)
        if self._size <= MOST_BYTES:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self.waits:  # a second request, while the answer to the first is due, could never be answered in turn
            self.close()
            return
        answer = self._answer()  # by which an event may be given at once, and what is unwritten be written
        self._unwritten += answer
        if not self._parser.should_keep_alive() and not self.waits:
            self._write_and_close()

    def _write_and_close(self) -> None:
        if self._transport is not None:
            self._transport.write(self._unwritten)
            self._unwritten = b""
            self._transport.close()

    def _answer(self) -> bytes:
        """The answer to the request that is whole now; empty where it comes later."""
        match self._url.split(b"/"), self._parser.get_method():
            case [b"", version, b"runtime", b"invocation", b"next"], b"GET" if version == VERSION:
                self.waits = True
                if self._served.asks(self):
                    return b""
                self.waits = False
                return NOT_ITS_TURN
            case [b"", version, b"runtime", b"invocation", id_, b"response"], b"POST" if version == VERSION:
                return self._result(id_.decode("latin-1"))
            case [b"", version, b"runtime", b"invocation", id_, b"error"], b"POST" if version == VERSION:
                accepted = self._served.fails(id_.decode("latin-1"), self._kind, b"".join(self._body))
                return ACCEPTED if accepted else UNKNOWN_EVENT
            case [b"", version, b"runtime", b"init", b"error"], b"POST" if version == VERSION:
                accepted = self._served.fails_to_start(self._kind, b"".join(self._body))
                return ACCEPTED if accepted else NOT_ITS_TURN
            case _:
                return NOT_FOUND

    def _result(self, request_id: str) -> bytes:
        if not self._served.answers(request_id, b"".join(self._body), self._size):
            return UNKNOWN_EVENT
        return ACCEPTED if self._size <= MOST_BYTES else TOO_LARGE


def event_head(*, request_id: str, arn: str, deadline: int, trace: str, size: int) -> bytes:
    """The head of the answer that is an event: `deadline` in milliseconds since the epoch, `size` in bytes."""
    return (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        f"Lambda-Runtime-Aws-Request-Id: {request_id}\r\n"
        f"Lambda-Runtime-Deadline-Ms: {deadline}\r\n"
        f"Lambda-Runtime-Invoked-Function-Arn: {arn}\r\n"
        f"Lambda-Runtime-Trace-Id: {trace}\r\n"
        f"Content-Length: {size}\r\n\r\n"
    ).encode()
