"""A stage that does what a probe's page shows: the transcripts under its "Fails" and "Passes", played on a socket.

CONTRIBUTING.md, "Add a probe", tells the form. What a transcript does not show goes as on a sound stage.
"""

import contextlib
import re
import socket
import ssl
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import trustme
from other_stage import ALLOWED, HEADER, OtherStage, Talk, running
from strange_stage import accept, answer
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

DENIED = "shut sesame, please"
WHO = {ALLOWED: "••• (allow)", DENIED: "••• (deny)", "": "(empty)"}
MOST_OF_MESSAGE, MOST_OF_FRAME = 131_072, 32_768
_LINE = re.compile(r"(?:#(\d+) )?([><.]) ?(.*)")
_SIZE = re.compile(r"TEXT (\d+) KB( and a byte)? in \d+ frames?")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a transcript; `connection` is 0 where it says none."""

    connection: int
    direction: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What a client does, and what the stage does about it."""

    begin: Line
    answers: tuple[Line, ...]

    def fits(self, connection: int, said: str) -> bool:
        if self.begin.connection not in (0, connection):
            return False
        size = _SIZE.fullmatch(self.begin.text)
        if size is not None:
            return len(said) == len("TEXT ") + int(size[1]) * 1024 + bool(size[2])
        shown = re.sub(r" in frames of \d+ bytes$", "", self.begin.text)
        return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), said, re.DOTALL) is not None


def read_transcript(text: str) -> list[Turn]:
    turns: list[tuple[Line, list[Line]]] = []
    for written in text.splitlines():
        found = _LINE.fullmatch(written)
        assert found is not None, f"no line of a transcript: {written}"
        line = Line(int(found[1] or 0), found[2], found[3])
        if line.direction == ">":
            turns.append((line, []))
        else:
            turns[-1][1].append(line)
    return [Turn(begin, tuple(answers)) for begin, answers in turns]


class ReplayStage(OtherStage):
    """A stage that plays a transcript."""

    limits = (None, None)

    def __init__(self, transcript: str) -> None:
        super().__init__()
        self.turns = read_transcript(transcript)
        self.is_hushed = bool(re.search(r"^(#\d+ )?\. (nothing|no answer)", transcript, re.MULTILINE))
        self._met: Counter[Line] = Counter()
        self._lock = threading.Lock()
        self._tls = _tls(transcript)
        self._here = threading.local()

    @property
    def trusted(self) -> trustme.CA | None:
        return self._tls[0] if self._tls is not None else None

    def turn(self, connection: int, said: str) -> Turn | None:
        """What is shown for what a client does: the first time the first that fits, and so on; the last stays."""
        with self._lock:
            first = next((one for one in self.turns if one.fits(connection, said)), None)
            if first is None:
                return None
            same = [one for one in self.turns if one.begin == first.begin]
            self._met[first.begin] += 1
            return same[min(self._met[first.begin], len(same)) - 1]

    # Sockets and handshakes

    def serve(self, sock: socket.socket) -> None:
        if self._tls is None:
            super().serve(sock)
            return
        with contextlib.suppress(ssl.SSLError), self._tls[1].wrap_socket(sock, server_side=True) as secured:
            super().serve(secured)

    def protocol(self) -> ServerProtocol:
        return _Protocol(self)

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        turn = self._here.turn = self.turn(0, _shown(head))
        if turn is None or turn.answers[-1].text.startswith("101") or turn.answers[0].text.startswith("101"):
            return False
        said = turn.answers[-1]
        if said.direction == "<":
            status, _, body = said.text.partition(" ")
            sock.sendall(answer(f"{status} Said", body.encode()))
        elif "does not fit" in said.text:
            sock.sendall(accept(head, key=b"bm9wZQ=="))
        elif "broke off" not in said.text:
            while sock.recv(65_536):
                pass
        return True

    def status(self, request: Request) -> int:
        return 101 if self._here.turn is not None else super().status(request)

    def accepted(self, response: Response) -> None:
        if self._here.turn is not None:
            _, _, named = self._here.turn.answers[0].text.partition("subprotocol ")
            if named:
                response.headers["Sec-WebSocket-Protocol"] = named

    def opened(self, talk: Talk) -> None:
        if self._here.turn is not None:
            self.play(talk, self._here.turn.answers[1:])

    # Messages

    def play(self, talk: Talk, answers: tuple[Line, ...]) -> None:
        for line in answers:
            to = self.talks[line.connection - 1] if line.connection else talk
            if line.direction == "." and "lost" in line.text:
                to.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                to.sock.close()
            elif line.direction == "<" and line.text.startswith("CLOSE"):
                to.close(int(line.text[6:] or 0) or None)
            elif line.direction == "<":
                with to.lock:
                    to.protocol.send_frame(_frame(line.text))
                    to.flush()

    def handled(self, talk: Talk, said: str) -> bool:
        turn = self.turn(self.talks.index(talk) + 1, said)
        if turn is not None:
            self.play(talk, turn.answers)
        return turn is not None

    def text(self, talk: Talk, text: str) -> None:
        if self.handled(talk, f"TEXT {text}"):
            return
        if len(text) > MOST_OF_MESSAGE or max(talk.frames) > MOST_OF_FRAME:
            talk.close(1009)
        else:
            super().text(talk, text)

    def binary(self, talk: Talk) -> None:
        if not self.handled(talk, "BINARY 3 bytes"):
            super().binary(talk)

    # Management

    def managed(self, sock: socket.socket, head: bytes) -> None:
        method, target, *_ = head.decode().split()
        connection_id = urlsplit(target).path.rpartition("/")[2].replace("%3D", "=")
        signed = b"\r\nauthorization: aws4-hmac-sha256" in head.lower()
        turn = self.turn(0, f"{method} @connections/{connection_id}{'' if signed else ', unsigned'}")
        talk = next((one for one in self.talks if one.id == connection_id and one.is_open), None)
        if turn is not None:
            status = turn.answers[0].text
            if turn.answers[1:] and talk is not None:
                self.play(talk, turn.answers[1:])
        elif not signed:
            status = "403"
        else:
            status = "410" if talk is None else {"DELETE": "204"}.get(method, "200")
            if talk is not None and method == "POST":
                talk.send(_body(sock, *head.split(b"\r\n\r\n", 1)).decode())
            elif talk is not None and method == "DELETE":
                talk.close(1000)
        if status.isdecimal():
            sock.sendall(answer(f"{status} Said", b"{}" if status != "204" else b"", b"Connection: close\r\n"))


