"""Each probe against a stage that is not wsconform's, sound and broken."""

import contextlib
import json
import socket
import threading

import pytest
from other_stage import ALLOWED, HEADER, REPLY, OtherStage, Talk, running
from samples import HASTE, HASTY, SAMPLE
from strange_stage import accept, frame
from websockets.http11 import Request, Response

from wsconform.check.finding import Outcome
from wsconform.live.identity import Identity, Source
from wsconform.live.packs import load_probes
from wsconform.live.peer import Stage
from wsconform.live.run import LiveRun
from wsconform.live.secret import Redactor, Secret
from wsconform.live.verdict import ProbeVerdict
from wsconform.live.wire import Endpoint

PROBES = load_probes()
QUIET = 0.1
"""Seconds in which nothing more may come."""


def verdicts(stage: OtherStage) -> dict[str, ProbeVerdict]:
    source, secret = Source("header", HEADER), Secret(ALLOWED, HEADER)
    with running(stage) as url:
        run = LiveRun(
            Stage(
                endpoint=Endpoint(url=url),
                allow=Identity({source: secret}),
                deny=Identity({source: Secret("wrong", HEADER)}),
                patience=HASTE if stage.is_silent else 10,
                quiet=QUIET,
                clients=8,
            ),
            Redactor([secret]),
        )
        cases = list(PROBES.cases(HASTY if stage.is_silent else SAMPLE))
        run.plan(cases)
        try:
            return {case.name: run.verdict(case) for case in cases}
        finally:
            run.close()


def failing(found: dict[str, ProbeVerdict]) -> set[str]:
    return {name.partition("[")[0] for name, one in found.items() if one.outcome is Outcome.FAILED}


def test_a_sound_stage_passes_them_all() -> None:
    found = verdicts(OtherStage())
    assert {name: one for name, one in found.items() if one.outcome is Outcome.FAILED} == {}
    assert {name: one.reason for name, one in found.items() if one.outcome is Outcome.INCONCLUSIVE} == {
        "management-reaches-the-connection": "there are no credentials for @connections",
        "transport-is-secure": "the stage is plain ws://",
    }


class AllowsAll(OtherStage):
    def status(self, request: Request) -> int:
        del request
        return 101


class AllowsTheEmpty(OtherStage):
    def status(self, request: Request) -> int:
        return 101 if request.headers.get(HEADER) == "" else super().status(request)


class AllowsAnyValue(OtherStage):
    def status(self, request: Request) -> int:
        return 101 if request.headers.get(HEADER) else 401


class DeniesAll(OtherStage):
    def status(self, request: Request) -> int:
        return 403 if request.headers.get(HEADER) else 401


class FailsInsteadOfDenying(OtherStage):
    def status(self, request: Request) -> int:
        status = super().status(request)
        return 500 if status == 403 else status


class AnswersInsteadOfRefusing(OtherStage):
    def status(self, request: Request) -> int:
        status = super().status(request)
        return 200 if status == 401 else status


