"""Values that must not be shown: what identifies a client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

HIDDEN = "•••"
LEAST = 4
"""Characters of a value that is looked for in text of others: a shorter one would hide half of every word."""


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
    """Takes secrets out of text that others have written, such as a stage's answers and logs."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        spellings: set[str] = set()
        for secret in secrets:
            value = secret.reveal()
            if len(value) >= LEAST:
                spellings |= {value, quote(value, safe=""), quote_plus(value), value.encode("unicode_escape").decode()}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text
