"""What reading YAML and reading JSON have in common: the bounds, how numbers are told, and the faults of both."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Span

MAX_NODES = 200_000
"""Values that a template may have once aliases are written out: several times what fits into CloudFormation's 1 MB."""

MAX_CHARACTERS = 8_000_000
"""Characters that aliases and loops may repeat in all: CloudFormation takes 1 MB, so more is a runaway."""

MAX_DEPTH = 100
"""Maps and lists that may lie within one another, so that whatever walks a template may recurse."""

# No leading zero, no more digits than 64 bits hold: what loses nothing by being a number.
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}").fullmatch
_DIGITS = re.compile(r"-?[0-9]+").fullmatch


def number(text: str) -> int | float | str:
    """The number that `text` spells in decimals, or `text` itself where a number would lose what is written."""
    if _INTEGER(text):
        return int(text)
    if _DIGITS(text):
        return text
    value = float(text)
    return value if math.isfinite(value) else text


def shown(text: str, longest: int = 60) -> str:
    """A user's text as a message can quote it: on one line, and of bounded length."""
    flat = " ".join(text[: 2 * longest].split())
    return flat if len(flat) <= longest and len(text) <= 2 * longest else flat[:longest] + "…"


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str:
    """The one of `words` that was meant by `word`, or nothing where none is as like it (0 to 1)."""
    import difflib

    return next(iter(difflib.get_close_matches(word, list(words), 1, likeness)), "")


def duplicate_key(key: str, first: Span, second: Span) -> TemplateError:
    """Two entries of one map with the same key: the second would silently replace the first."""
    return TemplateError(
        f'key "{shown(key)}" stands twice in one map, first at line {first.line}, column {first.column}, '
        f"and again at line {second.line}, column {second.column}",
        path=second.file,
        span=second,
        fix="rename or remove one of them",
    )


def too_many(span: Span) -> TemplateError:
    """More values than `MAX_NODES`."""
    return TemplateError(
        f"the template has more than {MAX_NODES:,} values, what its aliases repeat included",
        path=span.file,
        span=span,
        fix="write it with fewer aliases, or split it into nested stacks",
    )


def too_long(span: Span) -> TemplateError:
    """More text than `MAX_CHARACTERS` in what aliases repeat."""
    return TemplateError(
        f"the template's aliases repeat more than {MAX_CHARACTERS:,} characters",
        path=span.file,
        span=span,
        fix="write it with fewer aliases, or split it into nested stacks",
    )


def too_deep(span: Span) -> TemplateError:
    """More nesting than `MAX_DEPTH`."""
    return TemplateError(
        f"maps and lists lie more than {MAX_DEPTH} levels within one another here",
        path=span.file,
        span=span,
        fix="look for brackets or dashes that open a level by mistake",
    )
