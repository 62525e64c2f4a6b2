"""The files that a function ships, as far as they lie at hand: a folder beside the template, or code written in it.

Nothing is executed, folders that are links are not searched, and there is a bound to what is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

MOST_BYTES = 1_000_000
"""Of one source file; a generated bundle may be larger, and is then left unread."""
MOST_ENTRIES = 4_000
"""Of a folder that is searched for sources."""
_PASSED_OVER = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


class UnreadableError(Exception):
    """A file that is there and cannot be read; the message says why."""


class Tree(Protocol):
    """A folder of source files. Paths are relative to it, with `/` between."""

    def has(self, path: str) -> bool:
        """Whether there is such a file, spelt exactly so."""

    def read(self, path: str) -> bytes:
        """The bytes of a file that is there. Raises UnreadableError."""

    def names(self, folder: str) -> frozenset[str]:
        """The names of the files in a folder; empty where there is no such folder."""

    def has_any(self, suffixes: tuple[str, ...]) -> bool:
        """Whether any file, however deep, ends in one of `suffixes`."""


class Files:
    """A few files by name: code that is written in the template, or a single file."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._files

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._files[path]

    def names(self, folder: str) -> frozenset[str]:
        """The names of all files, which have no folder."""
        return frozenset(self._files) if folder in ("", ".") else frozenset()

    def has_any(self, suffixes: tuple[str, ...]) -> bool:
        """Whether any file ends in one of `suffixes`."""
        return any(name.endswith(suffixes) for name in self._files)


class Folder:
    """A folder on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[str, frozenset[str]] = {}
        self._read: dict[str, bytes] = {}
        self._has_any: dict[tuple[str, ...], bool] = {}

    def has(self, path: str) -> bool:
        """Whether there is such a file within the folder; the case of its name counts on every system."""
        pure = PurePosixPath(path)
        return ".." not in pure.parts and not pure.is_absolute() and pure.name in self.names(str(pure.parent))

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises UnreadableError."""
        if path in self._read:
            return self._read[path]
        try:
            with (self._root / path).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise UnreadableError(f"{path} cannot be read: {error.strerror or error}") from None
        if len(data) > MOST_BYTES:
            raise UnreadableError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB")
        self._read[path] = data
        return data

    def names(self, folder: str) -> frozenset[str]:
        """The names of the files in a folder."""
        if folder not in self._names:
            try:
                with os.scandir(self._root / folder) as entries:
                    self._names[folder] = frozenset(entry.name for entry in entries if entry.is_file())
            except (OSError, ValueError):
                self._names[folder] = frozenset()
        return self._names[folder]

    def has_any(self, suffixes: tuple[str, ...]) -> bool:
        """Whether any file ends in one of `suffixes`; what is installed or generated there does not count."""
        if suffixes not in self._has_any:
            self._has_any[suffixes] = any(name.endswith(suffixes) for name in self._walk())
        return self._has_any[suffixes]

    def _walk(self) -> Iterator[str]:
        pending, left = [self._root], MOST_ENTRIES
        while pending:
            try:
                with os.scandir(pending.pop(0)) as entries:
                    for entry in entries:
                        left -= 1
                        if left < 0:
                            return
                        if entry.is_file():
                            yield entry.name
                        elif entry.is_dir(follow_symlinks=False) and not _is_passed_over(entry.name):
                            pending.append(Path(entry.path))
            except OSError:
                continue


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name in _PASSED_OVER
