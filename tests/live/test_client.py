import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import pytest
from strange_stage import Script, accept, answer, frame, strange_stage

from wsconform.live.client import Client
from wsconform.live.outcome import Handshake, Malformed, Opened, Refused, Unanswered, Unreachable
from wsconform.live.received import Binary, Closed, Lost, Pong, Silence, Text
from wsconform.live.secret import HIDDEN, Redactor, Secret
from wsconform.live.transcript import MOST, Transcript
from wsconform.live.wire import Endpoint


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Talk:
    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.transcript = Transcript(Redactor([Secret("open sesame", "token")]))

    def to(
        self,
        script: Script,
        within: float = 5,
        headers: dict[str, str | Secret] | None = None,
        subprotocols: Iterable[str] = (),
    ) -> Handshake:
        url = self.stack.enter_context(strange_stage(script))
        client = Client(Endpoint(url=url), self.transcript)
        self.stack.callback(client.close)
        return client.connect(headers=headers, subprotocols=subprotocols, within=within)


@pytest.fixture
def talk(stack: ExitStack) -> Talk:
    return Talk(stack)


def wait(connection: socket.socket) -> None:
    """Hold a connection until the other side leaves."""
    while connection.recv(65_536):
        pass


class TestHandshake:
    @pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 308, 400, 401, 403, 426, 429, 500, 502, 504])
    def test_any_other_status_is_a_refusal(self, talk: Talk, status: int) -> None:
        where = b"Location: ws://127.0.0.1:1/elsewhere\r\n"
        outcome = talk.to(lambda peer, _: peer.sendall(answer(f"{status} Whatever", b"", where)))
        assert isinstance(outcome, Refused)
        assert outcome.status == status

    def test_keeps_the_body_of_a_refusal(self, talk: Talk) -> None:
        outcome = talk.to(lambda peer, _: peer.sendall(answer("403 Forbidden", b'{"message":"Forbidden"}')))
        assert isinstance(outcome, Refused)
        assert outcome.body == '{"message":"Forbidden"}'

    def test_a_stage_that_says_nothing_costs_no_more_than_its_time(self, talk: Talk) -> None:
        assert talk.to(lambda peer, _: wait(peer), within=0.2) == Unanswered("answer to the upgrade request", 0.2)

    def test_one_that_drips_does_not_either(self, talk: Talk) -> None:
        def drip(peer: socket.socket, _: bytes) -> None:
            peer.settimeout(0.05)
            for byte in b"HTTP/1.1 " + b"1" * 1000:
                peer.send(bytes([byte]))
                try:
                    peer.recv(1)
                except TimeoutError:
                    continue

        assert talk.to(drip, within=0.3) == Unanswered("answer to the upgrade request", 0.3)

    @pytest.mark.parametrize("key", [b"bm8=", b""])
    def test_an_answer_to_another_request_is_no_connection(self, talk: Talk, key: bytes) -> None:
        assert isinstance(talk.to(lambda peer, request: peer.sendall(accept(request, key=key))), Malformed)

    def test_a_subprotocol_that_was_not_offered_is_no_connection(self, talk: Talk) -> None:
        extra = b"Sec-WebSocket-Protocol: never-offered\r\n"
        outcome = talk.to(lambda peer, request: peer.sendall(accept(request, extra=extra)))
        assert outcome == Malformed('names the subprotocol "never-offered", which was not offered')

    @pytest.mark.parametrize(("extra", "chosen"), [(b"", None), (b"Sec-WebSocket-Protocol: b\r\n", "b")])
    def test_an_offer_may_be_taken_or_not(self, talk: Talk, extra: bytes, chosen: str | None) -> None:
        outcome = talk.to(lambda peer, request: peer.sendall(accept(request, extra=extra)), subprotocols=["a", "b"])
        assert isinstance(outcome, Opened)
        assert outcome.subprotocol == chosen

    @pytest.mark.parametrize("said", [b"", b"\0" * 100, b"220 mail.example.com ESMTP\r\n", b"HTTP/1.1 abc\r\n\r\n"])
    def test_what_is_no_http_is_malformed(self, talk: Talk, said: bytes) -> None:
        assert isinstance(talk.to(lambda peer, _: peer.sendall(said)), Malformed)

    def test_headers_without_end_are_cut_off(self, talk: Talk) -> None:
        def flood(peer: socket.socket, _: bytes) -> None:
            peer.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                peer.sendall(b"X-Header: " + b"x" * 4_000 + b"\r\n")

        assert talk.to(flood) == Malformed("has no end")

    def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        client = Client(Endpoint(url=f"ws://127.0.0.1:{port}/v1"), Transcript())
        assert client.connect(within=5) == Unreachable("connection refused")


