"""What a function logs: the last of it in memory, and all of it in a file if wanted, both within bounds."""

from __future__ import annotations

import os
import re
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

MOST_KEPT = 1000
"""Lines in memory."""
LONGEST_LINE = 4096
"""Bytes of a line; what is beyond goes on in the next."""
MOST_AT_ONCE = 256 * 1024
"""Bytes that a worker may write for one event. What is beyond is counted only."""
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a log file, before it becomes the old one and a new one begins."""


Trouble = Callable[[str, str], None]
"""Takes what came to an end, and why."""


class LogFolderError(Exception):
    """The folder for log files cannot be used; the message says why."""


def make_folder(folder: Path) -> None:
    """Make a folder for log files, unless it is there. Raises LogFolderError where nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise LogFolderError(f'no logs can be kept in "{folder}": {error.strerror}') from None


class Log:
    """One function's log.

    `on_line` is told of the lines that people want to see as they come, `on_trouble` that the file ends early.
    """

    def __init__(
        self, label: str, *, on_line: Callable[[str, str], None], on_trouble: Trouble, folder: Path | None
    ) -> None:
        self._label = label
        self._on_line = on_line
        self._on_trouble = on_trouble
        self._lines: deque[str] = deque(maxlen=MOST_KEPT)
        # Logical ids have no dot in them, so that a nested stack's F is told from another stack's.
        self._file = LogFile(folder / f"{re.sub(r'[^A-Za-z0-9-]', '.', label)}.log") if folder else None

    def last(self, count: int) -> list[str]:
        """The newest lines, oldest first."""
        return list(self._lines)[-count:] if count > 0 else []

    def add(self, *lines: str, told: bool = True) -> None:
        """Add lines; those that are not `told` are only kept."""
        self._lines.extend(lines)
        if told:
            for line in lines:
                self._on_line(self._label, line)
        if self._file is not None:
            trouble = self._file.write(lines)
            if trouble:
                self._file = None
                self._on_trouble(f"the log file of {self._label} ends here", trouble)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


class LogFile:
    """A file that is never larger than `LARGEST_FILE`; the one before it lies beside it, with `.1` after its name.

    What stands in it from a run before stays there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = 0
        self._file: int | None = None

    def write(self, lines: tuple[str, ...]) -> str:
        """Write lines; the reason where that fails, for good."""
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
        try:
            if self._file is None:
                self._open()
            if self._size and self._size + len(data) > LARGEST_FILE:
                self.close()
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
                self._open()
            self._size += len(data)
            self._write(data)
        except OSError as error:
            self.close()
            return f'"{self._path}" cannot be written: {error.strerror}'
        return ""

    def close(self) -> None:
        """Close it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> None:
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = os.fstat(self._file).st_size

    def _write(self, data: bytes) -> None:
        assert self._file is not None  # noqa: S101 (just opened)
        while data:
            data = data[os.write(self._file, data) :]


class Output:
    """What one worker writes, cut into lines for the log, and no more of it for one event than `MOST_AT_ONCE`."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rest = b""
        self._taken = 0
        self._left_out = 0

    def add(self, data: bytes) -> None:
        """Bytes came."""
        room = MOST_AT_ONCE - self._taken
        if len(data) > room:
            self._left_out += len(data) - room
            data = data[:room]
        if not data:
            return
        self._taken += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        while len(self._rest) > LONGEST_LINE:
            lines.append(self._rest[:LONGEST_LINE])
            self._rest = self._rest[LONGEST_LINE:]
        if lines:
            self._log.add(*(part for line in lines for part in _parts(line)))

    def finish(self) -> None:
        """What follows is of the next event."""
        if self._rest:
            rest, self._rest = self._rest, b""
            self._log.add(*_parts(rest))
        if self._left_out:
            self._log.add(f"[{self._left_out:,} more bytes of output are left out here]")
            self._left_out = 0
        self._taken = 0


def _parts(line: bytes) -> list[str]:
    """A line as text, in parts of the longest length."""
    whole = line.removesuffix(b"\r")
    if len(whole) <= LONGEST_LINE:
        return [whole.decode("utf-8", "replace")]
    return [
        whole[start : start + LONGEST_LINE].decode("utf-8", "replace") for start in range(0, len(whole), LONGEST_LINE)
    ]
