"""The figures of each peer: every load on each in turn, several times over, and the median of the rounds."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.stage.driver import Result, run
from benchmarks.stage.load import Load
from benchmarks.stage.peers import HEADERS, Peer
from benchmarks.stage.server import NotUpError, Server, serving

CLIENTS = (1, 50)
KINDS = ("connect", "talk")
SECONDS = 1.5
TO_SETTLE = 25.0  # seconds at most, until a server has all the workers that it wants
FASTER = 1.1  # what counts as faster than the best window before
ANSWERS_TO_SETTLE = 3000  # at least; a compiler at run time has then seen enough of a handler
TO_REST = 2.0  # seconds after the load, before the memory that remains is read

Figures = dict[str, float]
"""By the name of the figure; `report.py` says what each is."""


@dataclass(slots=True)
class Measured:
    """What the rounds came to: per row the figures of each round, and remarks that belong under the table."""

    rows: dict[str, list[Figures]] = field(default_factory=lambda: defaultdict(list))
    remarks: list[str] = field(default_factory=list)

    def median(self, row: str, figure: str) -> float | None:
        """The median over the rounds; None where the row does not have it."""
        found = [figures[figure] for figures in self.rows[row] if figure in figures]
        return statistics.median(found) if found else None


def measure(peers: Sequence[Peer], rounds: int, seconds: float, scratch: Path, measured: Measured) -> None:
    """Measure all peers in turn, so that a busy machine slows all alike; begin no round that would end too late.

    A peer that does not serve is left out from then on, with a remark.
    """
    begin = time.perf_counter()
    serve = list(peers)
    for number in range(rounds):
        if number and (time.perf_counter() - begin) * (number + 1) / number > seconds:
            measured.remarks.append(f"{number} of {rounds} rounds, for want of time")
            break
        for peer in tuple(serve):
            try:
                with serving(peer, scratch) as server:
                    _measure(server, measured)
            except (NotUpError, RuntimeError) as error:
                measured.remarks.append(f"not measured any further: {error}")
                serve.remove(peer)


def _measure(server: Server, measured: Measured) -> None:
    for number, (row, url) in enumerate(server.doors.items()):
        figures: Figures = {}
        for kind in KINDS:
            _settle(server, url, kind, ANSWERS_TO_SETTLE if number == 0 else 0)
        for clients in CLIENTS:
            for kind in KINDS:
                result = run(_load(server, url, kind, clients), server.tree)
                figures |= {f"{kind} {name} {clients}": value for name, value in _figures(result).items()}
                if result.faults:
                    measured.remarks.append(f"{row}, {kind} with {clients}: {result.faults}")
        # Each by itself, as other servers have no TLS whose buffers would count.
        figures |= {"peak": server.tree.peak.own, "peak resident": server.tree.peak.resident}
        time.sleep(TO_REST)
        figures["after"] = server.tree.memory().own
        measured.rows[row].append(figures)
    first = next(iter(server.doors))
    measured.rows[first][-1] |= {"first connect": server.first_connect, "first answer": server.first_answer}


def _settle(server: Server, url: str, kind: str, answers: int) -> None:
    """Load the server until it has answered so many and gets no faster: its workers are there, their code is warm."""
    clients = CLIENTS[-1]
    begin, best, no_faster, count = time.perf_counter(), 0.0, 0, 0
    while time.perf_counter() - begin < TO_SETTLE:
        result = run(_load(server, url, kind, clients), server.tree)
        count += result.count
        if result.count > clients:
            no_faster = 0 if result.rate > best * FASTER else no_faster + 1
            best = max(best, result.rate)
        if count >= answers and (no_faster or not answers):
            return


def _load(server: Server, url: str, kind: str, clients: int) -> Load:
    return Load(
        kind="talk" if kind == "talk" else "connect",
        url=url,
        headers=HEADERS,
        clients=clients,
        seconds=SECONDS,
        answer=server.peer.answer,
    )


def _figures(result: Result) -> Figures:
    return {
        "rate": result.rate,
        "p50": result.p50,
        "p99": result.p99,
        "server cpu": result.server_cpu,
        "load cpu": result.load_cpu,
    }
