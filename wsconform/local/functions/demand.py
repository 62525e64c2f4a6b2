"""Whether one more worker would serve a function's events sooner.

Lambda starts a worker for each event that finds none idle. On one machine that would be one for each client of a burst,
each with the memory and the start of a whole runtime, while the events of a quick handler need little but a processor,
of which more workers do not make more.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque

PATIENCE = 0.05
"""Seconds that an event waits before it is looked whether one more worker helps, and from one look to the next."""
LONG = 0.1
"""Seconds that all workers have been at their events when one more is started, however quick others were."""
SATURATED = 0.6
"""The share of its time that the gateway works from which on events wait for it, and for no worker."""
SLOW = 0.02
"""Seconds from which on events are slow where none of the last ones was quicker: the handler then waits for something
itself, and one more worker is started. The quickest one tells, since a busy machine makes events slow, but seldom all.
"""
LAST, FEW = 16, 4
"""How many events are the last ones, and with how many less nothing is known."""
LONGEST_WAIT = 1.0
"""Seconds that an event waits before one more worker is started anyway."""
PROCESSORS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
"""As many workers help however quick the handler is: while one waits for the answer to its push, another works."""
LOOKS = 10
"""In how many looks, one after the other, events waited when that many workers help: a new one is slow at first."""


class Demand:
    """What is known of a function's events, and of what they wait for."""

    def __init__(self) -> None:
        self._took: deque[float] = deque(maxlen=LAST)
        self._waited = 0  # in so many looks, one after the other
        self._began = self._worked = 0.0

    def took(self, seconds: float) -> None:
        """An event has ended after so long."""
        self._took.append(seconds)

    def forget(self) -> None:
        """What was seen is no guide to what comes: the code is another."""
        self._took.clear()

    def look(self) -> None:
        """A look begins; `helps` ends it."""
        self._began, self._worked = time.perf_counter(), time.thread_time()

    def helps(self, *, workers: int, waited: float, busy: float) -> bool:
        """Whether a function with so many `workers` is served sooner by one more.

        `waited` is how many seconds the first event has waited for them, `busy` the least that one has been at its own.
        """
        if waited < PATIENCE:
            self._waited = 0
            return False
        self._waited += 1
        if busy >= LONG:
            return True
        if self._gateway_share() >= SATURATED:
            self._waited = 0
            return False
        slow = len(self._took) >= FEW and min(self._took) >= SLOW
        return slow or waited >= LONGEST_WAIT or (workers < PROCESSORS and self._waited >= LOOKS)

    def _gateway_share(self) -> float:
        """How much of the time since the look began this thread, which the gateway runs in, has worked."""
        return (time.thread_time() - self._worked) / max(time.perf_counter() - self._began, PATIENCE / 10)