class Redirects(OtherStage):
    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if ALLOWED.encode() in head:
            return False
        sock.sendall(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/v1\r\nContent-Length: 0\r\n\r\n")
        return True


class AcceptsThenCloses(OtherStage):
    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if ALLOWED.encode() in head:
            return False
        sock.sendall(accept(head) + frame((1008).to_bytes(2, "big"), 8))
        return True


class HangsWithoutIdentity(OtherStage):
    is_silent = True

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if HEADER.encode() not in head.lower() or f"{HEADER}: \r\n".encode() not in head:
            return False
        while sock.recv(65_536):
            pass
        return True


class HangsForStrangers(OtherStage):
    is_silent = True

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if HEADER.encode() in head.lower():
            return False
        while sock.recv(65_536):
            pass
        return True


class WrongAcceptKey(OtherStage):
    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if ALLOWED.encode() not in head:
            return False
        sock.sendall(accept(head, key=b"bm9wZQ=="))
        return True


class EchoesSubprotocols(OtherStage):
    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if b"Sec-WebSocket-Protocol" not in head:
            return False
        sock.sendall(accept(head, extra=b"Sec-WebSocket-Protocol: wsconform.example\r\n"))
        while sock.recv(65_536):
            pass
        return True


class AnswersNothing(OtherStage):
    is_silent = True

    def test(self, talk: Talk) -> None:
        pass


class AnswersTwice(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send(REPLY)
        talk.send(REPLY)


class AnswersTwiceInTime(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send(REPLY)
        if getattr(talk, "asked", False):

            def again() -> None:
                with contextlib.suppress(OSError):  # the client may have left
                    talk.send(REPLY)

            threading.Timer(QUIET * 1.5, again).start()
        talk.asked = True  # type: ignore[attr-defined]


class AnswersOnce(OtherStage):
    is_silent = True

    def test(self, talk: Talk) -> None:
        if not getattr(talk, "answered", False):
            talk.answered = True  # type: ignore[attr-defined]
            talk.send(REPLY)


class AnswersLate(OtherStage):
    is_silent = True

    def test(self, talk: Talk) -> None:
        def late() -> None:
            with contextlib.suppress(OSError):  # the client may have left
                talk.send(REPLY)

        threading.Timer(HASTE * 2, late).start()


class AnswersOtherwise(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send(json.dumps({"message": "This response was pushed from another Lambda."}))


class AnswersNoJson(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send("This response was pushed from my Lambda.")


class AnswersAnother(OtherStage):
    is_silent = True

    def test(self, talk: Talk) -> None:
        del talk
        open_ones = [one for one in self.talks if one.protocol.state.name == "OPEN"]
        open_ones[0].send(REPLY)


class AnswersInBinary(OtherStage):
    def test(self, talk: Talk) -> None:
        with talk.lock:
            talk.protocol.send_binary(REPLY.encode())
            talk.flush()


class ClosesInsteadOfAnswering(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.close(1011)


class FailsToInvoke(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send(f'{{"message": "Internal server error", "connectionId":"{talk.id}", "requestId":"AAAAAAAAAAAAAAA="}}')


class ForgetsTheRoute(OtherStage):
    def test(self, talk: Talk) -> None:
        self.unrouted(talk)


class IgnoresTheUnrouted(OtherStage):
    is_silent = True

    def unrouted(self, talk: Talk) -> None:
        pass


class ClosesOnTheUnrouted(OtherStage):
    def unrouted(self, talk: Talk) -> None:
        talk.close(1008)


class TakesBinary(OtherStage):
    def binary(self, talk: Talk) -> None:
        self.unrouted(talk)


class HasNoLimits(OtherStage):
    limits = (None, None)


class HasSmallLimits(OtherStage):
    limits = (100_000, 32_768)


class TakesUnsignedCalls(OtherStage):
    def managed(self, sock: socket.socket, head: bytes) -> None:
        del head
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


class SpeaksFirst(OtherStage):
    def opened(self, talk: Talk) -> None:
        talk.send("welcome")


class Pings(OtherStage):
    def test(self, talk: Talk) -> None:
        with talk.lock:
            talk.protocol.send_ping(b"?")
            talk.flush()
        talk.send(REPLY)


class Fragments(OtherStage):
    def test(self, talk: Talk) -> None:
        with talk.lock:
            talk.protocol.send_text(REPLY[:9].encode(), fin=False)
            talk.protocol.send_continuation(REPLY[9:].encode(), fin=True)
            talk.flush()


class Masks(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.raw(bytes([0x81, 0x80 | len(REPLY)]) + bytes(4) + REPLY.encode())


class SetsReservedBits(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.raw(b"\xc1" + frame(REPLY.encode())[1:])


class ClosesWithoutRight(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.raw(frame((1005).to_bytes(2, "big"), 8))


class BeatsItsHeart(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.raw(frame(b"", 10))
        talk.send(REPLY)


class TakesAnExtensionForGranted(OtherStage):
    def accepted(self, response: Response) -> None:
        response.headers["Sec-WebSocket-Extensions"] = "permessage-deflate"


class RefusesAtLength(OtherStage):
    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if ALLOWED.encode() in head:
            return False
        sock.sendall(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 5_000
        )
        while sock.recv(65_536):
            sock.sendall(b"x" * 65_536)
        return True


class KnowsByCookie(OtherStage):
    def accepted(self, response: Response) -> None:
        response.headers["Set-Cookie"] = "who=me; Domain=127.0.0.1"

    def status(self, request: Request) -> int:
        return 101 if "Cookie" in request.headers else super().status(request)


class AnswersAtLength(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send("x" * 2_000_000)


class Floods(OtherStage):
    def test(self, talk: Talk) -> None:
        for _number in range(200_000):
            talk.send("x" * 30_000)


class ResetsAfterAccepting(OtherStage):
    def opened(self, talk: Talk) -> None:
        talk.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        talk.sock.close()


ANSWERED = {"action-answered", "reply-goes-to-its-sender", "many-at-once"}
GUARDED = {"denied-without-identity", "denied-with-bad-identity"}
UNROUTED = {
    "unknown-action-answered",
    "malformed-message-answered",
    "fragmented-message-joined",
    "message-at-limit-passes",
}
CONNECTED = {
    *ANSWERED,
    *UNROUTED,
    "allowed-connects",
    "any-message-survived",
    "binary-message-refused",
    "disconnect-is-clean",
    "frame-beyond-limit-closed",
    "message-beyond-limit-closed",
    "ping-answered",
}


@pytest.mark.parametrize(
    ("sabotage", "caught"),
    [
        (AllowsAll, GUARDED),
        (AllowsTheEmpty, {"denied-without-identity"}),
        (AllowsAnyValue, {"denied-with-bad-identity"}),
        (DeniesAll, {*CONNECTED, "subprotocol-not-made-up"}),
        (FailsInsteadOfDenying, {"denied-with-bad-identity"}),
        (AnswersInsteadOfRefusing, {"denied-without-identity"}),
        (Redirects, GUARDED),
        (AcceptsThenCloses, GUARDED),
        (HangsWithoutIdentity, {"denied-without-identity"}),
        (HangsForStrangers, {"stage-answers", "denied-without-identity"}),
        (WrongAcceptKey, {*CONNECTED, "subprotocol-not-made-up"}),
        (EchoesSubprotocols, {"subprotocol-not-made-up"}),
        (AnswersNothing, ANSWERED),
        (AnswersTwice, ANSWERED),
        (AnswersTwiceInTime, {"action-answered"}),
        (AnswersOnce, {"action-answered"}),
        (AnswersLate, ANSWERED),
        (AnswersOtherwise, ANSWERED),
        (AnswersNoJson, ANSWERED),
        (AnswersInBinary, ANSWERED),
        (ClosesInsteadOfAnswering, ANSWERED),
        (FailsToInvoke, ANSWERED),
        (ForgetsTheRoute, ANSWERED),
        (IgnoresTheUnrouted, UNROUTED),
        (ClosesOnTheUnrouted, {*UNROUTED, "any-message-survived"}),
        (TakesBinary, {"binary-message-refused"}),
        (HasNoLimits, {"message-beyond-limit-closed", "frame-beyond-limit-closed"}),
        (HasSmallLimits, {"message-at-limit-passes"}),
        (TakesUnsignedCalls, {"management-needs-signature"}),
        (Pings, set()),
        (Fragments, set()),
        (Masks, ANSWERED),
        (SetsReservedBits, ANSWERED),
        (ClosesWithoutRight, ANSWERED),
        (BeatsItsHeart, set()),
        (TakesAnExtensionForGranted, {*CONNECTED, "subprotocol-not-made-up"}),
        (RefusesAtLength, set()),
        (KnowsByCookie, set()),
        (AnswersAtLength, ANSWERED),
        (Floods, ANSWERED),
        (ResetsAfterAccepting, CONNECTED),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_sabotage_is_caught_by_the_right_probes_and_no_others(sabotage: type[OtherStage], caught: set[str]) -> None:
    found = verdicts(sabotage())
    assert failing(found) == caught
    for name, one in found.items():
        if one.outcome is Outcome.FAILED:
            assert one.expected
            assert 0 < len(one.actual) < 1_000
            assert one.transcript, name
            assert ALLOWED not in "\n".join((*one.transcript, one.actual, *one.expected))


def test_a_reply_to_another_client_is_noticed() -> None:
    assert "reply-goes-to-its-sender" in failing(verdicts(AnswersAnother()))


def test_a_stage_that_speaks_first_is_not_quiet() -> None:
    assert "allowed-connects" in failing(verdicts(SpeaksFirst()))


class HangsForTheAllowed(OtherStage):
    is_silent = True

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        if ALLOWED.encode() not in head:
            return False
        while sock.recv(65_536):
            pass
        return True


class HangsUpOnTheAllowed(OtherStage):
    def greet(self, sock: socket.socket, head: bytes) -> bool:
        del sock
        return ALLOWED.encode() in head


class Dies(OtherStage):
    """Resets every connection after the first few."""

    met = 0

    def greet(self, sock: socket.socket, head: bytes) -> bool:
        del head
        self.met += 1
        if self.met > 6:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
        return self.met > 6


@pytest.mark.parametrize("sabotage", [HangsForTheAllowed, HangsUpOnTheAllowed, Dies])
def test_a_stage_that_is_gone_for_who_may_connect_is_said_to_be_so_once(sabotage: type[OtherStage]) -> None:
    found = verdicts(sabotage())
    said = [name for name, one in found.items() if one.expected == ("a connection",)]
    assert len(said) == 1
    assert found[said[0]].actual in (
        f"no answer to the upgrade request within {HASTE:g} s",
        "the answer broke off in the handshake",
    )
    undecided = [one for one in found.values() if one.reason.startswith("a client that may connect met this: ")]
    assert len(undecided) > 5
