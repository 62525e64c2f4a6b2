"""The load on a stage, in a process of its own: `python -m benchmarks.stage.load JSON`, as `driver.py` runs it.

It prints one JSON object per line. `begin` and `end` stand around what is counted, so that whoever reads them can take
the server's CPU time at those moments.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Literal

import uvloop

from benchmarks.stage.client import Client, Door, Refused, text_frame

PATIENCE = 20.0  # seconds, for a connection or an answer that does not come
PUSHED = "This response was pushed from my Lambda."
FAILURES = 50  # after so many, what is measured is no longer the stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to do. `connect`: open and close; `talk`: ask and await the answer; `hold`: keep open until told on stdin.

    Each of `clients` does so one after the other, for `seconds`, or until all of `hold` are open.
    """

    kind: Literal["connect", "talk", "hold"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    clients: int = 1
    seconds: float = 1.0
    hold: int = 0
    message: str = '{"action": "test"}'
    answer: str = PUSHED

    def as_json(self) -> str:
        """The argument of the process."""
        return json.dumps(asdict(self))


class Count:
    """How long each took, in seconds, and what went wrong, by its wording."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.faults: Counter[str] = Counter()

    def say(self, event: str, **more: object) -> None:
        """Print a line."""
        print(json.dumps({"event": event, **more}), flush=True)

    def say_result(self, elapsed: float, cpu: float) -> None:
        """Print what came out. `elapsed` and `cpu` (of this process) in seconds, times in milliseconds."""
        milliseconds = sorted(one * 1000 for one in self.times)
        self.say(
            "end",
            count=len(milliseconds),
            elapsed=elapsed,
            cpu=cpu,
            p50=statistics.median(milliseconds) if milliseconds else 0,
            p99=milliseconds[int(len(milliseconds) * 0.99)] if milliseconds else 0,
            faults=dict(self.faults),
        )


async def connect(load: Load, count: Count) -> None:
    """Open connections one after the other in each of `clients`; closing goes on beside and is not waited for."""
    door = Door(load.url, load.headers)
    closing: set[Client] = set()
    count.say("begin")
    begin, cpu = time.perf_counter(), time.process_time()

    async def again() -> None:
        while time.perf_counter() < begin + load.seconds and count.faults.total() < FAILURES:
            if client := await _opened(door, count):
                closing.add(client)
                client.closed.add_done_callback(partial(_forget, closing, client))
                client.close()

    await asyncio.gather(*(again() for _ in range(load.clients)))
    count.say_result(time.perf_counter() - begin, time.process_time() - cpu)
    await _end(closing)


class Talker:
    """A client that sends the message anew as soon as it is answered."""

    def __init__(self, load: Load, count: Count) -> None:
        self._frame, self._answer, self._count = text_frame(load.message), load.answer.encode(), count
        self._asked = 0.0
        self.client: Client
        self.counting = True
        self.answered = asyncio.Event()

    def ask(self) -> None:
        """Send the message."""
        self.answered.clear()
        self._asked = time.perf_counter()
        self.client.write(self._frame)

    def on_text(self, text: bytes) -> None:
        """Note the answer, and ask again."""
        if self._answer not in text:
            self._count.faults[text.decode()[:60]] += 1
        elif self.counting:
            self._count.times.append(time.perf_counter() - self._asked)
        if self.counting and self._count.faults.total() < FAILURES:
            self.ask()
        else:
            self.answered.set()


async def talk(load: Load, count: Count) -> None:
    """Ask and await the answer, one after the other in each of `clients`."""
    door = Door(load.url, load.headers)
    talkers = [talker for _ in range(load.clients) if (talker := await _talker(door, load, count))]
    count.times.clear()
    count.say("begin")
    begin, cpu = time.perf_counter(), time.process_time()
    for talker in talkers:
        talker.ask()
    await asyncio.sleep(load.seconds)
    for talker in talkers:
        talker.counting = False
    count.say_result(time.perf_counter() - begin, time.process_time() - cpu)
    await _last_answers(talkers, count)
    await _end({talker.client for talker in talkers})


async def hold(load: Load, count: Count) -> None:
    """Open `hold` connections and keep them; a line on stdin lets `clients` of them ask once, another ends all."""
    door = Door(load.url, load.headers)
    count.say("begin")
    begin, cpu = time.perf_counter(), time.process_time()
    talkers: list[Talker] = []
    left = iter(range(load.hold))

    async def more() -> None:
        for _ in left:
            if count.faults.total() >= FAILURES or time.perf_counter() - begin > load.seconds:
                return
            if talker := await _talker(door, load, count):
                talkers.append(talker)

    await asyncio.gather(*(more() for _ in range(load.clients)))
    count.say_result(time.perf_counter() - begin, time.process_time() - cpu)
    await _line_on_stdin()
    again = Count()
    for talker in talkers[:: max(1, len(talkers) // load.clients)][: load.clients]:
        talker.counting = False
        talker.ask()
    asked = time.perf_counter()
    await _last_answers(talkers, again)
    lost = sum(1 for talker in talkers if talker.client.closed.done())
    again.say("asked", elapsed=time.perf_counter() - asked, lost=lost, faults=dict(again.faults))
    await _line_on_stdin()
    await _end({talker.client for talker in talkers})
    again.say("closed")


async def _talker(door: Door, load: Load, count: Count) -> Talker | None:
    talker = Talker(load, count)
    talker.answered.set()
    client = await _opened(door, count, talker.on_text)
    if client is None:
        return None
    talker.client = client
    return talker


async def _opened(door: Door, count: Count, on_text: Callable[[bytes], None] = lambda _text: None) -> Client | None:
    begin = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            client = await door.open(on_text)
    except (Refused, OSError, TimeoutError) as error:
        count.faults[f"{type(error).__name__} {error}"] += 1
        return None
    count.times.append(time.perf_counter() - begin)
    return client


async def _last_answers(talkers: list[Talker], count: Count) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            for talker in talkers:
                await talker.answered.wait()
    except TimeoutError:
        count.faults["no answer"] += sum(1 for talker in talkers if not talker.answered.is_set())


async def _end(clients: set[Client]) -> None:
    """Close all, and drop those that the server does not let go in time."""
    for client in clients:
        client.close()
    if clients:
        await asyncio.wait([client.closed for client in clients], timeout=PATIENCE)
    for client in clients:
        if not client.closed.done():
            client.abort()


def _forget(clients: set[Client], client: Client, _closed: asyncio.Future[None]) -> None:
    clients.discard(client)


async def _line_on_stdin() -> None:
    await asyncio.to_thread(sys.stdin.readline)


def main() -> None:
    """Do what the argument says."""
    load = Load(**json.loads(sys.argv[1]))
    does = {"connect": connect, "talk": talk, "hold": hold}[load.kind]
    uvloop.run(does(load, Count()))


if __name__ == "__main__":
    main()
