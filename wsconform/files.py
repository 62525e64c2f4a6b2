"""Writing a file whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write a text file. What stood there before stays as it is unless all can be written.

    Raises OSError with the name of the file.
    """
    data = text.encode("utf-8", "backslashreplace")
    target = Path(os.path.realpath(file))
    try:
        if target.exists() and not (target.is_file() and os.access(target.parent, os.W_OK)):
            target.write_bytes(data)  # a device, a pipe, or where nothing can be put beside it
        else:
            _replace(target, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None


def write_private(file: Path, text: str) -> None:
    """Write a text file whole or not at all, for its owner's eyes only (mode 0600).

    Raises OSError with the name of the file.
    """
    beside = file.with_name(f".wsconform-{os.getpid()}.part")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
            opened.write(text)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(file)) from None


def _replace(target: Path, data: bytes) -> None:
    """Put a new file in the place of `target`, with its mode if there is one."""
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    beside = target.with_name(f".wsconform-{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
