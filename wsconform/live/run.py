"""Runs probes against a stage, several at once, and keeps what came of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from wsconform.check.finding import Outcome
from wsconform.check.registry import raised
from wsconform.live.causes import usual_causes
from wsconform.live.client import Client
from wsconform.live.identity import Identity
from wsconform.live.outcome import Handshake, HungUp, NotHttp, Unanswered, Unreachable, Untrusted
from wsconform.live.peer import GONE, Peer, Presence, Stage
from wsconform.live.probe import Case
from wsconform.live.secret import Redactor
from wsconform.live.transcript import Transcript, shortened
from wsconform.live.turns import UNDER_WAY, Turns
from wsconform.live.verdict import Absent, Level, ProbeVerdict, Undecidable, Unmet

MOST_SHOWN = 500
"""Characters shown of what came instead of what was expected."""


def run_probe(
    case: Case, stage: Stage, redact: Redactor, presence: Presence | None = None, turns: Turns | None = None
) -> ProbeVerdict:
    """Run one probe to its verdict; whatever its body raises becomes one.

    Probes of one run share a `presence` and their `turns`, of which this one has one.
    """
    transcript = Transcript(redact)
    presence = presence or Presence()
    peer = Peer(stage, transcript, presence, turns or Turns())
    began, begun = time.time(), time.monotonic()
    arguments = (case.api,) if case.route is None else (case.api, case.route)
    outcome, reason, unmet = Outcome.PASSED, "", None
    try:
        case.probe.body(peer, *arguments)
    except Undecidable as undecided:
        outcome, reason = Outcome.INCONCLUSIVE, str(undecided)
    except Absent as absent:
        if case.probe.level is Level.MUST and presence.tell():
            outcome, unmet = Outcome.FAILED, Unmet(expected="a connection", actual=absent.met)
        else:
            outcome, reason = Outcome.INCONCLUSIVE, str(absent)
    except Unmet as found:
        outcome, unmet = Outcome.FAILED, found
    except Exception as error:  # noqa: BLE001 (a pack's code may raise anything)
        outcome, unmet = Outcome.FAILED, Unmet(expected=(), actual=f"the probe itself broke: {raised(error)}")
    finally:
        peer.client.close()
    causes = (unmet.causes or usual_causes(unmet.met, case.api, case.route)) if unmet is not None else ()
    return ProbeVerdict(
        outcome=outcome,
        expected=unmet.expected if unmet is not None else (),
        actual=shortened(redact(unmet.actual), MOST_SHOWN) if unmet is not None else "",
        causes=tuple(shortened(redact(one), MOST_SHOWN) for one in causes),
        reason=redact(reason),
        met=unmet.met if unmet is not None else None,
        transcript=tuple(transcript.lines()),
        began=began,
        seconds=time.monotonic() - begun,
    )


class LiveRun:
    """The probes of one stage. The first that is asked for begins them all; a stage that is not there is met once.

    `stage` may be the reason why there is none.
    """

    def __init__(self, stage: Stage | str, redact: Redactor) -> None:
        self._stage = stage
        self._redact = redact
        self._pool: ThreadPoolExecutor | None = None
        self._futures: dict[Case, Future[ProbeVerdict]] = {}
        self._planned: list[Case] = []
        self._lock = threading.Lock()
        self._presence = Presence()
        self._turns = Turns()
        self._untrusted = False
        self.dead = ""

    def plan(self, cases: Iterable[Case]) -> None:
        """What is going to be asked for, so that it can be begun."""
        self._planned += cases

    def verdict(self, case: Case) -> ProbeVerdict:
        """What comes of a case; waits for it."""
        with self._lock:
            if self._pool is None:
                self._begin()
            if case not in self._futures and self._pool is not None:
                self._futures[case] = self._pool.submit(self._run, case)
        return self._futures[case].result()

    def _begin(self) -> None:
        self._pool = ThreadPoolExecutor(UNDER_WAY, thread_name_prefix="wsconform-probe")
        greeting = [case for case in self._planned if case.probe.greets]
        for case in greeting:  # meanwhile, or a stage that says nothing would be waited for twice
            self._futures[case] = self._pool.submit(self._run, case)
        self.dead = self._greet(self._pool)
        alone = [case for case in self._planned if case.probe.alone]
        together = [case for case in self._planned if case not in (*greeting, *alone)]
        for case in together:
            self._futures[case] = self._pool.submit(self._run, case)
        before = list(self._futures.values())
        for case in alone:
            self._futures[case] = self._pool.submit(self._run_after, before, case)
            before = [self._futures[case]]

    def _greet(self, pool: ThreadPoolExecutor) -> str:
        """Whether anybody is there for anybody, a stranger or one who may connect: why not, or nothing."""
        stage = self._stage
        if isinstance(stage, str):
            return stage

        def met(identity: Identity) -> Handshake:
            client = Client(stage.endpoint, Transcript(self._redact))
            try:
                return client.connect(
                    headers=identity.headers, query=identity.query, signer=identity.signer, within=stage.patience
                )
            finally:
                client.close()

        outcomes = list(pool.map(met, [Identity(), *([stage.allow] if stage.allow else [])]))
        self._untrusted = all(isinstance(one, Untrusted) for one in outcomes)
        if all(isinstance(one, Unreachable | Unanswered | Untrusted | HungUp | NotHttp) for one in outcomes):
            return f"the stage at {stage.endpoint.url}: {outcomes[0]}"
        if isinstance(outcomes[-1], GONE):
            self._presence.missed = outcomes[-1]
        return ""

    def _run_after(self, others: list[Future[ProbeVerdict]], case: Case) -> ProbeVerdict:
        for other in others:
            other.exception()
        return self._run(case)

    def _run(self, case: Case) -> ProbeVerdict:
        """Run one probe, if there is a stage to run it on."""
        if isinstance(self._stage, str) and case.probe.greets:
            return ProbeVerdict(outcome=Outcome.FAILED, expected=("a stage",), actual=self._redact(self._stage))
        may_tell = case.probe.greets or (self._untrusted and case.probe.area == "transport")
        if isinstance(self._stage, str) or (self.dead and not may_tell):
            return ProbeVerdict(outcome=Outcome.INCONCLUSIVE, reason=self._redact(self.dead))
        with self._turns.taken():
            return run_probe(case, self._stage, self._redact, self._presence, self._turns)

    def close(self) -> None:
        """Wait for what runs still; what has not begun is not begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
