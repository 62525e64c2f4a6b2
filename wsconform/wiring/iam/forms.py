"""What the text of a value that only a deployment tells can look like."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from wsconform.records import record
from wsconform.template.values import Atom, Attribute, Pseudo

Chars = frozenset[str] | None
"""A set of characters; None for every character."""

_ITEM = re.compile(
    r"(?:\[(?P<set>[^]^\\][^]\\]*)\]|\\(?P<escaped>\W)|(?P<any>\.)|(?P<plain>[^]\[\\.{}()*+?^$]))"
    r"(?:\{(?P<count>\d+)\}|(?P<more>[+*]))?",
)
_BAR = re.compile(r"(?<!\\)\|")
_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)


@record(frozen=True, slots=True)
class Token:
    """One character out of a set, or any number of them."""

    chars: Chars
    many: bool


@record(frozen=True, slots=True)
class Form:
    r"""What the text of an attribute can look like.

    `shape` is a regular expression of a small kind: literals as `re.escape` has them, `.`, `[a-z0-9]`, each with `{n}`,
    `+` or `*`, and `|` between whole alternatives. `unique` says that the text holds no wildcard and differs from the
    unique attributes of every other resource. A ValueError tells of another kind of shape, and of a unique one that may
    be empty.
    """

    shape: str = ".*"
    unique: bool = False

    def __post_init__(self) -> None:
        found = alternatives(self.shape)
        if self.unique and any(all(token.many for token in tokens) for tokens in found):
            raise ValueError(f'shape "{self.shape}" may be empty, so it cannot be unique')


Forms = Callable[[Attribute], Form]
"""Tells the form of an attribute, as its resource's type has it."""


@lru_cache(maxsize=256)
def alternatives(shape: str) -> tuple[tuple[Token, ...], ...]:
    """The alternatives of a form's shape, as what stands for one character after the other. Raises ValueError."""
    return tuple(_tokens(alternative) for alternative in _BAR.split(shape))


def _tokens(shape: str) -> tuple[Token, ...]:
    found: list[Token] = []
    at = 0
    while at < len(shape):
        item = _ITEM.match(shape, at)
        if item is None:
            raise ValueError(f'shape "{shape}" has something else than characters, sets and counts at "{shape[at:]}"')
        at = item.end()
        chars: Chars = None
        if item["set"]:
            chars = frozenset().union(*(_spread(*ends) for ends in _RANGE.findall(item["set"])))
        elif not item["any"]:
            chars = frozenset(item["escaped"] or item["plain"])
        least = 0 if item["more"] == "*" else int(item["count"] or 1)
        found += [Token(chars, many=False)] * least
        if item["more"]:
            found.append(Token(chars, many=True))
    return tuple(found)


def _spread(first: str, last: str, single: str) -> frozenset[str]:
    return frozenset(single or map(chr, range(ord(first), ord(last) + 1)))


_ANYTHING = Form()
_SOMETHING = Form(".+")
_SOMETHING_UNIQUE = Form(".+", unique=True)
_PSEUDO = {
    "AWS::Partition": Form("aws|aws-[a-z-]+"),
    "AWS::Region": Form("[a-z]+-[a-z-]+-[0-9]"),
    "AWS::AccountId": Form("[0-9]{12}"),
    "AWS::URLSuffix": Form("[a-z][a-z0-9.-]+"),
    "AWS::StackName": Form("[a-zA-Z][a-zA-Z0-9-]*"),
}


def identifying(attribute: Attribute) -> Form:
    """The form of an attribute whose resource type is not known: any text, but `Ref`, `...Id` and `...Arn` identify."""
    return _SOMETHING_UNIQUE if attribute.name == "Ref" or attribute.name.endswith(("Id", "Arn")) else _ANYTHING


def form_of(atom: Atom, forms: Forms) -> Form:
    """The form of any value: of an attribute, what `forms` tells."""
    if isinstance(atom, Attribute):
        return forms(atom)
    return _PSEUDO.get(atom.name, _SOMETHING) if isinstance(atom, Pseudo) else _ANYTHING
