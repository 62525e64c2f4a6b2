"""A function's code and layers as folders: archives are unpacked, inline code is written to a file."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from wsconform.local.deployed.model import Code


class CodeError(Exception):
    """The code cannot be had as a folder; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Where things lie. `layers` come in the order of search: of two with the same file, Lambda's later one wins."""

    folder: Path
    layers: tuple[Path, ...]


def lay_out(code: Code, runtime: str, scratch: Path) -> Laid:
    """Lay the code out; what has to be written goes into `scratch`. Raises CodeError."""
    if code.unusable:
        raise CodeError(code.unusable)
    layers = tuple(_unpacked(layer, scratch) for layer in reversed(code.layers))
    if code.inline is not None:
        folder = Path(tempfile.mkdtemp(prefix="inline-", dir=scratch))
        suffix = "js" if runtime.startswith("nodejs") else "py"
        (folder / f"index.{suffix}").write_text(code.inline, encoding="utf-8")
        return Laid(folder=folder, layers=layers)
    if code.folder is None:
        raise CodeError("it has no code")
    return Laid(folder=_unpacked(code.folder, scratch), layers=layers)


def _unpacked(place: Path, scratch: Path) -> Path:
    """The folder itself, or what an archive holds: unpacked once for all that have it, until it changes."""
    if place.is_dir():
        return place.resolve()
    try:
        found = place.stat()
    except OSError as error:
        raise CodeError(f'"{place}" is not there') from error
    folder = scratch / f"archive-{found.st_dev}-{found.st_ino}-{found.st_size}-{found.st_mtime_ns}"
    if not folder.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=scratch))
        try:
            _unpack(place, unfinished)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise CodeError(f'"{place}" cannot be unpacked: {error}') from error
        unfinished.rename(folder)
    return folder


def _unpack(place: Path, folder: Path) -> None:
    with zipfile.ZipFile(place) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            mode = entry.external_attr >> 16 & 0o777  # which `extract` forgets, and a `bootstrap` needs
            if mode and path.is_file():
                path.chmod(mode | 0o600)
