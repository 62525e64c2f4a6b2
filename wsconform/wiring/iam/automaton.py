"""A pattern of IAM's as an automaton, whose states are the bits of one integer.

The cost is the product of both lengths in machine words, whatever the wildcards.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wsconform.records import record
from wsconform.template.values import Atom, Attribute, Part, Pseudo
from wsconform.wiring.iam.forms import Chars, Form, Token, alternatives

Piece = tuple[Part, Form | None]
"""A literal stretch, or an atom with its form."""

# An ARN has at most 2,048 characters (IAM quotas), and a handful of parts.
_LONGEST_ARN = 2048
MODEST_PARTS = 24


def matches(pattern: tuple[Piece, ...], subject: tuple[Piece, ...], solid: frozenset[Atom]) -> bool:
    """Whether `pattern` can match `subject` when `solid` atoms are nothing but themselves, and others any text."""
    own = solid.intersection(part for part, _ in pattern if not isinstance(part, str))
    return _automaton(pattern, own).accepts(subject, solid)


@lru_cache(maxsize=256)
def _automaton(pattern: tuple[Piece, ...], solid: frozenset[Atom]) -> _Automaton:
    return _Automaton(pattern, solid)


def size(pieces: tuple[Piece, ...]) -> int:
    """How long a text is, an atom counted as one character."""
    return sum(len(part) if isinstance(part, str) else 1 for part, _ in pieces)


def _is_modest(pieces: tuple[Piece, ...]) -> bool:
    """Whether a text could be an ARN; telling identities apart would cost too much in a much longer one."""
    return len(pieces) <= MODEST_PARTS and size(pieces) <= _LONGEST_ARN


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

    def __init__(self, pattern: tuple[Piece, ...], solid: frozenset[Atom]) -> None:
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
                self._token(nodes, Token(None, char == "*"))
            else:
                self._token(nodes, Token(frozenset(char), many=False))
                nodes[-1] = char

    def _token(self, nodes: list[str | None], token: Token) -> None:
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
        for tokens in () if solid else alternatives(form.shape):
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

    def accepts(self, subject: tuple[Piece, ...], solid: frozenset[Atom]) -> bool:
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
        for tokens in alternatives(form.shape):
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
