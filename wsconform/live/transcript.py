"""What went over the wire in one probe, with times, for people."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Literal

from wsconform.live.secret import Redactor
from wsconform.report.cells import visible

LONGEST = 200
"""Characters shown of one message."""
FIRST, LAST = 24, 36
"""Entries kept of one probe, from its begin and up to its end: a flood must not fill memory, nor the screen."""
Direction = Literal[">", "<", "."]


def shortened(text: str, most: int) -> str:
    """A text that may be of any length, as far as people want to see it. Secrets are to be taken out before."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: seconds since the probe began, whose it is (`>` sent, `<` received, `.` neither), and what."""

    at: float
    connection: int
    direction: Direction
    text: str


class Transcript:
    """The entries of one probe. Secrets are taken out as they come in, so that nothing holds them."""

    def __init__(self, redact: Redactor | None = None) -> None:
        self.redact = redact or Redactor()
        self._begun = time.monotonic()
        self._first: list[Entry] = []
        self._last: deque[Entry] = deque(maxlen=LAST)
        self._noted = 0
        self._lock = threading.Lock()

    def note(self, connection: int, direction: Direction, text: str) -> None:
        """Keep one entry; `connection` counts the connections of the probe from 1, 0 is for none."""
        shown = shortened(visible(self.redact(text)), LONGEST)
        with self._lock:
            entry = Entry(time.monotonic() - self._begun, connection, direction, shown)
            self._noted += 1
            if len(self._first) < FIRST:
                self._first.append(entry)
            else:
                self._last.append(entry)

    @property
    def entries(self) -> list[Entry]:
        """What is kept."""
        return [*self._first, *self._last]

    def lines(self) -> list[str]:
        """The transcript as text; connections are told apart only where there are several."""
        several = len({entry.connection for entry in self.entries if entry.connection}) > 1
        lines = [
            f"{entry.at:+8.3f} {f'#{entry.connection} ' if several else ''}{entry.direction} {entry.text}"
            for entry in self.entries
        ]
        left_out = self._noted - len(lines)
        return [*lines[:FIRST], f"… {left_out:,} more", *lines[FIRST:]] if left_out else lines
