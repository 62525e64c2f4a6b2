"""Lines typed in earlier conversations, in the user's state folder. Lines with secrets in them are not kept."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit.history import History

from wsconform.files import write_private
from wsconform.live.secret import Redactor

MOST_KEPT = 1_000
LONGEST = 10_000
"""Characters of a line that is kept."""


def history_file() -> Path:
    """Where lines are kept. Source: XDG Base Directory Specification, "XDG_STATE_HOME"."""
    given = os.environ.get("XDG_STATE_HOME")
    folder = Path(given) if given and Path(given).is_absolute() else Path.home() / ".local" / "state"
    return folder / "wsconform" / "history"


class LineHistory(History):
    """The lines in a file that only its owner can read; where there can be none, those of this run."""

    def __init__(self, file: Path, redact: Redactor) -> None:
        super().__init__()
        self._file = file
        self._redact = redact

    def load_history_strings(self) -> Iterable[str]:
        """The lines, newest first."""
        return reversed(self._lines())

    def store_string(self, string: str) -> None:
        """Keep a line."""
        if not string.strip() or len(string) > LONGEST or self._redact(string) != string:
            return
        kept = [*self._lines(), string.replace("\n", " ")][-MOST_KEPT:]
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._file, "".join(f"{line}\n" for line in kept))

    def _lines(self) -> list[str]:
        try:
            return self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
