"""Calls of URLs, against a real server on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wsconform.local.gateway.integration.conclusion import CallUrl
from wsconform.local.outcome import Fetched, Unreachable
from wsconform.local.sockets import fetch as room
from wsconform.local.sockets.fetch import fetch


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    release = threading.Event()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/hang":
            self.release.wait(30)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(418 if self.path == "/teapot" else 200)
        self.send_header("X-Method", self.command)
        self.send_header("X-Saw", self.headers.get("X-Given", ""))
        if self.path == "/endless":
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                while True:
                    self.wfile.write(bytes(65536))
            except OSError:
                return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what some tests are about."""


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Backend) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        Backend.release.set()
        server.shutdown()
        thread.join()


def call(url: str, *, method: str = "POST", body: bytes = b"", timeout: float = 10.0) -> Fetched | Unreachable:
    return asyncio.run(fetch(CallUrl(method, url, (("X-Given", "a"), ("X-Given", "b")), body, timeout)))


def test_the_request_arrives_and_the_answer_comes_back(backend: str) -> None:
    answer = call(f"{backend}/echo?a=b", method="PUT", body=b"\xff\x00hello")
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.body) == (200, b"\xff\x00hello")
    assert (answer.headers["x-method"], answer.headers["x-saw"]) == ("PUT", "a, b")


def test_any_status_is_an_answer(backend: str) -> None:
    answer = call(f"{backend}/teapot")
    assert isinstance(answer, Fetched)
    assert answer.status == 418


def test_a_redirect_is_an_answer_too(backend: str) -> None:
    answer = call(f"{backend}/away")
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")


def test_a_server_that_does_not_answer_is_given_up(backend: str) -> None:
    assert call(f"{backend}/hang", timeout=0.1) == Unreachable("no answer within 0.1 s")


def test_an_answer_without_end_is_given_up(backend: str) -> None:
    answer = call(f"{backend}/endless")
    assert answer == Unreachable(f"the answer is longer than {room.MOST_BODY:,} bytes")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    answer = call(f"http://127.0.0.1:{port}/")
    assert isinstance(answer, Unreachable)
    assert answer.reason.endswith("Connection refused")
    assert "object" not in answer.reason


@pytest.mark.parametrize(
    "reply", [b"", b"\x00\xff rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"]
)
def test_a_server_that_speaks_no_http(reply: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        answer = call(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
    assert isinstance(answer, Unreachable)
    assert answer.reason


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:99999/", "nothing", "http://[::1/", "ftp://127.0.0.1/"])
def test_what_is_no_url_is_not_called(url: str) -> None:
    assert isinstance(call(url), Unreachable)


def test_calls_run_side_by_side(backend: str) -> None:
    async def many() -> list[Fetched | Unreachable]:
        calls = [CallUrl("POST", f"{backend}/echo", (), str(n).encode(), 20.0) for n in range(100)]
        return await asyncio.gather(*(fetch(one) for one in calls))

    bodies = [answer.body for answer in asyncio.run(many()) if isinstance(answer, Fetched)]
    assert bodies == [str(n).encode() for n in range(100)]
