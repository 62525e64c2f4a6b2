"""A worker: one process of a function, its Runtime API, and the one event that it has in hand."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Protocol

from wsconform.local.deployed.model import DeployedFunction
from wsconform.local.functions.log import Log, Output
from wsconform.local.functions.process import Process, end_marked, how_it_ended
from wsconform.local.functions.runtime_api import MOST_BYTES, RuntimeConnection, event_head
from wsconform.local.functions.runtimes import missing_here
from wsconform.local.outcome import Crashed, Invoked, Raised, Returned, TimedOut, Unrunnable

INIT_SECONDS = 10.0
"""How long a runtime may take to ask for its first event, as Lambda's Init phase allows."""
LAST_ROUNDS = 8
"""How often the event loop goes round, after a process has ended, until all is seen that it had begun.

A connection that waits to be accepted is open some rounds later, and what came by it is read in the next.
"""
LAST_BYTES_SECONDS = 0.5
"""How long after a process has ended its connections may still deliver what it sent."""
MEMORY_SECONDS = 1.0
"""How old a reading of a worker's memory may be: the reading takes longer than many an event."""
ADDRESS = "AWS_LAMBDA_RUNTIME_API"


@dataclass(slots=True, eq=False)
class Event:
    """An invocation. `arn` is what was invoked, if not the function's; `queued` when it came, in the loop's time."""

    request_id: str
    payload: bytes
    arn: str | None
    queued: float
    outcome: asyncio.Future[Invoked]

    def end(self, outcome: Invoked) -> None:
        """Tell who waits, if anybody still does."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a function's workers are started: `environment` is whole but for the address of the Runtime API."""

    function: DeployedFunction
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(repr=False)


class Owner(Protocol):
    """The pool that a worker belongs to."""

    def ready(self, worker: Worker) -> None:
        """It wants an event, which `give` brings."""

    def took(self, seconds: float) -> None:
        """An event has ended, after so long."""

    def withdrew(self, worker: Worker) -> None:
        """It wants no event for now."""

    def failed_to_start(self, worker: Worker, outcome: Invoked) -> None:
        """It will never want one, and ends."""

    def ended(self, worker: Worker) -> None:
        """It is gone, or going: it takes no more events."""


