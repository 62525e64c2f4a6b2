"""A stage that is not wsconform's: what the sample stack does, by the websockets library, and ways to break it."""

import contextlib
import json
import re
import secrets
import socket
import threading
from collections.abc import Iterator
from typing import ClassVar

from loopback import head_of_request, serving
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

HEADER = "x-some-header-to-auth-from"
ALLOWED = "open sesame, please"
REPLY = json.dumps({"message": "This response was pushed from my Lambda."})


class Talk:
    """One open connection, seen from the stage."""

    def __init__(self, stage: "OtherStage", sock: socket.socket, protocol: ServerProtocol) -> None:
        self.stage, self.sock, self.protocol = stage, sock, protocol
        self.id = secrets.token_urlsafe(11) + "="
        self.lock = threading.Lock()
        self.pieces = bytearray()
        self.frames: list[int] = []

    @property
    def is_open(self) -> bool:
        return self.protocol.state is State.OPEN

    def send(self, text: str) -> None:
        with self.lock:
            self.protocol.send_text(text.encode())
            self.flush()

    def raw(self, data: bytes) -> None:
        with self.lock:
            self.sock.sendall(data)

    def close(self, code: int | None, reason: str = "") -> None:
        with self.lock:
            self.protocol.send_close(code, reason)
            self.flush()

    def flush(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                self.sock.sendall(data)
            else:
                with contextlib.suppress(OSError):
                    self.sock.shutdown(socket.SHUT_WR)


class OtherStage:
    """The sample's stage as it should be; the methods are what sabotage overrides."""

    is_silent: ClassVar[bool] = False
    """Whether there is something that it does not answer."""
    limits: ClassVar[tuple[int | None, int | None]] = (131_072, 32_768)

    def __init__(self) -> None:
        self.talks: list[Talk] = []

    def status(self, request: Request) -> int:
        """What an upgrade request is answered with."""
        shown = request.headers.get(HEADER, "")
        if not shown:
            return 401
        return 101 if shown == ALLOWED else 403

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        """Answer the head of a request in a way of its own; whether that was done."""
        del sock, head
        return False

    def protocol(self) -> ServerProtocol:
        """A new connection's end at the stage."""
        return ServerProtocol(max_size=self.limits)

    def accepted(self, response: Response) -> None:
        """An upgrade request is about to be answered with this."""

    def opened(self, talk: Talk) -> None:
        """A connection has been opened."""

    def text(self, talk: Talk, text: str) -> None:
        """A message came."""
        try:
            action = json.loads(text).get("action")
        except (ValueError, AttributeError):
            action = None
        if action == "test":
            self.test(talk)
        else:
            self.unrouted(talk)

    def test(self, talk: Talk) -> None:
        """Answer the action `test`."""
        talk.send(REPLY)

    def unrouted(self, talk: Talk) -> None:
        """Answer what no route takes."""
        request = secrets.token_urlsafe(11) + "="
        talk.send(f'{{"message": "Forbidden", "connectionId":"{talk.id}", "requestId":"{request}"}}')

    def binary(self, talk: Talk) -> None:
        """A binary message came."""
        talk.close(1003)

    def managed(self, sock: socket.socket, head: bytes) -> None:
        """Answer a management call, none of which is signed."""
        del head
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    def serve(self, sock: socket.socket) -> None:
        """Serve one connection to its end."""
        head = head_of_request(sock)
        if b"\r\n\r\n" not in head:
            return
        if re.match(rb"[A-Z]+ \S*/@connections/", head):
            self.managed(sock, head)
            return
        if self.greet(sock, head):
            return
        protocol = self.protocol()
        talk = Talk(self, sock, protocol)
        protocol.receive_data(head)
        self._converse(talk)

    def _converse(self, talk: Talk) -> None:
        protocol = talk.protocol
        while protocol.state is not State.CLOSED:
            for event in protocol.events_received():
                if isinstance(event, Request):
                    self._upgrade(talk, event)
                else:
                    self._received(talk, event)
            with talk.lock:
                talk.flush()
            data = talk.sock.recv(65_536)
            if not data:
                return
            with talk.lock:
                protocol.receive_data(data)

    def _upgrade(self, talk: Talk, request: Request) -> None:
        protocol, status = talk.protocol, self.status(request)
        response = protocol.accept(request) if status == 101 else protocol.reject(status, "")
        self.accepted(response)
        if status == 101:
            self.talks.append(talk)
        protocol.send_response(response)
        talk.flush()
        if status == 101:
            self.opened(talk)

    def _received(self, talk: Talk, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.CONT):
            talk.frames.append(len(event.data))
            talk.pieces += event.data
            if event.fin:
                self.text(talk, talk.pieces.decode())
                talk.pieces.clear()
                talk.frames.clear()
        elif isinstance(event, Frame) and event.opcode is Opcode.BINARY:
            self.binary(talk)


@contextlib.contextmanager
def running(stage: OtherStage) -> Iterator[str]:
    """The URL of a stage while it runs."""
    with serving(stage.serve) as port:
        yield f"ws://127.0.0.1:{port}/v1"
