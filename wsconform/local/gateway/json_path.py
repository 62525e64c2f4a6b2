"""JSONPath over messages, as selection expressions and mapping templates use it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from wsconform.records import record

_NAMES = re.compile(r"(?:\.[A-Za-z_][A-Za-z0-9_]*)*")


@record(frozen=True, slots=True)
class Found:
    """A value that is there, `null` perhaps."""

    value: Any


def find(path: str, document: object) -> Found | None:
    """Follow a JSONPath, with `$` in front or without. None where nothing is there, or the path is none.

    A path that may yield several values (`..`, `*`, slices, filters) yields the list of them.
    """
    steps = path.removeprefix("$")
    if _NAMES.fullmatch(steps) is None:
        return _find(steps, document)
    for name in steps.split(".")[1:]:
        if not isinstance(document, dict) or name not in document:
            return None
        document = document[name]
    return Found(document)


def _find(steps: str, document: object) -> Found | None:
    if not isinstance(document, (dict, list)):  # there is nothing in it, and the library would parse a text
        return None
    from jsonpath.exceptions import JSONPathError

    try:
        query = _compiled(steps)
        values = query.findall(document)
    except (JSONPathError, RecursionError):
        return None
    if not query.singular_query():
        return Found(values)
    return Found(values[0]) if values else None


@lru_cache(maxsize=1024)
def _compiled(steps: str) -> Any:  # noqa: ANN401, a path or one of its unions
    import jsonpath

    return jsonpath.compile(f"${steps}")


def as_text(value: object) -> str:
    """A value as selection expressions turn it into text: `null` into none, a list into `[item1, item2]`.

    Rule: API Gateway developer guide, "Create routes for WebSocket APIs"; for `null` it says nothing.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case list():
            return f"[{', '.join(as_text(item) for item in value)}]"
        case _:
            return json.dumps(value)
