"""Symbolic values: what the intrinsics of a template come to without deploying it.

A string is a `Text`: literal stretches and atoms side by side. Two texts that mean the same have equal `parts`,
however they were written (`!Sub`, `!Join`, `!GetAtt`).
"""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.records import record
from wsconform.template.nodes import Span

_LOWER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_SIGNS_OF = {
    "AWS::AccountId": _DIGITS,
    "AWS::Partition": f"{_LOWER}-",
    "AWS::Region": f"{_LOWER}{_DIGITS}-",
    "AWS::StackName": f"{_LOWER}{_LOWER.upper()}{_DIGITS}-",
    "AWS::URLSuffix": f"{_LOWER}.",
}
"""What the values of pseudo parameters are made of; nothing else can stand in them."""


@record(frozen=True, slots=True)
class Attribute:
    """What `!Ref` (name `Ref`) or `!GetAtt` gives for a resource of the stack: unknown text, but a known identity.

    `resource` is the resource's id in the whole stack, with `/` between nested stacks (`Chat/Route`).
    """

    resource: str
    name: str = "Ref"

    def __str__(self) -> str:
        return f"${{{self.resource}}}" if self.name == "Ref" else f"${{{self.resource}.{self.name}}}"


@record(frozen=True, slots=True)
class Pseudo:
    """A pseudo parameter, such as `AWS::Region`: one value per deployment."""

    name: str

    def __str__(self) -> str:
        return f"${{{self.name}}}"


@record(frozen=True, slots=True)
class Unresolved:
    """A value that the template alone cannot tell. Equal keys stand for the same unknown value."""

    key: str
    reason: str

    @property
    def is_absent(self) -> bool:
        """Whether no deployment will tell it either: what should give it is not in the template."""
        return self.key.startswith(ABSENT)

    def __str__(self) -> str:
        return f"${{{self.key}}}"


ABSENT = "absent:"
"""How the key of a value begins that the template refers to and does not have."""
Atom = Attribute | Pseudo | Unresolved
Part = str | Atom


@record(frozen=True, slots=True)
class Text:
    """A string, number or boolean. Normal form: no empty and no adjacent literals; the empty string has no parts."""

    parts: tuple[Part, ...]
    span: Span

    @property
    def literal(self) -> str | None:
        """The whole text when every stretch of it is known, else None."""
        if not self.parts:
            return ""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0]
        return None

    @property
    def atom(self) -> Atom | None:
        """The single atom that this text consists of, if it does."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return self.parts[0]
        return None

    @property
    def unresolved(self) -> Unresolved | None:
        """The first part that only a deployment could tell, if there is one."""
        for part in self.parts:
            if isinstance(part, Unresolved):
                return part
        return None

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def same(self, other: Text) -> bool:
        """Whether both mean the same text, wherever they stand."""
        return self.parts == other.parts


@record(frozen=True, slots=True)
class Seq:
    """A list of values."""

    items: tuple[Value, ...]
    span: Span


@record(frozen=True, slots=True)
class Map:
    """A map of values; entries that came to `AWS::NoValue` are gone."""

    entries: dict[str, Value]
    key_spans: dict[str, Span]
    span: Span

    def get(self, key: str) -> Value | None:
        """The value at `key`, or None."""
        return self.entries.get(key)

    def key_span(self, key: str) -> Span:
        """Where `key` is written; the whole map where it has no place of its own."""
        return self.key_spans.get(key, self.span)


Value = Text | Seq | Map


def text(parts: list[Part] | tuple[Part, ...], span: Span) -> Text:
    """A `Text` in normal form from any parts."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str):
            if not part:
                continue
            if merged and isinstance(merged[-1], str):
                merged[-1] += part
                continue
        merged.append(part)
    return Text(tuple(merged), span)


def atoms(value: Value) -> Iterator[Atom]:
    """Every atom in a value, in reading order."""
    stack: list[Value] = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, Text):
            yield from (part for part in here.parts if not isinstance(part, str))
        elif isinstance(here, Seq):
            stack.extend(reversed(here.items))
        else:
            stack.extend(reversed(here.entries.values()))


def texts(value: Value) -> Iterator[Text]:
    """Every text in a value, in reading order."""
    stack: list[Value] = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, Text):
            yield here
        elif isinstance(here, Seq):
            stack.extend(reversed(here.items))
        else:
            stack.extend(reversed(here.entries.values()))


def split(value: Text, separator: str, limit: int = -1) -> list[Text]:
    """Split at each `separator` in the literal stretches, at most `limit` times; atoms stay whole."""
    pieces: list[list[Part]] = [[]]
    for part in value.parts:
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        left = -1 if limit < 0 else limit - (len(pieces) - 1)
        first, *rest = part.split(separator, left) if left else [part]
        pieces[-1].append(first)
        pieces.extend([piece] for piece in rest)
    return [text(piece, value.span) for piece in pieces]


def pieces(whole: Text, separator: str) -> list[Text] | None:
    """A text split at a separator; None where the separator may stand in what is known only after deployment."""
    return None if any(_may_hold(part, separator) for part in whole.parts) else split(whole, separator)


def _may_hold(part: Part, separator: str) -> bool:
    if isinstance(part, str):
        return False
    if isinstance(part, Attribute) and separator == ",":
        return part.name != "Ref" and not part.name.endswith(("Id", "Arn"))
    signs = _SIGNS_OF.get(part.name) if isinstance(part, Pseudo) else None
    return signs is None or any(sign in signs for sign in separator)
