"""Conditions, read as functions of what may be chosen at deployment.

Rules: AWS CloudFormation User Guide, "Condition functions".
"""

from __future__ import annotations

from wsconform.template.intrinsics import Scope, evaluate
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence
from wsconform.template.values import Pseudo, Text, Unresolved


class Choices:
    """One way to choose: a value per parameter, pseudo parameter or other text that only a deployment can tell.

    A value of None stands for any other text than those that the template compares with. What a comparison hangs on
    is collected in `open`: each text that is not told, with the texts that it may be.
    """

    __slots__ = ("open", "values")

    def __init__(self, values: dict[str, str | None]) -> None:
        self.values = values
        self.open: dict[str, dict[str, None]] = {}

    def equal(self, one: Text, other: Text) -> bool | None:
        """Whether two texts are equal; None where nothing says so yet."""
        if one.same(other):
            return True
        left, right = self._chosen(one), self._chosen(other)
        if left is not None and right is not None:
            return left == right
        if left is None and right is None:
            return self._told(" equals ".join(sorted((str(one), str(other)))), "true")
        (unknown, known) = (one, right) if left is None else (other, left)
        if known is None or self._is_other(unknown) or not _may_be(unknown, known):
            return False
        return self._told(str(unknown), known)

    def _told(self, subject: str, value: str) -> bool | None:
        """Whether `subject` was chosen to be `value`; None where nothing was chosen for it."""
        self.open.setdefault(subject, {})[value] = None
        return self.values[subject] == value if subject in self.values else None

    def _chosen(self, value: Text) -> str | None:
        if value.literal is not None:
            return value.literal
        return self.values.get(_key(value))

    def _is_other(self, value: Text) -> bool:
        """Whether `value` is one that was chosen to differ from all that the template compares it with."""
        key = _key(value)
        return key in self.values and self.values[key] is None


def _key(value: Text) -> str:
    """By what name a value is chosen, if it is that of one parameter or pseudo parameter."""
    atom = value.atom
    return atom.key if isinstance(atom, Unresolved) else atom.name if isinstance(atom, Pseudo) else ""


def _may_be(value: Text, known: str) -> bool:
    """Whether a text may come to `known`, by what is certain of its beginning and its end."""
    (first, last) = (value.parts[0], value.parts[-1])
    return (not isinstance(first, str) or known.startswith(first)) and (
        not isinstance(last, str) or known.endswith(last)
    )


def holds(node: Node, scope: Scope, choices: Choices) -> bool | None:
    """Whether a condition holds under `choices`; None where it cannot be told or is malformed."""
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        return None
    (name, argument) = next(iter(node.entries.items()))
    if name == "Condition":
        return scope.condition(argument.text) if isinstance(argument, Scalar) else None
    items = argument.items if isinstance(argument, Sequence) else ()
    if name == "Fn::Equals" and len(items) == 2:  # noqa: PLR2004 (the two sides)
        one, other = (evaluate(item, scope) for item in items)
        return choices.equal(one, other) if isinstance(one, Text) and isinstance(other, Text) else None
    if name == "Fn::Not" and len(items) == 1:
        answer = holds(items[0], scope, choices)
        return None if answer is None else not answer
    if name in ("Fn::And", "Fn::Or"):
        answers = [holds(item, scope, choices) for item in items]
        decisive = name == "Fn::Or"
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    return None
