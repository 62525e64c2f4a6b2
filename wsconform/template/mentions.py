"""What a node mentions by name, and what stands behind a name in the templates of a stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from wsconform.records import record
from wsconform.template.module import Module
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, child, maps_in

Kind = Literal["condition", "argument", "output"]
_SUB_NAME = re.compile(r"\$\{([^!}][^}]*)\}")


@record(frozen=True, slots=True)
class Definition:
    """What stands behind a name: a condition, what a parent passes as a parameter, or an output of a nested stack.

    `module` declares the name; `node` gives its value, in the names of `home`.
    """

    kind: Kind
    module: Module
    name: str
    node: Node

    @property
    def home(self) -> Module:
        """The template whose names `node` uses: that of the parent for what it passes."""
        outer = self.module.parent if self.kind == "argument" else None
        return self.module if outer is None else outer

    @property
    def key(self) -> tuple[str, str, str]:
        """Which definition of the stack it is."""
        return self.module.prefix, self.kind, self.name


def condition(module: Module, name: str) -> Definition | None:
    """The condition of a template, None where it has none of that name."""
    node = module.section("Conditions").get(name)
    return None if node is None else Definition("condition", module, name, node)


def argument(module: Module, name: str) -> Definition | None:
    """What the parent passes as a parameter, None where it passes nothing or the template has no such parameter."""
    node = module.arguments.get(name) if name in module.parameters else None
    return None if node is None else Definition("argument", module, name, node)


def output(module: Module, resource: str, attribute: str) -> Definition | None:
    """What `!GetAtt resource.Outputs.Name` leads to; None where that is no output of a nested stack that is at hand."""
    nested = module.children.get(resource)
    if nested is None or not attribute.startswith("Outputs."):
        return None
    name = attribute.removeprefix("Outputs.")
    node = child(nested.section("Outputs").get(name), "Value")
    return None if node is None else Definition("output", nested, name, node)


def behind(module: Module, name: str) -> Definition | None:
    """What `!Ref name` or, for a name with a dot in it, `!GetAtt name` leads to, if that is a definition."""
    resource, _, attribute = name.partition(".")
    return argument(module, name) or output(module, resource, attribute)


def definitions_in(module: Module, node: Node) -> Iterator[Definition]:
    """The definitions that a node of a template mentions."""
    for kind, name in names_in(node):
        found = condition(module, name) if kind == "condition" else behind(module, name)
        if found is not None:
            yield found


def names_in(node: Node) -> Iterator[tuple[str, str]]:
    """What a node mentions, as (kind, name): `ref` (also `A.B` forms), or `condition`."""
    for here in maps_in(node):
        yield from names_at(here)


def names_at(node: Mapping) -> Iterator[tuple[str, str]]:
    """What a map mentions itself, as `names_in` does, and not by what is within it."""
    for key, value in node.entries.items():
        found = _MENTIONS.get(key)
        if found is not None:
            kind, names = found
            yield from ((kind, name) for name in names(value))


def _scalar(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text


def _attribute(node: Node) -> Iterator[str]:
    if isinstance(node, Sequence):
        yield ".".join(item.text for item in node.items if isinstance(item, Scalar))
    else:
        yield from _scalar(node)


def _variables(node: Node) -> Iterator[str]:
    pattern = node.items[0] if isinstance(node, Sequence) and node.items else node
    if isinstance(pattern, Scalar):
        yield from (name.strip() for name in _SUB_NAME.findall(pattern.text))


def _tested(node: Node) -> Iterator[str]:
    if isinstance(node, Sequence) and node.items:
        yield from _scalar(node.items[0])


_MENTIONS: dict[str, tuple[str, Callable[[Node], Iterator[str]]]] = {
    "Ref": ("ref", _scalar),
    "Fn::GetAtt": ("ref", _attribute),
    "Fn::Sub": ("ref", _variables),
    "Condition": ("condition", _scalar),
    "Fn::If": ("condition", _tested),
}
