"""What falls due and when, without a clock."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator

_SLACK = 64


class Timers:
    """Deadlines by key, one for each; times are seconds since the epoch.

    What is cancelled stays in the heap until it comes up or is the greater part of it, so that both cost O(log n).
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Hashable]] = []
        self._set: dict[Hashable, tuple[float, int]] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._set)

    def set(self, key: Hashable, at: float) -> None:
        """Let `key` fall due at `at`, and at no other time."""
        self._count += 1
        self._set[key] = (at, self._count)
        heapq.heappush(self._heap, (at, self._count, key))
        if len(self._heap) > 2 * len(self._set) + _SLACK:
            self._heap = [(when, number, one) for one, (when, number) in self._set.items()]
            heapq.heapify(self._heap)

    def cancel(self, key: Hashable) -> None:
        """Let `key` not fall due."""
        self._set.pop(key, None)

    def next(self) -> float | None:
        """The next deadline, if there is any."""
        while self._heap:
            at, number, key = self._heap[0]
            if self._set.get(key) == (at, number):
                return at
            heapq.heappop(self._heap)
        return None

    def due(self, now: float) -> Iterator[Hashable]:
        """The keys that are due, in order; each is taken out before it is given."""
        while (at := self.next()) is not None and at <= now:
            key = heapq.heappop(self._heap)[2]
            del self._set[key]
            yield key
