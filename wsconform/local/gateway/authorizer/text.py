"""IAM's comparison of texts with wildcards, where both are known."""

from __future__ import annotations

from functools import lru_cache

from wsconform.template.nodes import Span
from wsconform.template.values import Text
from wsconform.wiring.iam.pattern import Match, like

_NOWHERE = Span("", 1, 1, 1, 1)


@lru_cache(maxsize=1024)
def string_like(pattern: str, subject: str) -> bool:
    """Whether `pattern` matches the whole of `subject`: `*` takes any number of characters, `?` one."""
    return like(_text(pattern), _text(subject)).match is Match.YES


def _text(value: str) -> Text:
    return Text((value,) if value else (), _NOWHERE)
