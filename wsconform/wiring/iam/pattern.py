"""IAM's `StringLike` over texts that a template tells only in part.

In a pattern `*` stands for any number of characters and `?` for one; the comparison is case-sensitive and covers the
whole text (IAM user guide, reference_policies_elements_condition_operators, "String condition operators").

An automaton, asked twice, gives three answers. First every atom is *solid*: equal to itself and, else, just some text
of its form, so that only a wildcard takes it; what matches then always matches. Then every atom may become any text of
its form; what does not match even then never matches.
"""

from __future__ import annotations

from enum import Enum

from wsconform.records import record
from wsconform.template.values import Atom, Part, Pseudo, Text, Unresolved
from wsconform.wiring.iam.automaton import MODEST_PARTS, Piece, matches, size
from wsconform.wiring.iam.forms import Forms, form_of, identifying

# A role's policies may have 10,240 characters and a function's 20 KiB (IAM and Lambda quotas).
_LONGEST = 20_480
_MOST_PARTS = 128
_HERE: frozenset[Atom] = frozenset(
    Pseudo(name) for name in ("AWS::Partition", "AWS::Region", "AWS::AccountId", "AWS::URLSuffix")
)


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
        if size(pieces) > _LONGEST or len(pieces) > _MOST_PARTS:
            reason = f"a text of more than {_LONGEST} characters or {_MOST_PARTS} parts is not compared"
            return MatchResult(Match.MAYBE, Unresolved(f"text at {text.span}", reason))
    atoms = dict.fromkeys(part for part, _ in (*mine, *theirs) if not isinstance(part, str))
    solid = frozenset(atoms) - (_HERE if assume_here else frozenset())
    if matches(mine, theirs, solid):
        return MatchResult(Match.YES)
    if not solid or not matches(mine, theirs, frozenset()):
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


def _pieces(text: Text, forms: Forms) -> tuple[Piece, ...]:
    return tuple((part, None if isinstance(part, str) else form_of(part, forms)) for part in text.parts)


def _cause(pattern: tuple[Piece, ...], subject: tuple[Piece, ...], atoms: list[Atom]) -> Atom:
    """The atom without whose unknown text nothing could match; one that is truly unresolved before all others."""
    atoms.sort(key=lambda atom: (not isinstance(atom, Unresolved), isinstance(atom, Pseudo)))
    needed = (atom for atom in atoms[:MODEST_PARTS] if not matches(pattern, subject, frozenset({atom})))
    return next(needed, atoms[0])
