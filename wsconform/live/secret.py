"""Values that must not be shown: what identifies a client."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

HIDDEN = "•••"
LEAST = 4
"""Characters of a value that is looked for in text of others: a shorter one would hide half of every word."""

WORDLIKE = 8
"""Characters of a value up to which it may well be a part of other words."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value with the name that may be shown in its place."""

    _value: str = field(repr=False)
    name: str = "secret"

    def reveal(self) -> str:
        """The value itself: for what is sent, and nothing else."""
        return self._value

    def __str__(self) -> str:
        return f"{HIDDEN} ({self.name})" if self._value else "(empty)"


class Redactor:
    """Takes secrets out of text that others have written, such as a stage's answers and logs.

    A value is looked for as it is and in the spellings in which programs write values down: in URLs, in JSON, in
    Python's `repr`, in base64. A short value is hidden where it stands as a word of its own. What fits one of some
    `patterns` is hidden too.
    """

    def __init__(self, secrets: Iterable[Secret] = (), patterns: Iterable[str] = ()) -> None:
        spellings = {
            one
            for secret in secrets
            if len(secret.reveal()) >= LEAST
            for one in _spellings(secret.reveal())
            if len(one) >= LEAST
        }
        longest_first = sorted(spellings, key=len, reverse=True)
        looked_for = [*map(_looked_for, longest_first), *patterns]
        self._pattern = re.compile("|".join(looked_for)) if looked_for else None

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)


def _spellings(value: str) -> Iterator[str]:
    """How a value may be written."""
    yield value
    yield value.strip()  # as HTTP gives it to whoever reads the header
    for url in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield url
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), url)
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once)[1:-1]  # JSON in JSON, as in the body of an event
        yield once.replace("/", "\\/")
    yield repr(value)[1:-1]
    yield repr(f'{value}"')[1:-2]  # as within a text that has both kinds of quotes
    yield ascii(value)[1:-1]
    yield value.encode("unicode_escape").decode()
    with contextlib.suppress(UnicodeEncodeError):
        data = value.encode()
        yield repr(data)[2:-1]
        yield repr(data + b'"')[2:-2]
        yield data.decode("latin-1")  # as HTTP libraries read a header's bytes
        yield html.escape(value)
        if len(data) >= WORDLIKE:
            yield from _base64(data)
            yield data.hex()


def _base64(data: bytes) -> Iterator[str]:
    """What is the same in base64 wherever the value begins in what is encoded."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode()
        certain = encoded[-(-8 * before // 6) : (before + len(data)) * 8 // 6]
        yield certain
        yield certain.replace("+", "-").replace("/", "_")


def _looked_for(spelling: str) -> str:
    if len(spelling) >= WORDLIKE or not spelling.isalnum():
        return re.escape(spelling)
    return rf"(?<!\w){re.escape(spelling)}(?!\w)"
