import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import pytest
from strange_stage import Script, accept, answer, frame, strange_stage

from wsconform.live.client import Client
from wsconform.live.outcome import Handshake, HungUp, Malformed, NotHttp, Opened, Refused, Unanswered, Unreachable
from wsconform.live.received import Binary, Closed, Lost, Pong, Silence, Text
from wsconform.live.secret import HIDDEN, Redactor, Secret
from wsconform.live.transcript import FIRST, LAST, Transcript
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

    @pytest.mark.parametrize(
        ("written", "instead", "said"),
        [
            (b"HTTP/1.1", b"HTTP/1.0", "is 101 in HTTP/1.0, which knows no upgrade"),
            (b"Upgrade: websocket", b"X: y", "does not fit the request: its header Upgrade is not websocket"),
            (
                b"Connection: Upgrade",
                b"Connection: close",
                "does not fit the request: its header Connection is not Upgrade",
            ),
            (
                b"Accept: ",
                b"Accept: bm8=",
                "does not fit the request: its Sec-WebSocket-Accept is not that of the request's key",
            ),
            (
                b"Accept: ",
                b"Reject: ",
                "does not fit the request: its Sec-WebSocket-Accept is not that of the request's key",
            ),
            (
                b"\r\n\r\n",
                b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
                "names an extension in Sec-WebSocket-Extensions, and none was offered",
            ),
        ],
    )
    def test_an_answer_that_does_not_fit_is_no_connection(
        self, talk: Talk, written: bytes, instead: bytes, said: str
    ) -> None:
        outcome = talk.to(lambda peer, request: peer.sendall(accept(request).replace(written, instead)))
        assert outcome == Malformed(said)

    def test_the_case_of_an_accept_key_counts(self, talk: Talk) -> None:
        def shout(peer: socket.socket, request: bytes) -> None:
            head, _, key = accept(request).rpartition(b"Accept: ")
            peer.sendall(head + b"Accept: " + key.swapcase())

        assert isinstance(talk.to(shout), Malformed)

    @pytest.mark.parametrize(
        "rest",
        [
            b"Content-Length: 1000000000\r\n\r\n" + b"x" * 200_000,
            b"Content-Length: 100\r\n\r\n{",
            b"Content-Length: many\r\n\r\n{",
            b"Transfer-Encoding: chunked\r\n\r\n10000\r\n" + b"x" * 65_536,
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"\xff\xfe: \xfd\r\nSet-Cookie: a=b; Domain=127.0.0.1\r\n\r\n",
        ],
        ids=["without end", "cut short", "without number", "in chunks", "with two statuses", "in no encoding"],
    )
    def test_of_a_refusal_the_status_counts_whatever_follows(self, talk: Talk, rest: bytes) -> None:
        def refuse(peer: socket.socket, _: bytes) -> None:
            peer.sendall(b"HTTP/1.1 401 Unauthorized\r\n" + rest)
            wait(peer)

        outcome = talk.to(refuse)
        assert isinstance(outcome, Refused)
        assert outcome.status == 401

    def test_an_interim_answer_is_not_the_answer(self, talk: Talk) -> None:
        interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"
        assert isinstance(talk.to(lambda peer, request: peer.sendall(interim + accept(request))), Opened)
        outcome = talk.to(lambda peer, _: peer.sendall(interim + answer("403 Forbidden")))
        assert isinstance(outcome, Refused)
        assert outcome.status == 403

    def test_what_comes_with_the_answer_is_not_lost(self, talk: Talk) -> None:
        def hasten(peer: socket.socket, request: bytes) -> None:
            peer.sendall(accept(request) + frame(b"early"))
            wait(peer)

        outcome = talk.to(hasten)
        assert isinstance(outcome, Opened)
        assert outcome.connection.receive(5) == Text("early")

    def test_a_cookie_of_one_client_is_not_sent_by_another(self, talk: Talk) -> None:
        heads = []

        def bake(peer: socket.socket, request: bytes) -> None:
            heads.append(request)
            peer.sendall(accept(request, extra=b"Set-Cookie: who=me; Domain=127.0.0.1; Path=/\r\n"))

        talk.to(bake)
        talk.to(bake)
        assert len(heads) == 2
        assert b"cookie" not in heads[1].lower()

    def test_an_identity_may_be_a_subprotocol(self, talk: Talk) -> None:
        heads = []

        def echo(peer: socket.socket, request: bytes) -> None:
            heads.append(request)
            peer.sendall(accept(request, extra=b"Sec-WebSocket-Protocol: token\r\n"))

        headers: dict[str, str | Secret] = {"sec-websocket-protocol": Secret("chat, token")}
        outcome = talk.to(echo, headers=headers, subprotocols=["own"])
        assert isinstance(outcome, Opened)
        assert heads[0].count(b"rotocol:") == 1
        assert b"Sec-WebSocket-Protocol: chat, token, own\r\n" in heads[0]

    def test_a_subprotocol_that_was_not_offered_is_no_connection(self, talk: Talk) -> None:
        extra = b"Sec-WebSocket-Protocol: never-offered\r\n"
        outcome = talk.to(lambda peer, request: peer.sendall(accept(request, extra=extra)))
        assert outcome == Malformed('names the subprotocol "never-offered", which was not offered')

    @pytest.mark.parametrize(("extra", "chosen"), [(b"", None), (b"Sec-WebSocket-Protocol: b\r\n", "b")])
    def test_an_offer_may_be_taken_or_not(self, talk: Talk, extra: bytes, chosen: str | None) -> None:
        outcome = talk.to(lambda peer, request: peer.sendall(accept(request, extra=extra)), subprotocols=["a", "b"])
        assert isinstance(outcome, Opened)
        assert outcome.subprotocol == chosen

    @pytest.mark.parametrize(
        ("said", "outcome"),
        [
            (b"", HungUp()),
            (b"\0" * 100, NotHttp()),
            (b"220 mail.example.com ESMTP\r\n", NotHttp()),
            (b"HTTP/1.1 abc\r\n\r\n", NotHttp()),
            (b"HTT", NotHttp()),
            (b"\x15\x03\x01\x00\x02\x02\x16", NotHttp(tls=True)),
        ],
    )
    def test_what_is_no_http_is_no_answer(self, talk: Talk, said: bytes, outcome: Handshake) -> None:
        assert talk.to(lambda peer, _: peer.sendall(said)) == outcome

    def test_one_that_resets_the_connection_hangs_up(self, talk: Talk) -> None:
        def reset(peer: socket.socket, _: bytes) -> None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            peer.close()

        assert talk.to(reset) == HungUp()

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

    def test_a_name_that_is_looked_up_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told = threading.Event()

        def look_up(*_: object, **__: object) -> list[object]:
            told.wait(20)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        client = Client(Endpoint(url="ws://stage.example.com/v1"), Transcript())
        assert client.connect(within=0.1) == Unanswered("connection", 0.1)
        told.set()

    def test_an_address_that_refuses_is_not_the_last(self, monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
        url = stack.enter_context(strange_stage(lambda peer, _: peer.sendall(answer("401 Unauthorized"))))
        port = Endpoint(url=url).port
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.9", "127.0.0.1")]
        look_up = socket.getaddrinfo
        named = {"stage.example.com": both}
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: named.get(host) or look_up(host, *a, **k))
        client = Client(Endpoint(url=f"ws://stage.example.com:{port}/v1"), Transcript())
        assert isinstance(client.connect(within=5), Refused)


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

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            (b"", "the stage hung up without a close frame"),
            (b"\xc1\x00", "a frame with a reserved bit set, for which no extension was agreed on"),
            (b"\x83\x00", "a frame of kind 3, which there is not"),
            (b"\x81\x81\0\0\0\0x", "a masked frame, as only clients may"),
            (b"\x09\x00", "a ping in several frames"),
            (b"\x0a\x00", "a control frame in several frames"),
            (b"\x08\x02\x03\xe8", "a control frame in several frames"),
            (frame(b"x" * 126, 9), "a control frame of 126 bytes, more than 125"),
            (frame(b"x" * 300, 10), "a control frame of 300 bytes, more than 125"),
            (frame(b"\3", 8), "a close frame with no room for a code, or with more than 125 bytes"),
            (frame((1006).to_bytes(2, "big"), 8), "a close frame with 1006, which no close frame may have"),
            (frame(b"\x03\xe8\xff", 8), "a close frame with a reason that is not UTF-8"),
            (frame(b"\xc3\x28"), "a text message that is not UTF-8"),
            (frame(b"x", 0), "a continuation of nothing, or a message within another"),
            (frame(b"x", fin=False) + frame(b"y"), "a continuation of nothing, or a message within another"),
        ],
    )
    def test_what_breaks_the_protocol_ends_the_connection(self, talk: Talk, sent: bytes, said: str) -> None:
        received = connected(talk, lambda peer, _: peer.sendall(sent)).connection.receive(5)
        assert received in (Lost(said), Lost(f"the stage sent {said}"))

    def test_a_pong_that_nobody_asked_for_is_passed_over(self, talk: Talk) -> None:
        sent = frame(b"", 10) + frame(b"heartbeat", 10) + frame(b"a message")
        assert connected(talk, lambda peer, _: peer.sendall(sent)).connection.receive(5) == Text("a message")

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

    def test_shows_what_aws_calls_a_refusal(self, talk: Talk) -> None:
        extra = b"x-amzn-ErrorType: InvalidSignatureException\r\n"
        talk.to(lambda peer, _: peer.sendall(answer("403 Forbidden", b'{"message":"Forbidden"}', extra)))
        assert talk.transcript.lines()[-1].endswith('< 403 InvalidSignatureException {"message":"Forbidden"}')

    def test_stays_short(self, talk: Talk) -> None:
        def much(peer: socket.socket, _: bytes) -> None:
            for _number in range(500):
                peer.sendall(frame(b"x" * 1000))

        connection = connected(talk, much).connection
        while isinstance(connection.receive(5), Text):
            pass
        lines = talk.transcript.lines()
        assert len(lines) == FIRST + 1 + LAST
        assert lines[FIRST] == f"… {503 - FIRST - LAST} more"
        assert lines[-1].endswith("the stage hung up without a close frame")
        assert max(map(len, lines)) < 300
