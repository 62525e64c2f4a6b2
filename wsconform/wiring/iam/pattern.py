"""IAM's `StringLike` over texts that a template tells only in part.

In a pattern `*` stands for any number of characters and `?` for one; the comparison is case-sensitive and covers the
whole text (IAM user guide, reference_policies_elements_condition_operators, "String condition operators").

A pattern becomes an automaton whose states are the bits of one integer, so the cost is the product of both lengths in
machine words, whatever the wildcards. Asked twice, it gives three answers. First every atom is *solid*: equal to
itself and, else, just some text of its form, so that only a wildcard takes it; what matches then always matches.
Then every atom may become any text of its form; what does not match even then never matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache

from wsconform.records import record
from wsconform.template.values import Atom, Attribute, Part, Pseudo, Text, Unresolved

Chars = frozenset[str] | None
"""A set of characters; None for every character."""

_ITEM = re.compile(
    r"(?:\[(?P<set>[^]^\\][^]\\]*)\]|\\(?P<escaped>\W)|(?P<any>\.)|(?P<plain>[^]\[\\.{}()*+?^$]))"
    r"(?:\{(?P<count>\d+)\}|(?P<more>[+*]))?",
)
_BAR = re.compile(r"(?<!\\)\|")
_RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)
# A role's policies may have 10,240 characters and a function's 20 KiB (IAM and Lambda quotas).
_LONGEST = 20_480
_MOST_PARTS = 128
# An ARN has at most 2,048 characters (IAM quotas), and a handful of parts.
_LONGEST_ARN = 2048
_MODEST_PARTS = 24


class Match(Enum):
    """Whether a pattern matches; MAYBE when only a deployment could tell."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@record(frozen=True, slots=True)
class MatchResult:
    """An answer and, for MAYBE, the atom whose text would settle it."""

    match: Match
    because: Atom | None = None

    @property
    def reason(self) -> str:
        """Why the answer is open; empty when it is not."""
        return "" if self.because is None else explain(self.because)


@record(frozen=True, slots=True)
class _Token:
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
        alternatives = _alternatives(self.shape)
        if self.unique and any(all(token.many for token in tokens) for tokens in alternatives):
            raise ValueError(f'shape "{self.shape}" may be empty, so it cannot be unique')


Forms = Callable[[Attribute], Form]
_Piece = tuple[Part, Form | None]


@lru_cache(maxsize=256)
def _alternatives(shape: str) -> tuple[tuple[_Token, ...], ...]:
    return tuple(_tokens(alternative) for alternative in _BAR.split(shape))


