"""Watches template and code, by the times and sizes of files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

SECONDS = 0.5
"""How often it looks."""
MOST_FILES = 20_000
"""Files that are looked at; of more, the first."""
_PASSED_OVER = frozenset({"__pycache__", "node_modules", ".git", ".venv", "venv", ".aws-sam", ".mypy_cache"})

Seen = dict[str, tuple[int, int]]


class Watch:
    """What of some files and folders changes. Hidden folders, and what tools put beside code, are passed over."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self._seen = _look(self._paths)

    def changed(self) -> list[str]:
        """The files that changed, came or went since the last call, or since the start."""
        now = _look(self._paths)
        names = sorted(name for name in now.keys() | self._seen.keys() if now.get(name) != self._seen.get(name))
        self._seen = now
        return names

    def follow(self, paths: Iterable[Path]) -> None:
        """Watch these from now on. What they hold now counts as seen, but for what was watched before."""
        self._paths = tuple(paths)
        self._seen = _look(self._paths) | {name: old for name, old in self._seen.items() if self._has(name)}

    def _has(self, name: str) -> bool:
        return any(Path(name).is_relative_to(path) for path in self._paths)


def _look(paths: Iterable[Path]) -> Seen:
    seen: Seen = {}
    for path in paths:
        for name in _files(path):
            try:
                status = os.stat(name)  # noqa: PTH116 (thousands of them)
            except OSError:
                continue
            seen[name] = (status.st_mtime_ns, status.st_size)
            if len(seen) >= MOST_FILES:
                return seen
    return seen


def _files(path: Path) -> Iterator[str]:
    if not path.is_dir():
        yield str(path)
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(one for one in folders if one not in _PASSED_OVER and not one.startswith("."))
        yield from (os.path.join(folder, one) for one in sorted(files) if not one.endswith(".pyc"))  # noqa: PTH118
