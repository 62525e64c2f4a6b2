"""How probes are run: what a body comes to, and what is said of a stage that is not there or says nothing."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from loopback import serving
from other_stage import OtherStage, running
from samples import HASTE, SAMPLE
from strange_stage import answer, strange_stage

from wsconform.check.finding import Outcome
from wsconform.live.identity import Identity
from wsconform.live.packs import load_probes
from wsconform.live.peer import Peer, Presence, Stage
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import Case, Probe
from wsconform.live.run import LiveRun, run_probe
from wsconform.live.secret import HIDDEN, Redactor, Secret
from wsconform.live.turns import AT_ONCE
from wsconform.live.verdict import Level, ProbeVerdict, Undecidable, Unmet
from wsconform.live.wire import Endpoint

PROBES = load_probes()
SECRET = Secret("open sesame")


def probe(body: Callable[[Peer, ApiPlan], None], name: str = "own", *, alone: bool = False) -> Probe:
    return Probe(
        name=name,
        summary="It is so.",
        level=Level.MUST,
        per="api",
        area="own",
        source="here",
        related=(),
        about="connect",
        applies=lambda _: True,
        alone=alone,
        greets=False,
        body=body,
        file=Path("own.py"),
    )


def at(url: str, patience: float = 5) -> Stage:
    return Stage(endpoint=Endpoint(url=url), allow=Identity(), patience=patience, quiet=0.05)


class Open(OtherStage):
    """A stage that lets everybody in."""

    def status(self, request: object) -> int:
        del request
        return 101


@contextmanager
def run_of(stage: Stage | str, *cases: Case) -> Iterator[LiveRun]:
    run = LiveRun(stage, Redactor([SECRET]))
    run.plan(cases)
    try:
        yield run
    finally:
        run.close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def verdict_of(body: Callable[[Peer, ApiPlan], None]) -> ProbeVerdict:
    return run_probe(Case(probe(body), SAMPLE), at("ws://127.0.0.1:1/v1"), Redactor([SECRET]))


def test_a_body_that_returns_has_passed() -> None:
    assert verdict_of(lambda _peer, _api: None).outcome is Outcome.PASSED


def test_a_body_says_what_is_wrong() -> None:
    def body(peer: Peer, _: ApiPlan) -> None:
        peer.transcript.note(1, ">", "I am open sesame")
        raise Unmet(expected=("one", "another"), actual="open sesame", causes=("a cause of open sesame",))

    found = verdict_of(body)
    assert found.outcome is Outcome.FAILED
    assert (found.expected, found.actual, found.causes) == (("one", "another"), HIDDEN, (f"a cause of {HIDDEN}",))
    assert found.transcript[0].endswith(f"> I am {HIDDEN}")


def test_a_body_cannot_tell() -> None:
    def body(_peer: Peer, _api: ApiPlan) -> None:
        raise Undecidable("nobody is open sesame")

    found = verdict_of(body)
    assert (found.outcome, found.reason) == (Outcome.INCONCLUSIVE, f"nobody is {HIDDEN}")


@pytest.mark.parametrize("error", [ValueError("open sesame"), KeyError("x"), RecursionError(), AssertionError()])
def test_a_body_that_breaks_fails_and_says_so(error: Exception) -> None:
    def body(_peer: Peer, _api: ApiPlan) -> None:
        raise error

    found = verdict_of(body)
    assert found.outcome is Outcome.FAILED
    assert found.actual.startswith("the probe itself broke: ")
    assert type(error).__name__ in found.actual
    assert "sesame" not in found.actual


def test_what_a_body_leaves_open_is_closed() -> None:
    opened = []

    def body(peer: Peer, _: ApiPlan) -> None:
        opened.append(peer.open())

    with running(Open()) as url:
        assert run_probe(Case(probe(body), SAMPLE), at(url), Redactor()).outcome is Outcome.PASSED
    assert opened[0].ended is not None


def of_stage(stage: Stage | str) -> dict[str, ProbeVerdict]:
    cases = list(PROBES.cases(SAMPLE))
    with run_of(stage, *cases) as run:
        return {case.name: run.verdict(case) for case in cases}


def test_a_stage_that_is_not_there_is_said_to_be_so_once() -> None:
    url = f"ws://127.0.0.1:{closed_port()}/v1"
    found = of_stage(at(url))
    assert {name for name, one in found.items() if one.outcome is Outcome.FAILED} == {"stage-answers"}
    assert found["stage-answers"].actual == "not reachable: connection refused"
    assert found["stage-answers"].causes
    assert {(one.outcome, one.reason) for name, one in found.items() if name != "stage-answers"} == {
        (Outcome.INCONCLUSIVE, f"the stage at {url}: not reachable: connection refused")
    }


def test_a_stage_that_says_nothing_is_waited_for_once() -> None:
    met = []

    def hold(peer: socket.socket, _: bytes) -> None:
        met.append(peer)
        while peer.recv(65_536):
            pass

    with strange_stage(hold) as url:
        found = of_stage(at(url, HASTE))
    assert len(met) == 2
    assert found["stage-answers"].actual == f"no answer to the upgrade request within {HASTE:g} s"
    assert {one.outcome for name, one in found.items() if name != "stage-answers"} == {Outcome.INCONCLUSIVE}
    assert len({one.reason for one in found.values()} - {""}) == 1


def test_a_stage_that_went_away_fails_one_probe_that_must_be_met() -> None:
    stage, presence = at(f"ws://127.0.0.1:{closed_port()}/v1"), Presence()

    def met(level: Level) -> ProbeVerdict:
        case = Case(replace(probe(lambda peer, _: peer.open().send("never")), level=level), SAMPLE)
        return run_probe(case, stage, Redactor(), presence)

    should, first, second = met(Level.SHOULD), met(Level.MUST), met(Level.MUST)
    assert (first.outcome, first.actual) == (Outcome.FAILED, "not reachable: connection refused")
    assert first.transcript
    for other in (should, second):
        assert other.outcome is Outcome.INCONCLUSIVE
        assert other.reason == "a client that may connect met this: not reachable: connection refused"


def self_signed(sock: socket.socket) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    context.wrap_socket(sock, server_side=True)


def plain(sock: socket.socket) -> None:
    sock.recv(65_536)
    sock.sendall(answer("400 Bad Request"))


def ending(sock: socket.socket) -> None:
    sock.recv(65_536)


def resetting(sock: socket.socket) -> None:
    sock.recv(1)  # what is left unread makes the end a reset


@pytest.mark.parametrize(
    ("serve", "said", "cause"),
    [
        (self_signed, "unable to get local issuer certificate", "the certificate is not for this host"),
        (plain, "what answers there speaks no TLS", "what listens there is no TLS server"),
        (ending, "it broke off in the TLS handshake", "what listens there is no TLS server"),
        (resetting, "it broke off in the TLS handshake", "what listens there is no TLS server"),
    ],
)
def test_a_stage_without_trustworthy_tls_fails_what_is_about_that(
    serve: Callable[[socket.socket], None], said: str, cause: str
) -> None:
    with serving(serve) as port:
        found = of_stage(at(f"wss://127.0.0.1:{port}/v1"))
    failed = {name: one for name, one in found.items() if one.outcome is Outcome.FAILED}
    assert failed.keys() == {"stage-answers", "transport-is-secure"}
    assert {one.actual for one in failed.values()} == {f"no TLS connection: {said}"}
    assert all(one.causes[0].startswith(cause) for one in failed.values())
    assert {one.outcome for one in found.values()} == {Outcome.FAILED, Outcome.INCONCLUSIVE}


def test_where_there_is_no_stage_the_reason_is_given() -> None:
    found = of_stage("the local stage does not start: open sesame")
    assert found["stage-answers"].actual == f"the local stage does not start: {HIDDEN}"
    assert {one.reason for name, one in found.items() if name != "stage-answers"} == {
        f"the local stage does not start: {HIDDEN}"
    }


def test_what_runs_alone_runs_after_all_others() -> None:
    running_now, most, order = 0, 0, []
    lock = threading.Lock()
    both = threading.Barrier(2, timeout=20)

    def body(name: str, *, meet: bool) -> Callable[[Peer, ApiPlan], None]:
        def run(_peer: Peer, _api: ApiPlan) -> None:
            nonlocal running_now, most
            with lock:
                running_now += 1
                most = max(most, running_now)
            if meet:
                both.wait()
            with lock:
                running_now -= 1
                order.append(name)

        return run

    cases = [
        Case(probe(body("first alone", meet=False), "first alone", alone=True), SAMPLE),
        Case(probe(body("together", meet=True), "a"), SAMPLE),
        Case(probe(body("together", meet=True), "b"), SAMPLE),
        Case(probe(body("second alone", meet=False), "second alone", alone=True), SAMPLE),
    ]
    with strange_stage(lambda peer, _: peer.sendall(answer("401 Unauthorized"))) as url, run_of(at(url), *cases) as run:
        assert {run.verdict(case).outcome for case in cases} == {Outcome.PASSED}
    assert most == 2
    assert order == ["together", "together", "first alone", "second alone"]


def test_what_was_not_planned_is_run_when_it_is_asked_for() -> None:
    case = Case(probe(lambda _peer, _api: None), SAMPLE)
    with strange_stage(lambda peer, _: peer.sendall(answer("401 Unauthorized"))) as url, run_of(at(url)) as run:
        assert run.verdict(case).outcome is Outcome.PASSED
        assert run.verdict(case) is run.verdict(case)


def test_nothing_runs_where_nothing_is_asked_for() -> None:
    met = []
    with strange_stage(lambda peer, _: met.append(peer)) as url, run_of(at(url), *PROBES.cases(SAMPLE)):
        pass
    assert met == []


def test_some_probes_act_at_a_time_and_all_wait_for_silence_together() -> None:
    lock, acting, most = threading.Lock(), 0, 0
    every = threading.Barrier(3 * AT_ONCE, timeout=20)

    def body(peer: Peer, _: ApiPlan) -> None:
        nonlocal acting, most
        with lock:
            acting += 1
            most = max(most, acting)
        connection = peer.open()
        with lock:
            acting -= 1
        with peer.turns.given_away():
            every.wait()  # all have come to this point, or it would break
        peer.require_quiet(connection, "nothing")

    cases = [Case(probe(body, f"own-{number}"), SAMPLE) for number in range(3 * AT_ONCE)]
    with running(Open()) as url, run_of(at(url), *cases) as run:
        found = [run.verdict(case) for case in cases]
    assert {one.outcome for one in found} == {Outcome.PASSED}, found[0]
    assert most <= AT_ONCE


def test_of_several_connections_the_one_that_is_not_silent_is_told() -> None:
    def body(peer: Peer, _: ApiPlan) -> None:
        connections = [peer.open() for _ in range(3)]
        connections[1].send("unrouted")
        peer.require_all_quiet(connections, "silence")

    with running(Open()) as url:
        found = run_probe(Case(probe(body), SAMPLE), at(url), Redactor())
    assert found.outcome is Outcome.FAILED
    assert found.expected == ("silence",)
    assert sum("nothing within" in line for line in found.transcript) == 2