class _Protocol(ServerProtocol):
    """Leaves the answers to pings and closes to the transcript, where it shows them."""

    def __init__(self, stage: ReplayStage) -> None:
        super().__init__(max_size=None)
        self._stage = stage

    def send_frame(self, frame: Frame) -> None:
        said = ""
        if frame.opcode is Opcode.PONG:
            said = f"PING {bytes(frame.data).decode()}"
        elif frame.opcode is Opcode.CLOSE and self.close_rcvd is not None:
            said = f"CLOSE {self.close_rcvd.code}"
        turn = self._stage.turn(0, said) if said else None
        answers = [_frame(line.text) for line in turn.answers if line.direction == "<"] if turn is not None else [frame]
        for one in answers:
            super().send_frame(one)


def _frame(shown: str) -> Frame:
    """The frame that a line stands for."""
    kind, _, data = shown.partition(" ")
    if kind == "BINARY":
        return Frame(Opcode.BINARY, bytes(int(data.split()[0])))
    if kind == "CLOSE":
        return Frame(Opcode.CLOSE, int(data.split()[0]).to_bytes(2, "big") if data else b"")
    return Frame(Opcode[kind], data.encode())


def _shown(head: bytes) -> str:
    """The head of a request as a client's transcript shows it."""
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    shown = ["upgrade", first.split()[1]]
    if HEADER in headers:
        shown.append(f"{HEADER}: {WHO.get(headers[HEADER], '••• (made up)')}")
    if "sec-websocket-protocol" in headers:
        shown.append(f"subprotocols {headers['sec-websocket-protocol']}")
    return " ".join(shown)


def _body(sock: socket.socket, head: bytes, begun: bytes) -> bytes:
    """The rest of a request's body."""
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    while found is not None and len(begun) < int(found[1]):
        begun += sock.recv(65_536)
    return begun


def _tls(transcript: str) -> tuple[trustme.CA, ssl.SSLContext] | None:
    """Who is trusted, and how the stage meets its clients, in a transcript that speaks of TLS."""
    if "TLS" not in transcript:
        return None
    trusted, other = trustme.CA(), trustme.CA()
    name = "example.com" if "not valid for" in transcript else "127.0.0.1"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (other if "issuer" in transcript else trusted).issue_cert(name).configure_cert(context)
    if "version" in transcript:
        with warnings.catch_warnings(action="ignore"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return trusted, context


@contextlib.contextmanager
def replaying(transcript: str) -> Iterator[tuple[ReplayStage, str]]:
    """A stage that plays a transcript, and its URL."""
    stage = ReplayStage(transcript)
    with running(stage) as url:
        yield stage, url if stage.trusted is None else url.replace("ws://", "wss://")
