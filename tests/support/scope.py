"""A scope over plain values, and what expressions come to in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from building import mapping, node

from wsconform.template.intrinsics import evaluate
from wsconform.template.nodes import Node, Span, child
from wsconform.template.parameters import PSEUDO_PARAMETERS
from wsconform.template.values import Attribute, Part, Pseudo, Seq, Text, Unresolved, Value, text


@dataclass
class Names:
    """A scope over plain values. A parameter of None is unknown; a condition that is not listed cannot be told."""

    parameters: dict[str, str | list[str] | None] = field(default_factory=dict)
    conditions: dict[str, bool] = field(default_factory=dict)
    mappings: dict[str, object] = field(default_factory=dict)
    room: float = float("inf")

    def ref(self, name: str, span: Span) -> Value | None:
        if name == "AWS::NoValue":
            return None
        if name in PSEUDO_PARAMETERS:
            return text([Pseudo(name)], span)
        if name not in self.parameters:
            return text([Attribute(name)], span)
        value = self.parameters[name]
        if value is None:
            return text([Unresolved(name, f"{name} is not known")], span)
        if isinstance(value, str):
            return text([value], span)
        return Seq(tuple(text([item], span) for item in value), span)

    def attribute(self, resource: str, name: str, span: Span) -> Value:
        return text([Attribute(resource, name)], span)

    def condition(self, name: str) -> bool | None:
        return self.conditions.get(name)

    def mapping(self, name: str) -> Node | None:
        return child(mapping(self.mappings), name)

    def has_room(self, size: int) -> bool:
        self.room -= size
        return self.room >= 0


NAMES = Names(
    parameters={"Env": "prod", "Free": None, "Zones": ["a", "b"], "Later": None},
    conditions={"Yes": True, "No": False},
    mappings={
        "Sizes": {"prod": {"size": "big", "zones": ["x", "y"]}, "test": {"size": "small", "zones": ["x", "y"]}},
        "Odd": {"prod": {"map": {"a": "b"}, "loop": {"Fn::FindInMap": ["Odd", "prod", "loop"]}}},
    },
)


def value_of(expression: object) -> Value | None:
    """What an expression comes to, over `NAMES`."""
    return evaluate(node(expression), NAMES)


def parts_of(expression: object) -> tuple[Part, ...]:
    """The parts of the text that it comes to."""
    value = value_of(expression)
    assert isinstance(value, Text)
    return value.parts


def items_of(expression: object) -> list[tuple[Part, ...]]:
    """The parts of each text of the list that it comes to."""
    value = value_of(expression)
    assert isinstance(value, Seq)
    assert all(isinstance(item, Text) for item in value.items)
    return [item.parts for item in value.items if isinstance(item, Text)]


def reason_of(expression: object) -> str:
    """Why what it comes to is not known."""
    value = value_of(expression)
    assert isinstance(value, Text)
    assert isinstance(value.atom, Unresolved)
    return value.atom.reason
