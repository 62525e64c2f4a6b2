"""The tables of the stage."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.stage import node
from benchmarks.stage.peers import DEFAULT_MODE, IN_PROCESS, OURS, Lineup, lineup
from benchmarks.stage.rounds import CLIENTS, Measured, measure
from benchmarks.stage.server import NotUpError
from benchmarks.stage.trials import OPENING, hold, malformed


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table: its key in `rounds.py`, what it is called, how it is written, and which way is better."""

    key: str
    title: str
    form: str
    more_is_better: bool = False


LOADED = (
    Figure("connect rate", "connects/s", "{:,.0f}", more_is_better=True),
    Figure("connect server cpu", "CPU per connect", "{:.2f} ms"),
    Figure("talk rate", "answers/s", "{:,.0f}", more_is_better=True),
    Figure("talk p50", "answer, p50", "{:.2f} ms"),
    Figure("talk p99", "answer, p99", "{:.2f} ms"),
    Figure("talk server cpu", "CPU per answer", "{:.2f} ms"),
    Figure("talk load cpu", "the load's own CPU per answer", "{:.2f} ms"),
)
FIGURES = (
    Figure("first connect", "start to first connection", "{:.2f} s"),
    Figure("first answer", "start to first answer", "{:.2f} s"),
    *(
        Figure(f"{one.key} {clients}", f"{one.title}, clients: {clients}", one.form, one.more_is_better)
        for clients in CLIENTS
        for one in LOADED
    ),
    Figure("peak", "memory, largest, what is shared counted once", "{:,.0f} MiB"),
    Figure("peak resident", "memory, largest, what is shared counted for each process", "{:,.0f} MiB"),
    Figure("after", "memory after the load", "{:,.0f} MiB"),
)


def report(scratch: Path, rounds: int, seconds: float, only: str = "") -> Iterator[str]:
    """Lines of the tables. `scratch` is for output and ready files; no round begins that would end after `seconds`."""
    begin = time.perf_counter()
    peers = lineup(scratch, only)
    yield from _conditions(peers)
    measured = Measured()
    measure(peers.peers, rounds, seconds, scratch, measured)
    yield from _table(measured)
    yield ""
    yield from _malformed(peers, scratch)
    yield ""
    yield from _held(peers, scratch)
    yield ""
    yield from _parts(peers)
    yield ""
    yield f"measured in {time.perf_counter() - begin:.0f} s"


def _conditions(peers: Lineup) -> Iterator[str]:
    yield (
        f"{os.cpu_count()} cores, shared by server and load; {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Node {_node_version()}, websockets {version('websockets')}, "
        f"load average before {os.getloadavg()[0]:.1f}"
    )
    yield from (f"absent: {reason}" for reason in peers.absent)
    if app := next((peer.folder for peer in peers.peers if peer.handlers), None):
        alone = {name: node.imports(app, name) for name in ("authorizer", "connect", "test")}
        yield "Node alone, started with a handler: " + ", ".join(f"{name} {one:.2f} s" for name, one in alone.items())
    yield ""


def _table(measured: Measured) -> Iterator[str]:
    rows = list(measured.rows)
    beside = [name for name in (DEFAULT_MODE, IN_PROCESS) if name in rows and OURS in rows]
    heads = ["", *rows, *(f"beside {name}" for name in beside)]
    yield f"| {' | '.join(heads)} |"
    yield "|" + " --- |" * len(heads)
    for figure in FIGURES:
        cells = [_cell(figure, measured.median(row, figure.key)) for row in rows]
        ratios = [_ratio(figure, measured.median(OURS, figure.key), measured.median(it, figure.key)) for it in beside]
        yield f"| {' | '.join([figure.title, *cells, *ratios])} |"
    yield ""
    yield "medians of rounds: " + ", ".join(f"{row} {len(found)}" for row, found in measured.rows.items())
    if beside:
        yield f"a ratio over 1 is in favour of {OURS}"
    yield from measured.remarks


def _malformed(peers: Lineup, scratch: Path) -> Iterator[str]:
    yield "| a client sends one malformed frame | the server |"
    yield "| --- | --- |"
    for peer in peers.peers:
        try:
            yield f"| {peer.name} | {malformed(peer, scratch)} |"
        except NotUpError as error:
            yield f"| {peer.name} | {error} |"


def _held(peers: Lineup, scratch: Path) -> Iterator[str]:
    yield f"| connections held | opened | within | memory | CPU, idle | {OPENING} ask at once | lost | faults |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for peer in peers.peers:
        try:
            held = hold(peer, scratch)
        except (NotUpError, RuntimeError) as error:
            yield f"| {peer.name} | {error} |"
            continue
        faults = ", ".join(f"{count} {fault}" for fault, count in held.faults.items()) or "none"
        yield (
            f"| {peer.name} | {held.opened:,} | {held.seconds:.1f} s | {held.memory:,.0f} MiB "
            f"| {held.idle_cpu:.1%} of a core | {held.asked * 1000:.0f} ms | {held.lost} | {faults} |"
        )


def _parts(peers: Lineup) -> Iterator[str]:
    ours = next((peer for peer in peers.peers if peer.name == OURS), None)
    if ours is None:
        return
    from benchmarks.stage.parts import parts

    yield f"| of one round trip on {OURS}, each alone | whose | CPU |"
    yield "| --- | --- | --- |"
    for part in parts(ours.folder):
        yield f"| {part.name} | {part.owner} | {part.cost:.0f} µs |"


def _cell(figure: Figure, value: float | None) -> str:
    return "" if value is None else figure.form.format(value)


def _ratio(figure: Figure, ours: float | None, theirs: float | None) -> str:
    if not ours or not theirs:
        return ""
    return f"{ours / theirs if figure.more_is_better else theirs / ours:.2f}"


def _node_version() -> str:
    node_command = shutil.which("node")
    if node_command is None:
        return "none"
    return subprocess.run([node_command, "--version"], capture_output=True, text=True, check=True).stdout.strip()
