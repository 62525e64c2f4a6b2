"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

_PRIVATE = 0o600


def write_whole(file: Path, text: str) -> None:
    """Write a text file. What stood there before stays as it is unless all can be written.

    Raises OSError with the name of the file.
    """
    _write(file, text, None)


def write_private(file: Path, text: str) -> None:
    """The same, for its owner's eyes only: what stands there in the end has mode 0600, whatever stood there before."""
    _write(file, text, _PRIVATE)


def _write(file: Path, text: str, mode: int | None) -> None:
    data = text.encode("utf-8", "backslashreplace")
    target = Path(os.path.realpath(file))
    try:
        if file.exists() and not file.is_file():
            file.write_bytes(data)  # a device, or a pipe, whose real path may lead nowhere
        elif mode is None and target.exists() and not os.access(target.parent, os.W_OK):
            target.write_bytes(data)  # nothing can be put beside it
        else:
            _replace(target, data, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    """Put a new file in the place of `target`: with that mode, else with the target's own if there is one."""
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    beside = target.with_name(f".wsconform-{os.getpid()}.part")
    try:
        beside.unlink(missing_ok=True)
        beside.touch(mode or 0o666, exist_ok=False)
        beside.write_bytes(data)
        if mode is None and target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
