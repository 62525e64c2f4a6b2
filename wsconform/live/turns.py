"""How many probes do something to a stage at a time, while others wait for what must not come."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 8
"""Probes that act: fewer than the ten invocations that a new AWS account may have at a time."""
UNDER_WAY = 64
"""Probes that have begun: most of their time they wait for silence, which costs nobody anything."""


class Turns:
    """A turn each for so many probes of a run. One that waits for silence gives its turn away meanwhile."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._free = threading.Semaphore(most)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a turn, once there is one."""
        with self._free:
            yield

    @contextmanager
    def given_away(self) -> Iterator[None]:
        """Let another probe have the turn, and take one again after that."""
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()
