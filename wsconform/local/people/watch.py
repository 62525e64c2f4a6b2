"""Watches template and code, by the times and sizes of files."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

SECONDS = 0.5
"""How often it looks."""
MOST_FILES = 20_000
"""Files that are looked at; of more, the first."""
_PASSED_OVER = frozenset({"__pycache__", "node_modules", ".git", ".venv", "venv", ".aws-sam", ".mypy_cache"})

Seen = dict[str, tuple[int, int]]


class Watch:
    """What of some files and folders changes. Hidden folders, and what tools put beside code, are passed over.

    So are the folders `but`, and what this process writes its output to: a log that lies beside the code grows with
    each reload, and would never let it rest. What changed from `since` on (nanoseconds since the epoch) is a change
    that is not told yet: it came while the files were read.
    """

    def __init__(self, paths: Iterable[Path], *, but: Iterable[Path] = (), since: int | None = None) -> None:
        self._paths = tuple(paths)
        self._but = frozenset(os.path.realpath(path) for path in but)
        self._written = _written()
        seen = self._look()
        self._seen = {name: one for name, one in seen.items() if since is None or one[0] < since}

    def changed(self) -> list[str]:
        """The files that changed, came or went since the last call, or since the start."""
        now = self._look()
        names = sorted(name for name in now.keys() | self._seen.keys() if now.get(name) != self._seen.get(name))
        self._seen = now
        return names

    def follow(self, paths: Iterable[Path]) -> None:
        """Watch these from now on. What they hold now counts as seen, but for what was watched before."""
        self._paths = tuple(paths)
        self._seen = self._look() | {name: old for name, old in self._seen.items() if self._has(name)}

    def _has(self, name: str) -> bool:
        return any(Path(name).is_relative_to(path) for path in self._paths)

    def _look(self) -> Seen:
        seen: Seen = {}
        for path in self._paths:
            for name in _files(path, self._but):
                try:
                    status = os.stat(name)  # noqa: PTH116 (thousands of them)
                except OSError:
                    continue
                if (status.st_dev, status.st_ino) in self._written:
                    continue
                seen[name] = (status.st_mtime_ns, status.st_size)
                if len(seen) >= MOST_FILES:
                    return seen
        return seen


def _written() -> frozenset[tuple[int, int]]:
    """Device and inode of the files that standard output and standard error go to."""
    found = set()
    for number in (1, 2):
        with contextlib.suppress(OSError):
            status = os.fstat(number)
            if stat.S_ISREG(status.st_mode):
                found.add((status.st_dev, status.st_ino))
    return frozenset(found)


def _files(path: Path, but: frozenset[str]) -> Iterator[str]:
    if not path.is_dir():
        yield str(path)
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(
            one
            for one in folders
            if one not in _PASSED_OVER
            and not one.startswith(".")
            and not (but and os.path.realpath(os.path.join(folder, one)) in but)  # noqa: PTH118
        )
        yield from (os.path.join(folder, one) for one in sorted(files) if not one.endswith(".pyc"))  # noqa: PTH118
