"""The route keys that API Gateway itself knows, and those that were meant to be one of them.

Rules: API Gateway developer guide, "Create routes for WebSocket APIs" (predefined routes; `$` is reserved for them).
"""

from __future__ import annotations

import re

from wsconform.template.reading import nearest

SYSTEM_KEYS = ("$connect", "$disconnect", "$default")
_PUNCTUATION = re.compile(r"[\W_]")
_OF_HTTP = re.compile(r"\$default|[A-Za-z]*/.*|.*\s.*", re.DOTALL)
_NEAR = 0.6
"""How alike (0 to 1) a key that begins with `$` and a predefined one must be; no other key may begin so."""


def meant(key: str) -> str | None:
    """The predefined key that `key`, which is none, was probably meant to be; None for a key in its own right.

    Without the `$` it takes a spelling at most one letter off, in whatever case, to be sure of the intent.
    """
    if key in SYSTEM_KEYS:
        return None
    if is_reserved(key):
        return nearest(key.strip().lower(), SYSTEM_KEYS, _NEAR) or None
    letters = _PUNCTUATION.sub("", key.lower()).removeprefix("on")
    return next((one for one in SYSTEM_KEYS if _one_off(letters, one.removeprefix("$"))), None)


def looks_like_http(key: str) -> bool:
    """Whether a key may be one of an HTTP API: `GET /path`, one that was meant so, or `$default`."""
    return _OF_HTTP.fullmatch(key) is not None


def is_reserved(key: str) -> bool:
    """Whether a key begins, however it is quoted or escaped, with the `$` of the predefined ones."""
    return key.lstrip(" \t\\'\"{").startswith("$")


def _one_off(one: str, other: str) -> bool:
    """Whether one letter dropped, added, changed, or swapped with its neighbour makes `other` of `one`, or none.

    A longer word that begins with `other`, such as its plural, is a word of its own.
    """
    if abs(len(one) - len(other)) > 1 or (one != other and one.startswith(other)):
        return False
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    left, right = one[head:], other[head:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
    return left[1:] == right if len(left) > len(right) else left == right[1:]
