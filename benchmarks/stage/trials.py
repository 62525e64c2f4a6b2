"""What a server has to live through: one malformed frame, and thousands of connections that stay."""

from __future__ import annotations

import asyncio
import resource
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stage.client import Refused
from benchmarks.stage.driver import loading
from benchmarks.stage.load import Load
from benchmarks.stage.peers import HEADERS, Peer
from benchmarks.stage.server import Server, answer, serving

MALFORMED = bytes([0b1111_0001, 0b1000_0000, 0, 0, 0, 0])  # a text frame with all reserved bits set
HELD = 5000
OPENING = 50  # connections that are being opened at a time
TO_OPEN = 60.0  # seconds at most
IDLE = 3.0
SPARE_FILES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How `opened` connections stand: seconds to open them, memory in MiB, CPU per second while nothing happens.

    `asked` are the seconds in which `OPENING` of them, all at once, had their answers; `faults` is what went wrong.
    """

    opened: int
    seconds: float
    memory: float
    idle_cpu: float
    asked: float
    lost: int
    faults: dict[str, int]


def malformed(peer: Peer, scratch: Path) -> str:
    """What becomes of a server, and of its other client, when one client sends a frame that is not WebSocket's."""
    with serving(peer, scratch) as server:
        return asyncio.run(_malformed(server))


async def _malformed(server: Server) -> str:
    texts: asyncio.Queue[bytes] = asyncio.Queue()
    other = await server.door.open(texts.put_nowait)
    bad = await server.door.open()
    bad.write(MALFORMED)
    await asyncio.wait([bad.closed], timeout=5)
    try:
        await answer(other, texts, 10)
        await answer(await server.door.open(texts.put_nowait), texts, 10)
    except (TimeoutError, OSError, Refused) as error:
        await asyncio.sleep(1)
        code = server.tree.exit_code
        return f"the server ends with exit code {code}" if code is not None else f"others are cut off: {error}"
    return "closes that connection, and answers its other clients" if bad.closed.done() else "keeps that connection"


def hold(peer: Peer, scratch: Path) -> Held:
    """Open as many connections as this machine lets us, up to `HELD`, and leave them open for a while."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    wanted = HELD if most == resource.RLIM_INFINITY else min(HELD, most - SPARE_FILES)
    with serving(peer, scratch) as server:
        url = next(iter(server.doors.values()))
        load = Load(
            kind="hold",
            url=url,
            headers=HEADERS,
            clients=OPENING,
            hold=wanted,
            seconds=TO_OPEN,
            answer=peer.answer,
        )
        with loading(load, server.tree) as process:
            result = process.result()
            before = server.tree.cpu()
            time.sleep(IDLE)
            idle = (server.tree.cpu() - before) / IDLE
            memory = server.tree.memory().own
            process.go_on()
            asked = process.line()
            process.go_on()
            process.line()
    return Held(
        opened=result.count,
        seconds=result.elapsed,
        memory=memory,
        idle_cpu=idle,
        asked=asked["elapsed"],
        lost=asked["lost"],
        faults=result.faults | asked["faults"],
    )
