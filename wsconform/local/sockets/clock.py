"""What time it is for the gateway: the machine's time, or what a test makes it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Seconds since the epoch by the machine's clock, and whatever it was put forward by."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ahead = 0.0

    def now(self) -> float:
        """The time."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward. Raises ValueError for less than nothing."""
        if seconds < 0:
            raise ValueError(f"a clock goes forward only, and not by {seconds}")
        self._ahead += seconds


class ManualClock(Clock):
    """A clock that stands still but for `advance`."""

    def __init__(self, start: float | None = None) -> None:
        began = time.time() if start is None else start
        super().__init__(lambda: began)