class Worker:
    """One process. It has one event at a time, and the pool is told when it wants one and when it ends."""

    def __init__(self, launch: Launch, owner: Owner, log: Log) -> None:
        self.launch = launch
        self.starts = True
        """Whether it has not asked for an event yet."""
        self.ready_since = 0.0
        """When it first asked for one, in the loop's time."""
        self.event: Event | None = None
        self._owner = owner
        self._log = log
        self._output = Output(log)
        self._loop = asyncio.get_running_loop()
        self._connections: set[RuntimeConnection] = set()
        self._waiting: RuntimeConnection | None = None
        self._server: asyncio.Server | None = None
        self._process: Process | None = None
        self._address = ""
        self._dying = False
        self._timer: asyncio.TimerHandle | None = None
        self._began = time.perf_counter()
        self._due = 0.0
        self._init_seconds: float | None = None
        self._second_try = False
        self._memory = 0
        self._memory_read = 0.0

    async def start(self) -> None:
        """Open the Runtime API, and start the process."""
        try:
            listener = socket.create_server(("127.0.0.1", 0), backlog=16)
            self._address = "{}:{}".format(*listener.getsockname())
            self._server = await self._loop.create_server(lambda: RuntimeConnection(self), sock=listener)
        except OSError as error:
            self._fail_to_start(Unrunnable(f"its Runtime API cannot be opened: {error.strerror}"))
            return
        if self._dying:
            self._server.close()
        else:
            self._run()

    def _run(self) -> None:
        """Start the process, and give it the time of the Init phase."""
        self._began = time.perf_counter()
        launch = self.launch
        try:
            self._process = Process(
                launch.command,
                folder=launch.folder,
                environment={**launch.environment, ADDRESS: self._address},
                on_output=self._output.add,
                on_exit=self._exited,
            )
        except (OSError, ValueError) as error:  # ValueError: what no environment can hold, such as a NUL
            reason = getattr(error, "strerror", None) or error
            self._fail_to_start(Unrunnable(f'"{launch.command[0]}" cannot be run: {reason}'))
            return
        allowed = self.launch.function.timeout if self._second_try else INIT_SECONDS
        self._timer = self._loop.call_later(allowed, self._init_timed_out)

    def give(self, event: Event) -> None:
        """Hand it the event that it waits for."""
        connection, self._waiting = self._waiting, None
        assert connection is not None  # noqa: S101 (the pool gives to those that are ready only)
        function = self.launch.function
        self.event = event
        self._began = time.perf_counter()  # finer than the event loop's time
        self._due = self._loop.time() + function.timeout
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._check_time)
        head = event_head(
            request_id=event.request_id,
            arn=event.arn or function.arn,
            deadline=int((time.time() + function.timeout) * 1000),
            trace=_trace(),
            size=len(event.payload),
        )
        connection.give(head, event.payload)
        self._log.add(f"START RequestId: {event.request_id} Version: $LATEST", told=False)

    def busy_for(self) -> float:
        """The seconds that it has been on its event; 0 without one."""
        return time.perf_counter() - self._began if self.event is not None else 0.0

    def end(self) -> None:
        """End it at once. An event in hand is answered by who calls this."""
        self._dying = True
        self._close()
        if self._process is not None:
            self._process.kill()

    async def gone(self) -> None:
        """Wait until its process has ended, and end what that left behind."""
        if self._process is not None:
            await self._process.ended.wait()
            await end_marked(f"{ADDRESS}={self._address}")

    # What the Runtime API tells.

    def opened(self, connection: RuntimeConnection) -> None:
        """The runtime connected."""
        self._connections.add(connection)

    def closed(self, connection: RuntimeConnection) -> None:
        """A connection ended. One that waited gets no event; the runtime may ask anew on another."""
        self._connections.discard(connection)
        if self._waiting is connection:
            self._waiting = None
            self._owner.withdrew(self)

    def asks(self, connection: RuntimeConnection) -> bool:
        """The runtime wants an event, unless it has one, or asks already."""
        if self.event is not None or self._waiting is not None or self._dying:
            return False
        self._waiting = connection
        if self.starts:
            self.starts = False
            self.ready_since = self._loop.time()
            self._init_seconds = time.perf_counter() - self._began
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        self._owner.ready(self)
        return True

    def answers(self, request_id: str, payload: bytes, size: int) -> bool:
        """The event has a result."""
        if self.event is None or self.event.request_id != request_id:
            return False
        if size > MOST_BYTES:
            text = f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({MOST_BYTES} bytes)."
            self._log.add(f"RequestId: {request_id} {text}")
            self._finish(_raised("Function.ResponseSizeTooLarge", text))
        else:
            self._finish(Returned(payload))
        return True

    def fails(self, request_id: str, kind: str, payload: bytes) -> bool:
        """The event's handler raised."""
        if self.event is None or self.event.request_id != request_id:
            return False
        self._finish(_failure(kind, payload))
        return True

    def fails_to_start(self, kind: str, payload: bytes) -> bool:
        """The runtime could not load the handler."""
        if not self.starts or self._dying:
            return False
        self._fail_to_start(_failure(kind, payload))
        return True

    # How events and processes end.

    def _finish(self, outcome: Invoked) -> None:
        spent = time.perf_counter() - self._began
        event, self.event = self.event, None
        assert event is not None  # noqa: S101 (asked before)
        event.end(outcome)  # first, so that nothing that is logged can be in its way
        self._owner.took(spent)
        if self._process is not None:
            self._process.drain()
        self._output.finish()
        end, report = f"END RequestId: {event.request_id}", self._report(event, spent * 1000)
        self._log.add(end, report, told=not isinstance(outcome, Returned))

    def _report(self, event: Event, spent: float) -> str:
        """Lambda's REPORT line, of an event that took so many milliseconds."""
        now = time.perf_counter()
        if self._process is not None and now - self._memory_read > MEMORY_SECONDS:
            self._memory = max(self._memory, self._process.peak_memory())
            self._memory_read = now
        init, self._init_seconds = self._init_seconds, None
        started = f"\tInit Duration: {init * 1000:.2f} ms" if init is not None else ""
        return (
            f"REPORT RequestId: {event.request_id}\tDuration: {spent:.2f} ms\tBilled Duration: {ceil(spent)} ms"
            f"\tMemory Size: {self.launch.function.memory} MB\tMax Memory Used: {self._memory} MB{started}"
        )

    def _check_time(self) -> None:
        """One timer is enough for all events of a worker: it is set anew where it rang for an earlier one."""
        self._timer = None
        if self.event is None or self._dying:
            return
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._check_time)
            return
        seconds = self.launch.function.timeout
        self.event.end(TimedOut(seconds))
        self._log.add(f"{_now()} {self.event.request_id} Task timed out after {seconds:.2f} seconds")
        self._owner.ended(self)
        self._finish(TimedOut(seconds))
        self.end()

    def _init_timed_out(self) -> None:
        """The Init phase took too long. Lambda tries once more, and gives it the function's own time."""
        spent = (time.perf_counter() - self._began) * 1000
        phase = "invoke" if self._second_try else "init"
        self._log.add(f"INIT_REPORT Init Duration: {spent:.2f} ms\tPhase: {phase}\tStatus: timeout")
        self._timer = None
        if self._second_try:
            self._fail_to_start(TimedOut(self.launch.function.timeout))
            return
        self._second_try = True
        if self._process is not None:
            self._process.kill()  # and once it has ended, it is started anew

    def _fail_to_start(self, outcome: Invoked) -> None:
        if self._process is not None:
            self._process.drain()
        self._output.finish()
        if isinstance(outcome, Raised) and (hint := missing_here(outcome.type, outcome.message)):
            self._log.add(hint)
        self._owner.failed_to_start(self, outcome)
        self.end()

    def _exited(self, status: int) -> None:
        """The process ended. What it sent before may still be under way."""
        if self._dying:
            self._output.finish()
            return
        if self.starts and self._second_try and self._timer is None:
            self._output.finish()
            self._let_go()
            self._run()
            return
        self._settle(status, self._loop.time() + LAST_BYTES_SECONDS, LAST_ROUNDS)

    def _settle(self, status: int, until: float, rounds: int) -> None:
        """Decide what became of the event, once nothing more can come."""
        if self._dying:
            return
        if rounds:
            self._loop.call_soon(self._settle, status, until, rounds - 1)
            return
        if self._connections and (self.starts or self.event is not None) and self._loop.time() < until:
            self._loop.call_later(0.01, self._settle, status, until, 0)
            return
        how = how_it_ended(status)
        self._owner.ended(self)
        if self.starts:
            self._log.add(f"INIT_REPORT Phase: init\tStatus: error\tError Type: Runtime.ExitError ({how})")
            self._fail_to_start(Crashed(f"{how} before it asked for an event"))
        elif self.event is not None:
            self.event.end(Crashed(how))
            told = f"RequestId: {self.event.request_id} Error: Runtime exited ({how})"
            self._log.add(told, "Runtime.ExitError")
            self._finish(Crashed(how))
        else:
            self._output.finish()
            self._log.add(f"the idle worker {how}")
        self.end()

    def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting = None
        if self._server is not None:
            self._server.close()
        self._let_go()

    def _let_go(self) -> None:
        """Close what the process has of us."""
        for connection in list(self._connections):
            connection.close()
        if self._process is not None:
            self._process.close()


def _failure(kind: str, payload: bytes) -> Raised:
    """What a runtime tells of an error. A third party's need not be in Lambda's form."""
    try:
        told = json.loads(payload)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Raised(kind or "Runtime.UnknownReason", payload.decode("utf-8", "replace"), payload)
    return Raised(str(told.get("errorType") or kind), str(told.get("errorMessage") or ""), payload)


def _raised(kind: str, message: str) -> Raised:
    return Raised(kind, message, json.dumps({"errorMessage": message, "errorType": kind}).encode())


def _trace() -> str:
    """A trace id in X-Ray's form, of a trace that is not sampled."""
    chance = f"{random.getrandbits(160):040x}"
    return f"Root=1-{int(time.time()):08x}-{chance[:24]};Parent={chance[24:]};Sampled=0"


def _now() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
