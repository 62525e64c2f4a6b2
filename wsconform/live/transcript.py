"""What went over the wire in one probe, with times, for people."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from wsconform.live.secret import Redactor
from wsconform.report.cells import visible

LONGEST = 200
"""Characters shown of one message."""
MOST = 60
"""Entries kept of one probe: a flood of frames must not fill memory, nor the screen."""
Direction = Literal[">", "<", "."]


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
        self._redact = redact or Redactor()
        self._begun = time.monotonic()
        self.entries: list[Entry] = []
        self.left_out = 0

    def note(self, connection: int, direction: Direction, text: str) -> None:
        """Keep one entry; `connection` counts the connections of the probe from 1, 0 is for none."""
        if len(self.entries) >= MOST:
            self.left_out += 1
            return
        shown = visible(self._redact(text))
        if len(shown) > LONGEST:
            shown = f"{shown[:LONGEST]}… ({len(shown):,} characters)"
        self.entries.append(Entry(time.monotonic() - self._begun, connection, direction, shown))

    def lines(self) -> list[str]:
        """The transcript as text; connections are told apart only where there are several."""
        several = len({entry.connection for entry in self.entries if entry.connection}) > 1
        lines = [
            f"{entry.at:+8.3f} {f'#{entry.connection} ' if several else ''}{entry.direction} {entry.text}"
            for entry in self.entries
        ]
        return [*lines, f"… {self.left_out:,} more"] if self.left_out else lines
