"""What Java would make of a value in a mapping template: its text, and the methods that it answers to.

API Gateway's templates see Java's strings, lists and maps, so `$text.length()` works and Python's `$text.upper()` does
not. The methods are those that the classes of the Java library document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

MOST_TEXT = 1024 * 1024
"""Characters of any text that a template makes, and items of any list."""
_INT_BITS = 64


def text(value: object) -> str:
    """`toString()`: maps as `{a=1}`, lists as `[1, 2]`, nothing as the empty string. Raises `ValueError` beyond bounds.

    A few lists within one another come to texts of any length, so the pieces are counted as they come.
    """
    if isinstance(value, str):
        return value
    pieces: list[str] = []
    if value is not None:
        _collect(value, pieces, 0)
    return "".join(pieces)


def _collect(value: object, pieces: list[str], length: int) -> int:
    """Add the pieces of a value's text; returns the length of all."""
    match value:
        case dict() | list() | tuple() | range():
            opening, closing = "{}" if isinstance(value, dict) else "[]"
            pieces.append(opening)
            for place, item in enumerate(value):
                piece = f"{', ' if place else ''}{f'{item}=' if isinstance(value, dict) else ''}"
                pieces.append(piece)
                length = _collect(value[item] if isinstance(value, dict) else item, pieces, length + len(piece))
            piece = closing
        case SimpleNamespace(key=key, value=item):
            pieces.append(f"{key}=")
            return _collect(item, pieces, length + len(pieces[-1]))
        case bool():
            piece = "true" if value else "false"
        case _:
            piece = "null" if value is None else str(value)
    pieces.append(piece)
    _within(length + len(piece))
    return length + len(piece)


def _within(length: int) -> None:
    if length > MOST_TEXT:
        raise ValueError(f"a value in the template grows beyond {MOST_TEXT:,} characters")


def whole(number: int) -> int:
    """A whole number as a `long` holds it: it wraps around."""
    half = 1 << (_INT_BITS - 1)
    return (number + half) % (1 << _INT_BITS) - half


def method(value: object, name: str) -> Callable[..., Any] | None:
    """The method of that name; None where the class has none."""
    for kind, methods in _METHODS.items():
        if isinstance(value, kind) and name in methods:
            found = methods[name]
            return lambda *given: found(value, *given)
    return None


def _replaced(value: str, pattern: str, by: str, count: int = 0) -> str:
    expected = re.sub(r"\$(\d)", r"\\\1", by)
    length = len(value)

    def replacement(match: re.Match[str]) -> str:
        nonlocal length
        made = match.expand(expected)
        length += len(made)
        _within(length)
        return made

    return re.sub(pattern, replacement, value, count=count)


def _substituted(value: str, old: str, new: str) -> str:
    _within(len(value) + value.count(old) * len(new))
    return value.replace(old, new)


def _split(value: str, pattern: str) -> list[str]:
    parts = re.split(pattern, value)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _put(value: dict[Any, Any], key: object, item: object) -> object:
    before = value.get(key)
    value[key] = item
    return before


def _add(value: list[Any], *given: Any) -> bool:  # noqa: ANN401, JSON
    value.insert(len(value) if len(given) == 1 else given[0], given[-1])
    return True


def _removed(value: list[Any], index: int) -> object:
    return value.pop(index)


def _set(value: list[Any], index: int, item: object) -> object:
    before, value[index] = value[index], item
    return before


def _extended(value: list[Any], items: list[Any]) -> bool:
    _within(len(value) + len(items))
    value.extend(list(items))
    return bool(items)


_METHODS: dict[type | tuple[type, ...], dict[str, Callable[..., Any]]] = {
    str: {
        "charAt": lambda value, index: value[index],
        "concat": lambda value, more: value + more,
        "contains": lambda value, part: part in value,
        "endsWith": lambda value, part: value.endswith(part),
        "equalsIgnoreCase": lambda value, other: isinstance(other, str) and value.lower() == other.lower(),
        "indexOf": lambda value, part, start=0: value.find(part, start),
        "isEmpty": lambda value: not value,
        "lastIndexOf": lambda value, part: value.rfind(part),
        "length": len,
        "matches": lambda value, pattern: re.fullmatch(pattern, value) is not None,
        "replace": _substituted,
        "replaceAll": _replaced,
        "replaceFirst": lambda value, pattern, by: _replaced(value, pattern, by, 1),
        "split": _split,
        "startsWith": lambda value, part: value.startswith(part),
        "substring": lambda value, start, end=None: value[start:end],
        "toLowerCase": lambda value: value.lower(),
        "toUpperCase": lambda value: value.upper(),
        "trim": lambda value: value.strip(),
    },
    (list, tuple, range): {
        "add": _add,
        "addAll": _extended,
        "contains": lambda value, item: item in value,
        "get": lambda value, index: value[index],
        "indexOf": lambda value, item: value.index(item) if item in value else -1,
        "isEmpty": lambda value: not value,
        "remove": _removed,
        "set": _set,
        "size": len,
    },
    dict: {
        "containsKey": lambda value, key: key in value,
        "containsValue": lambda value, item: item in value.values(),
        "entrySet": lambda value: [SimpleNamespace(key=key, value=item) for key, item in value.items()],
        "get": lambda value, key: value.get(key),
        "getOrDefault": lambda value, key, other: value.get(key, other),
        "isEmpty": lambda value: not value,
        "keySet": list,
        "put": _put,
        "putAll": lambda value, more: value.update(more),
        "remove": lambda value, key: value.pop(key, None),
        "size": len,
        "values": lambda value: list(value.values()),
    },
    SimpleNamespace: {
        "getKey": lambda entry: entry.key,
        "getValue": lambda entry: entry.value,
    },
    object: {
        "equals": lambda value, other: value == other,
        "toString": text,
    },
}


def as_json(value: object) -> str:
    """JSON as templates write it: compact, in the characters themselves."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