def connected(talk: Talk, script: Script) -> Opened:
    def upgrade(peer: socket.socket, request: bytes) -> None:
        peer.sendall(accept(request))
        script(peer, request)

    outcome = talk.to(upgrade)
    assert isinstance(outcome, Opened)
    return outcome


class TestConversation:
    def test_reads_messages_in_any_number_of_frames(self, talk: Talk) -> None:
        def script(peer: socket.socket, _: bytes) -> None:
            peer.sendall(frame(b"whole") + frame(b"in ", fin=False) + frame(b"", 9) + frame(b"two", 0))
            peer.sendall(frame(b"\1", 2) + frame((4000).to_bytes(2, "big") + b"bye", 8))
            wait(peer)

        connection = connected(talk, script).connection
        received = [connection.receive(5) for _ in range(5)]
        assert received == [Text("whole"), Text("in two"), Binary(b"\1"), Closed(4000, "bye"), Closed(4000, "bye")]

    def test_silence_is_a_value(self, talk: Talk) -> None:
        assert connected(talk, lambda peer, _: wait(peer)).connection.receive(0.05) == Silence(0.05)

    def test_a_rest_of_a_time_is_said_in_round_figures(self) -> None:
        said = [str(Silence(within)) for within in (1.99999, 0.05, 10, 600)]
        assert said == ["nothing within 2 s", "nothing within 0.05 s", "nothing within 10 s", "nothing within 600 s"]

    def test_waits_on_after_half_a_frame(self, talk: Talk) -> None:
        def script(peer: socket.socket, _: bytes) -> None:
            whole = frame(b"a message")
            peer.sendall(whole[:4])
            peer.recv(100)
            peer.sendall(whole[4:])
            wait(peer)

        connection = connected(talk, script).connection
        assert connection.receive(0.05) == Silence(0.05)
        connection.send("go on")
        assert connection.receive(5) == Text("a message")

    @pytest.mark.parametrize("said", [b"", b"\xff\xff\xff", frame(b"\xc3\x28"), frame(b"x", 0), frame(b"x", 3)])
    def test_what_breaks_the_protocol_ends_the_connection(self, talk: Talk, said: bytes) -> None:
        assert isinstance(connected(talk, lambda peer, _: peer.sendall(said)).connection.receive(5), Lost)

    def test_a_flood_ends_the_connection(self, talk: Talk) -> None:
        def flood(peer: socket.socket, _: bytes) -> None:
            peer.sendall(b"\x81\x7f" + (1 << 40).to_bytes(8, "big"))
            while True:
                peer.sendall(b"x" * 65_536)

        assert connected(talk, flood).connection.receive(5) == Lost("more came than a client takes")

    def test_a_pong_answers_a_ping(self, talk: Talk) -> None:
        def script(peer: socket.socket, _: bytes) -> None:
            peer.recv(100)
            peer.sendall(frame(b"there?", 10))
            wait(peer)

        connection = connected(talk, script).connection
        connection.ping(b"there?")
        assert connection.receive(5) == Pong(b"there?")

    def test_closing_waits_for_the_other_side(self, talk: Talk) -> None:
        def script(peer: socket.socket, _: bytes) -> None:
            peer.recv(100)
            peer.sendall(frame(b"late") + frame((1000).to_bytes(2, "big"), 8))
            wait(peer)

        assert connected(talk, script).connection.close(within=5) == Closed(1000)

    def test_one_that_never_closes_is_left(self, talk: Talk) -> None:
        assert isinstance(connected(talk, lambda peer, _: wait(peer)).connection.close(within=0.1), Silence)


class TestTranscript:
    def test_shows_no_secret(self, talk: Talk) -> None:
        def echo(peer: socket.socket, request: bytes) -> None:
            assert b"open sesame" in request
            peer.sendall(answer("401 Unauthorized", b"open sesame is wrong; so is open%20sesame"))

        talk.to(echo, headers={"x-token": Secret("open sesame", "token")})
        shown = "\n".join(talk.transcript.lines())
        assert "sesame" not in shown
        assert f"x-token: {HIDDEN} (token)" in shown
        assert f"401 {HIDDEN} is wrong" in shown

    def test_stays_short(self, talk: Talk) -> None:
        def much(peer: socket.socket, _: bytes) -> None:
            for _number in range(500):
                peer.sendall(frame(b"x" * 1000))

        connection = connected(talk, much).connection
        while isinstance(connection.receive(5), Text):
            pass
        assert len(talk.transcript.lines()) == MOST + 1
        assert max(map(len, talk.transcript.lines())) < 300
