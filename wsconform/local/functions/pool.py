"""The workers of one function: who gets an event, when another worker is started, and who waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine

from wsconform.local.functions.demand import PATIENCE, Demand
from wsconform.local.functions.log import Log
from wsconform.local.functions.process import LONGEST_END
from wsconform.local.functions.worker import Event, Launch, Worker
from wsconform.local.outcome import Crashed, Invoked, Raised, Unrunnable

LONGEST_REST = 20.0
"""Seconds that a worker rests before it is ended, unless it is the only one. Lambda keeps them for some minutes."""

MOST_WAITING = 64 * 1024 * 1024
"""Bytes of events that wait for a worker. What comes beyond is refused as Lambda refuses what is beyond its bounds."""
THROTTLED = Raised(
    "TooManyRequestsException",
    "Rate Exceeded.",
    b'{"errorType":"TooManyRequestsException","errorMessage":"Rate Exceeded."}',
)
STOPPED = Crashed("the local stage is being stopped")


class Pool:
    """The workers of a function, at most `most` at a time."""

    def __init__(self, log: Log, *, most: int) -> None:
        self._log = log
        self._most = most
        self._launch: Launch | Unrunnable | None = None
        self._workers: set[Worker] = set()
        self._idle: dict[Worker, float] = {}  # since when; the one that worked last is the last, and the first to go
        self._queue: deque[Event] = deque()
        self._waiting = 0  # bytes in the queue
        self._demand = Demand()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._rest_timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def use(self, launch: Launch | Unrunnable) -> None:
        """Start workers like this from now on, or none; those that are there end, once they have answered."""
        self._launch = launch
        self._demand.forget()
        while isinstance(launch, Unrunnable) and self._queue:
            self._next().end(launch)
        for worker in list(self._idle):
            self._drop(worker)
        for worker in [worker for worker in self._workers if worker.starts]:
            self._drop(worker)
        self._grow()

    def invoke(self, event: Event) -> None:
        """Let a worker answer the event; it waits its turn where all are busy."""
        if self._stopped:
            event.end(STOPPED)
        elif isinstance(self._launch, Unrunnable):
            event.end(self._launch)
        elif self._idle:
            self._idle.popitem()[0].give(event)
        elif self._waiting + len(event.payload) > MOST_WAITING:
            event.end(THROTTLED)
        else:
            self._queue.append(event)
            self._waiting += len(event.payload)
            self._grow()

    def warm(self) -> None:
        """Start a worker, if there is none."""
        if not self._workers and isinstance(self._launch, Launch):
            self._start(self._launch)

    async def stop(self) -> None:
        """End all workers at once, and what they have started. Events in hand and in the queue crash."""
        self._stopped = True
        for timer in (self._timer, self._rest_timer):
            if timer is not None:
                timer.cancel()
        for worker in list(self._workers):
            if worker.event is not None:
                worker.event.end(STOPPED)
            self._drop(worker)
        while self._queue:
            self._next().end(STOPPED)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2 * LONGEST_END)
        self._log.close()

    # What workers tell.

    def ready(self, worker: Worker) -> None:
        """A worker wants an event."""
        if worker.launch is not self._launch:
            self._drop(worker)
            self._grow()
        elif self._queue:
            worker.give(self._next())
        else:
            self._idle[worker] = asyncio.get_running_loop().time()
            if len(self._workers) > 1 and self._rest_timer is None:
                self._rest_timer = asyncio.get_running_loop().call_later(LONGEST_REST, self._end_rested)

    def took(self, seconds: float) -> None:
        """An event of a worker's has ended after so long."""
        self._demand.took(seconds)

    def withdrew(self, worker: Worker) -> None:
        """A worker that was ready is not."""
        self._idle.pop(worker, None)

    def failed_to_start(self, worker: Worker, outcome: Invoked) -> None:
        """A worker could not get ready: the events that waited for it end as it did. The next one tries anew."""
        self.ended(worker)
        others = any(not other.starts for other in self._workers)
        for _ in range(min(1, len(self._queue)) if others else len(self._queue)):
            self._next().end(outcome)

    def ended(self, worker: Worker) -> None:
        """A worker takes no more events."""
        self.withdrew(worker)
        if worker in self._workers:
            self._workers.discard(worker)
            self._keep(worker.gone())
            asyncio.get_running_loop().call_soon(self._grow)

    def _next(self) -> Event:
        """The event that has waited longest."""
        event = self._queue.popleft()
        self._waiting -= len(event.payload)
        return event

    # When workers are started.

    def _grow(self) -> None:
        """Start a worker where events wait and none is on its way: the first at once, others where it helps."""
        if self._stopped or not self._queue or not isinstance(self._launch, Launch):
            return
        if not self._workers:
            self._start(self._launch)
        elif self._timer is None and len(self._workers) < self._most:
            self._demand.look()
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._lose_patience)

    def _lose_patience(self) -> None:
        self._timer = None
        if self._queue and len(self._workers) < self._most and isinstance(self._launch, Launch) and self._helps():
            self._start(self._launch)
        self._grow()

    def _helps(self) -> bool:
        """Whether one more worker would serve the events sooner."""
        if self._stopped or not self._workers or any(worker.starts for worker in self._workers):
            return False
        ready = max(worker.ready_since for worker in self._workers)
        return self._demand.helps(
            workers=len(self._workers),
            waited=asyncio.get_running_loop().time() - max(self._queue[0].queued, ready),
            busy=min(worker.busy_for() for worker in self._workers),
        )

    def _end_rested(self) -> None:
        """End the workers that a burst has left behind; one stays."""
        self._rest_timer = None
        loop = asyncio.get_running_loop()
        for worker, since in list(self._idle.items()):
            if len(self._workers) == 1:
                return
            if loop.time() - since < LONGEST_REST:
                self._rest_timer = loop.call_at(since + LONGEST_REST, self._end_rested)
                return
            self._drop(worker)

    def _start(self, launch: Launch) -> None:
        worker = Worker(launch, self, self._log)
        self._workers.add(worker)
        self._keep(worker.start())

    def _drop(self, worker: Worker) -> None:
        self.withdrew(worker)
        self._workers.discard(worker)
        worker.end()
        self._keep(worker.gone())

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