def _tokens(shape: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
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
        found += [_Token(chars, many=False)] * least
        if item["more"]:
            found.append(_Token(chars, many=True))
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
_HERE: frozenset[Atom] = frozenset(
    Pseudo(name) for name in ("AWS::Partition", "AWS::Region", "AWS::AccountId", "AWS::URLSuffix")
)


def identifying(attribute: Attribute) -> Form:
    """The form of an attribute whose resource type is not known: any text, but `Ref`, `...Id` and `...Arn` identify."""
    return _SOMETHING_UNIQUE if attribute.name == "Ref" or attribute.name.endswith(("Id", "Arn")) else _ANYTHING


def explain(atom: Atom) -> str:
    """Why the text of an atom is not known."""
    if isinstance(atom, Unresolved):
        return atom.reason
    if isinstance(atom, Pseudo):
        return f'"{atom}" differs from deployment to deployment'
    return f'the text of "{atom}" is known after a deployment only'


def like(pattern: Text, subject: Text, *, forms: Forms = identifying, assume_here: bool = False) -> MatchResult:
    """Whether `pattern` matches `subject` as IAM's `StringLike` does.

    The literal stretches of `pattern` may hold `*` and `?`; `subject` is taken as it stands. Equal atoms have equal
    texts. `forms` tells what an attribute can look like. With `assume_here`, what fits the form of the partition, the
    region, the account or the URL suffix is taken for the value of the deployment at hand, so that a region written
    out matches `AWS::Region`; without, that is MAYBE.
    """
    if _plainly_matches(pattern.parts, subject.parts):
        return MatchResult(Match.YES)
    mine, theirs = _pieces(pattern, forms), _pieces(subject, forms)
    for text, pieces in ((pattern, mine), (subject, theirs)):
        if _size(pieces) > _LONGEST or len(pieces) > _MOST_PARTS:
            reason = f"a text of more than {_LONGEST} characters or {_MOST_PARTS} parts is not compared"
            return MatchResult(Match.MAYBE, Unresolved(f"text at {text.span}", reason))
    atoms = dict.fromkeys(part for part, _ in (*mine, *theirs) if not isinstance(part, str))
    solid = frozenset(atoms) - (_HERE if assume_here else frozenset())
    if _matches(mine, theirs, solid):
        return MatchResult(Match.YES)
    if not solid or not _matches(mine, theirs, frozenset()):
        return MatchResult(Match.NO)
    return MatchResult(Match.MAYBE, _cause(mine, theirs, list(atoms)))


def _plainly_matches(pattern: tuple[Part, ...], subject: tuple[Part, ...]) -> bool:
    """Whether a look settles it, as it mostly does: equal texts, or an equal beginning and one `*` at the end."""
    if pattern == subject:
        return True
    last = len(pattern) - 1
    if last < 0 or last >= len(subject) or pattern[:last] != subject[:last]:
        return False
    wanted, found = pattern[last], subject[last]
    if not isinstance(wanted, str) or not isinstance(found, str) or not wanted.endswith("*"):
        return False
    return not {"*", "?"} & set(wanted[:-1]) and found.startswith(wanted[:-1])


def _pieces(text: Text, forms: Forms) -> tuple[_Piece, ...]:
    return tuple((part, None if isinstance(part, str) else _form(part, forms)) for part in text.parts)


def _form(atom: Atom, forms: Forms) -> Form:
    if isinstance(atom, Attribute):
        return forms(atom)
    return _PSEUDO.get(atom.name, _SOMETHING) if isinstance(atom, Pseudo) else _ANYTHING


def _size(pieces: tuple[_Piece, ...]) -> int:
    return sum(len(part) if isinstance(part, str) else 1 for part, _ in pieces)


def _is_modest(pieces: tuple[_Piece, ...]) -> bool:
    """Whether a text could be an ARN; telling identities apart would cost too much in a much longer one."""
    return len(pieces) <= _MODEST_PARTS and _size(pieces) <= _LONGEST_ARN


def _cause(pattern: tuple[_Piece, ...], subject: tuple[_Piece, ...], atoms: list[Atom]) -> Atom:
    """The atom without whose unknown text nothing could match; one that is truly unresolved before all others."""
    atoms.sort(key=lambda atom: (not isinstance(atom, Unresolved), isinstance(atom, Pseudo)))
    needed = (atom for atom in atoms[:_MODEST_PARTS] if not _matches(pattern, subject, frozenset({atom})))
    return next(needed, atoms[0])


def _matches(pattern: tuple[_Piece, ...], subject: tuple[_Piece, ...], solid: frozenset[Atom]) -> bool:
    own = solid.intersection(part for part, _ in pattern if not isinstance(part, str))
    return _automaton(pattern, own).accepts(subject, solid)


@lru_cache(maxsize=256)
def _automaton(pattern: tuple[_Piece, ...], solid: frozenset[Atom]) -> _Automaton:
    return _Automaton(pattern, solid)


@record(frozen=True, slots=True)
class _Door:
    """An atom of the pattern: the state before it and the state after it.

    A door that has an `identity` waits at its start until the next part of the subject shows: its own atom takes it to
    its end and nowhere else, and another resource's to anywhere but there.
    """

    atom: Atom
    start: int
    end: int
    identity: bool


def _has_identity(atom: Atom, form: Form) -> bool:
    """Whether equal atoms are equal as patterns too, and not empty: what is unresolved may hold wildcards."""
    return isinstance(atom, Pseudo) or form.unique


def _of_two_resources(one: Atom, other: Atom) -> bool:
    return isinstance(one, Attribute) and isinstance(other, Attribute) and one.resource != other.resource


class _Automaton:
    """A pattern as an automaton. State n, the bit `1 << n`, stands before the n-th node.

    A *row* is the set of states in which the pattern can be; it is stored closed, that is with all states that need no
    further character, except behind the start of a door that has an identity.
    """

    def __init__(self, pattern: tuple[_Piece, ...], solid: frozenset[Atom]) -> None:
        """Read `pattern`; its `solid` atoms match nothing but themselves."""
        self._ones: dict[Chars, int] = {}
        self._manys: dict[Chars, int] = {}
        self._cache: dict[tuple[Chars | str, bool], tuple[int, int]] = {}
        self._slips = self._gates = self._inner = 0
        self._hops: list[tuple[int, int]] = []
        self._doors: list[_Door] = []
        nodes: list[str | None] = []
        few = _is_modest(pattern)
        for part, form in pattern:
            if form is None:
                self._literal(nodes, str(part))
            elif not isinstance(part, str):
                self._atom(nodes, part, form, solid=part in solid, few=few)
        self._free = self._slips | sum({origin for origin, _ in self._hops})
        self._final = 1 << len(nodes)
        self._line = "".join(node or " " for node in nodes)
        self._runs = [len(nodes)] * (len(nodes) + 1)
        for at in range(len(nodes) - 1, -1, -1):
            self._runs[at] = at if nodes[at] is None else self._runs[at + 1]

    def _literal(self, nodes: list[str | None], literal: str) -> None:
        # Neighbouring stars mean no more than one, and cost more.
        for char in re.sub(r"\*+", "*", literal):
            if char in "*?":
                self._token(nodes, _Token(None, char == "*"))
            else:
                self._token(nodes, _Token(frozenset(char), many=False))
                nodes[-1] = char

    def _token(self, nodes: list[str | None], token: _Token) -> None:
        table, bit = self._manys if token.many else self._ones, self._node(nodes)
        table[token.chars] = table.get(token.chars, 0) | bit
        if token.many:
            self._slips |= bit

    def _node(self, nodes: list[str | None]) -> int:
        nodes.append(None)
        return 1 << len(nodes) - 1

    def _atom(self, nodes: list[str | None], atom: Atom, form: Form, *, solid: bool, few: bool) -> None:
        start = self._node(nodes)
        identity = few and not solid and _has_identity(atom, form)
        tails = []
        for tokens in () if solid else _alternatives(form.shape):
            self._hops.append((start, 1 << len(nodes)))
            for token in tokens:
                self._inner |= 1 << len(nodes)
                self._token(nodes, token)
            tails.append(self._node(nodes))
        end = self._node(nodes)
        self._hops += [(tail, end) for tail in tails]
        self._slips |= end
        if identity:
            self._gates |= start
        self._doors.append(_Door(atom, start, end, identity))

    def accepts(self, subject: tuple[_Piece, ...], solid: frozenset[Atom]) -> bool:
        """Whether the pattern can match `subject`, whose `solid` atoms are taken by wildcards and themselves only."""
        row, few = self._close(1), _is_modest(subject)
        for part, form in subject:
            if isinstance(part, str):
                row = self._read(row, part)
            elif form is not None and few and _has_identity(part, form):
                row = self._pass_identity(row, part, form, solid=part in solid)
            elif form is not None:
                row = self._pass(row, part, form, solid=part in solid)
            if not row:
                return False
        return bool(row & self._final)

    def _close(self, row: int, shut: int = 0) -> int:
        """The states reached without a character, not going on from gates and from `shut`."""
        return self._spread(row, self._gates | shut)

    def _open(self, row: int) -> int:
        """`row` and what lies behind the gates at which it waits."""
        return row | self._spread(row & self._gates, 0) if row & self._gates else row

    def _spread(self, row: int, barred: int) -> int:
        while True:
            free = row & self._free & ~barred
            if not free:
                return row
            more = row | (free & self._slips) << 1
            for origin, target in self._hops:
                if free & origin:
                    more |= target
            if more == row:
                return row
            row = more

    def _read(self, row: int, literal: str) -> int:
        at = 0
        while row and at < len(literal):
            if not row & (row - 1):
                # One state before a literal run, the usual case in an ARN: compare the run at once.
                state = row.bit_length() - 1
                size = min(self._runs[state] - state, len(literal) - at)
                if size > 0:
                    if self._line[state : state + size] != literal[at : at + size]:
                        return 0
                    row, at = self._close(row << size), at + size
                    continue
            row, at = self._close(self._move(row, literal[at], covering=False)), at + 1
        return row

    def _move(self, row: int, chars: Chars | str, *, covering: bool) -> int:
        """The states right after one character of `chars`: for some of them, or, when `covering`, for all."""
        ones, manys = self._masks(chars, covering=covering)
        row = self._open(row)
        return (row & ones) << 1 | row & manys

    def _masks(self, chars: Chars | str, *, covering: bool) -> tuple[int, int]:
        """The single and the repeating nodes that take `chars`. Atoms of the pattern never cover anything."""
        known = self._cache.get((chars, covering))
        if known is not None:
            return known
        wanted = frozenset(chars) if isinstance(chars, str) else chars
        ones, manys = (
            sum(mask for own, mask in table.items() if _takes(own, wanted, covering=covering))
            for table in (self._ones, self._manys)
        )
        if covering:
            ones, manys = ones & ~self._inner, manys & ~self._inner
        self._cache[chars, covering] = ones, manys
        return ones, manys

    def _pass(self, row: int, atom: Atom, form: Form, *, solid: bool) -> int:
        """`row` after an atom of the subject that may be anything of its form."""
        own = sum(door.end for door in self._doors if door.start & row and door.atom == atom)
        return self._close(own) | self._through(row, form, covering=solid)

    def _pass_identity(self, row: int, atom: Atom, form: Form, *, solid: bool) -> int:
        """`row` after an atom of the subject that equals itself and differs from those of other resources."""
        after, rest = 0, row
        for door in self._doors:
            if not row & door.start:
                continue
            if door.atom == atom:
                after |= self._close(door.end)
                rest &= ~door.start
            elif door.identity and _of_two_resources(door.atom, atom):
                after |= self._through(door.start, form, covering=solid, shut=door.end)
                rest &= ~door.start
        return after | self._through(rest, form, covering=solid)

    def _through(self, row: int, form: Form, *, covering: bool, shut: int = 0) -> int:
        """`row` after every text of `form` when `covering`, else after any; none that ends just at `shut`."""
        ends = []
        for tokens in _alternatives(form.shape):
            now = end = row
            for token in tokens:
                if not now:
                    break
                if not token.many:
                    moved = self._move(now, token.chars, covering=covering)
                    now, end = self._close(moved), self._close(moved, shut) & ~shut
                elif covering:
                    _, manys = self._masks(token.chars, covering=True)
                    now = end = self._close(self._open(now) & manys)
                else:
                    before = -1
                    while before != now:
                        before = now
                        moved = self._move(now, token.chars, covering=False)
                        now, end = now | self._close(moved), end | self._close(moved, shut) & ~shut
            ends.append(end)
        result = ends[0]
        for end in ends[1:]:
            result = result & end if covering else result | end
        return result


def _takes(own: Chars, wanted: Chars, *, covering: bool) -> bool:
    if own is None:
        return True
    if wanted is None:
        return not covering
    return own >= wanted if covering else not own.isdisjoint(wanted)
