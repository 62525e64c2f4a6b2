"""Writes what happens on a stage to the output of a command."""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import click

from wsconform.local.endpoints import Endpoint
from wsconform.local.happenings import Happening
from wsconform.local.people.addresses import for_people, for_programs
from wsconform.local.people.lines import json_line, json_log_line, line, log_line
from wsconform.report.style import Style

TOGETHER = 0.02
"""Seconds in which lines are gathered: one at a time, they would cost a fifth of what a busy stage does."""
MOST_WAITING = 10_000
"""Lines that wait for an output that does not take them; what is beyond is counted only."""
_NOBODY_READS = (errno.EPIPE, errno.EBADF, errno.EIO)  # of a terminal that is gone, the last
TO_END = 2.0
"""Seconds that the output is given, at the end, to take what still waits."""


@dataclass(frozen=True, slots=True)
class _Logged:
    """A line that a function logged, and when, in seconds since the epoch."""

    function: str
    text: str
    at: float


class Told:
    """Writes lines to standard output, from any thread; a context, within which they are written.

    They are put into words and written by a thread of its own, so that an output that stands still holds up nothing
    but itself. Once nobody reads it any more, all is silent; where a disk is full, that is said once.
    """

    def __init__(self, style: Style, *, as_json: bool) -> None:
        self._style = style
        self._as_json = as_json
        self._waiting: deque[Happening | _Logged | str] = deque()
        self._left_out = 0
        self._silent = self._said = False
        self._changed = threading.Event()
        self._ended = threading.Event()
        self._writer = threading.Thread(target=self._write_all, name="output", daemon=True)

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._changed.set()
        self._writer.join(TO_END)

    def happened(self, happening: Happening) -> None:
        """Write an event."""
        self._add(happening)

    def logged(self, function: str, text: str) -> None:
        """Write what a function logged."""
        self._add(_Logged(function, text, time.time()))

    def line(self, text: str) -> None:
        """Write a line for people; nothing where programs read."""
        if not self._as_json:
            self._add(text)

    def listening(self, endpoints: Collection[Endpoint], ca_file: Path) -> None:
        """Write where stages are."""
        if endpoints:
            self._add(for_programs(endpoints, ca_file) if self._as_json else for_people(endpoints, self._style))

    def _add(self, what: Happening | _Logged | str) -> None:
        # Without a lock, which would cost more than all the rest: a deque takes and gives one at a time by itself.
        if len(self._waiting) >= MOST_WAITING:
            self._left_out += 1
            return
        self._waiting.append(what)
        if not self._changed.is_set():
            self._changed.set()

    def _take(self) -> list[Happening | _Logged | str]:
        """What waits, once something does; nothing at the end."""
        while not self._waiting and not self._ended.is_set():
            self._changed.wait()
            self._changed.clear()
        self._changed.clear()  # before anything is taken, so that what comes meanwhile is seen the next time
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        left_out, self._left_out = self._left_out, 0
        if left_out and not self._as_json:
            taken.append(f"{left_out} more lines are left out here, for they were not read")
        return taken

    def _write_all(self) -> None:
        while taken := self._take():
            try:
                if not self._silent:
                    click.echo("\n".join(map(self._in_words, taken)), color=self._style.color)
            except (OSError, ValueError) as error:
                self._failed(error)
            self._ended.wait(TOGETHER)

    def _failed(self, error: OSError | ValueError) -> None:
        """Be silent where nobody reads; where a disk is full, say so, once, and go on for the case that it empties."""
        if not isinstance(error, OSError) or error.errno in _NOBODY_READS:
            self._silent = True
        elif not self._said:
            self._said = True
            with contextlib.suppress(OSError):
                click.echo(f"warning: the output cannot be written: {error.strerror}; the stage goes on", err=True)

    def _in_words(self, what: Happening | _Logged | str) -> str:
        match what:
            case Happening():
                return json_line(what) if self._as_json else line(what, self._style)
            case _Logged(function, text, at):
                return json_log_line(function, text, at) if self._as_json else log_line(function, text, self._style)
            case _:
                return what
