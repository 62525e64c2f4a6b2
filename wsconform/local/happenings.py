"""What happened on a stage, kept within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from wsconform.local.gateway.effects import Happened

MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: `at` in seconds since the epoch by the stage's clock, `api` is its logical id."""

    at: float
    api: str
    what: Happened


class Happenings:
    """The latest happenings, and who wants to hear of new ones. May be asked from any thread."""

    def __init__(self) -> None:
        # Without a lock: a deque takes one, and is copied, in one step.
        self._kept: deque[Happening] = deque(maxlen=MOST_KEPT)
        self.listeners: list[Callable[[Happening], None]] = []

    def add(self, happening: Happening) -> None:
        """Keep it, and tell."""
        self._kept.append(happening)
        for listener in self.listeners:
            listener(happening)

    def last(self, most: int = MOST_KEPT) -> list[Happening]:
        """The latest ones, oldest first."""
        kept = list(self._kept)
        return kept[-most:] if most > 0 else []
