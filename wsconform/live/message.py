"""Messages that select a route: the selection expression read backwards."""

from __future__ import annotations

import json
import re
from typing import Any

from wsconform.wiring.selection import Selection, Variable

_PLAIN = re.compile(r"(?:\.[^.\[\]*?@$'\"]+)+")


def selecting(selection: Selection, key: str) -> str | None:
    """A message for which the expression comes to `key`; None where there is none, or none that can be made up."""
    if selection.constant is not None:
        return "{}" if selection.constant == key else None
    pattern = "".join("(.*)" if isinstance(piece, Variable) else re.escape(piece) for piece in selection.pieces)
    found = re.fullmatch(pattern, key, re.DOTALL)
    if found is None:
        return None
    message: dict[str, Any] = {}
    variables = [piece for piece in selection.pieces if isinstance(piece, Variable)]
    for variable, value in zip(variables, found.groups(), strict=True):
        if not _PLAIN.fullmatch(variable.path) or not _put(message, variable.path[1:].split("."), value):
            return None
    return json.dumps(message)


def _put(message: dict[str, Any], path: list[str], value: str) -> bool:
    """Set a field; whether it does not clash with one that another variable of the expression has set."""
    *folders, last = path
    for folder in folders:
        inner = message.setdefault(folder, {})
        if not isinstance(inner, dict):
            return False
        message = inner
    return bool(message.setdefault(last, value) == value)
