"""Configuration files, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class ConfigError(Exception):
    """A setting that cannot be used: which one, where it is made, and what to write instead."""


def bytes_of(file: Path) -> bytes | None:
    """What is in a file, None where there is none."""
    try:
        if file.is_fifo():  # nobody asked for it, so nobody writes to it
            raise ConfigError(f"{shown(file)}: this is a pipe, and must be a file")
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{shown(file)}: the file cannot be read: {error.strerror or error}") from None


def parse_toml(data: bytes, file: Path) -> dict[str, Any]:
    """The table that is a TOML file. Raises ConfigError."""
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{shown(file)}: this is no TOML: {error}") from None


def shown(file: Path) -> str:
    """A file as messages name it: from the current folder where it is below that."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)
