"""Words that many messages need."""

from __future__ import annotations

from collections.abc import Iterable


def listed(items: Iterable[object], most: int = 8) -> str:
    """`a`, `a and b`, `a, b and c`; of more than `most` the first ones, and how many there are besides."""
    words = [str(item) for item in items]
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return " and ".join(([", ".join(words[:-1])] if words[:-1] else []) + words[-1:])


def quoted(items: Iterable[object], most: int = 8) -> str:
    """The same of a template's own values: `"a"` and `"b"`."""
    return listed((f'"{item}"' for item in items), most)
