"""Conditions, read as functions of what may be chosen at deployment.

Rules: AWS CloudFormation User Guide, "Condition functions".
"""

from __future__ import annotations

from wsconform.template.intrinsics import Scope, evaluate
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence
from wsconform.template.values import Pseudo, Text, Unresolved


class Choices:
    """One way to choose: a value per parameter, pseudo parameter or undecidable comparison.

    A value of None stands for any other text than those that the template compares with. Comparisons that the
    template cannot decide are collected in `open`, so that both ways can be tried.
    """

    __slots__ = ("open", "values")

    def __init__(self, values: dict[str, str | None]) -> None:
        self.values = values
        self.open: set[str] = set()

    def equal(self, one: Text, other: Text) -> bool | None:
        """Whether two texts are equal; None where nothing says so yet."""
        if one.same(other):
            return True
        left, right = self._chosen(one), self._chosen(other)
        if left is not None and right is not None:
            return left == right
        if (left is None and self._other(one) and right is not None) or (
            right is None and self._other(other) and left is not None
        ):
            return False
        key = f"{one} equals {other}"
        if key in self.values:
            return self.values[key] == "true"
        self.open.add(key)
        return None

    def _chosen(self, value: Text) -> str | None:
        if value.literal is not None:
            return value.literal
        atom = value.atom
        if isinstance(atom, Unresolved):
            return self.values.get(atom.key)
        if isinstance(atom, Pseudo):
            return self.values.get(atom.name)
        return None

    def _other(self, value: Text) -> bool:
        """Whether `value` is one that was chosen to differ from all that the template compares it with."""
        atom = value.atom
        key = atom.key if isinstance(atom, Unresolved) else atom.name if isinstance(atom, Pseudo) else ""
        return key in self.values and self.values[key] is None


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
