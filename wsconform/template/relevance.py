"""Which conditions and parameters matter, and what each parameter may be: from these the worlds are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsconform.template.module import Module, names_in
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, child, walk
from wsconform.template.parameters import PSEUDO_PARAMETERS
from wsconform.template.sam.expansion import type_of

Domains = dict[str, tuple[str | None, ...]]
"""What each parameter may be, its default first; None stands for any text that the template compares with nothing."""


class Relevance:
    """What the resources of some types depend on.

    `conditions` are those of any template in the stack; `parameters` those of the root template whose values are
    enumerated and stand in a relevant resource outside of conditions. `given` are values that the user fixed;
    `passed_over` names properties on which nothing depends.
    """

    def __init__(
        self, root: Module, given: dict[str, str], types: frozenset[str] | None, passed_over: frozenset[str]
    ) -> None:
        self._root = root
        self._given = given
        self._types = types
        self._passed_over = passed_over
        self._seen: set[tuple[str, str, str]] = set()
        self.conditions: list[tuple[Module, str]] = []
        self.parameters: set[str] = set()
        for module in root.lineage():
            for node in module.resources.values():
                if types is None or type_of(node) in types:
                    self._visit_resource(module, node)

    def _visit_resource(self, module: Module, node: Mapping) -> None:
        condition, properties = node.get("Condition"), node.get("Properties")
        if isinstance(condition, Scalar):
            self._visit_condition(module, condition.text)
        if isinstance(properties, Mapping):
            for name, entry in properties.entries.items():
                if name not in self._passed_over:
                    self._visit(module, entry)

    def _visit(self, module: Module, node: Node) -> None:
        for kind, name in names_in(node):
            if (module.prefix, kind, name) in self._seen:
                continue
            if kind == "condition":
                self._visit_condition(module, name)
            else:
                self._seen.add((module.prefix, kind, name))
                self._visit_name(module, name)

    def _visit_condition(self, module: Module, name: str) -> None:
        if (module.prefix, "condition", name) not in self._seen:
            self._seen.add((module.prefix, "condition", name))
            if name in module.section("Conditions"):
                self.conditions.append((module, name))

    def _visit_name(self, module: Module, name: str) -> None:
        """A `!Ref` or `!GetAtt`: into the outputs of nested stacks, and out to what a parent passes."""
        head, _, rest = name.partition(".")
        nested = module.children.get(head)
        if nested is not None and rest.startswith("Outputs."):
            output = nested.section("Outputs").get(rest.removeprefix("Outputs."))
            if output is not None:
                self._visit(nested, output)
        elif name not in module.parameters:
            return
        elif module.parent is not None and name in module.arguments:
            self._visit(module.parent, module.arguments[name])
        elif module.parent is None and module.parameters[name].allowed:
            self.parameters.add(name)

    def domains(self) -> Domains:
        """What each parameter and pseudo parameter that matters may be."""
        compared: dict[str, list[str]] = {}
        used: dict[str, None] = dict.fromkeys(sorted(self.parameters))
        for module, node in self._conditions_in_full():
            for here in walk(node):
                name = _origin(module, here)
                if name is not None:
                    used[name] = None
                for side, other in _comparisons(here):
                    name = _origin(module, side)
                    if name is not None and isinstance(other, Scalar):
                        compared.setdefault(name, []).append(other.text)
        return {name: self._domain(name, compared.get(name, [])) for name in used}

    def _conditions_in_full(self) -> Iterator[tuple[Module, Node]]:
        """The conditions that matter, those that they refer to, and the arguments that they hang on."""
        seen: set[tuple[str, str, str]] = set()
        pending = [(module, "condition", name) for module, name in self.conditions]
        while pending:
            module, kind, name = pending.pop()
            node = module.section("Conditions").get(name) if kind == "condition" else module.arguments.get(name)
            if node is None or (module.prefix, kind, name) in seen:
                continue
            seen.add((module.prefix, kind, name))
            if kind == "ref" and module.parent is not None:
                module = module.parent
            yield module, node
            pending += [(module, inner, mentioned) for inner, mentioned in names_in(node)]

    def _domain(self, name: str, compared: list[str]) -> tuple[str | None, ...]:
        if name in self._given:
            return (self._given[name],)
        parameter = self._root.parameters.get(name)
        default = None if parameter is None or parameter.comes_from_ssm else parameter.default
        if parameter is not None and parameter.allowed:
            first = default if default is not None else parameter.allowed[0]
            return tuple(dict.fromkeys((first, *parameter.allowed)))
        others: list[str | None] = [*compared]
        if default in compared:
            others.append(None)
        return tuple(dict.fromkeys((default, *others)))


def _comparisons(node: Node) -> Iterable[tuple[Node, Node]]:
    """The two sides of an `Fn::Equals`, each with the other."""
    sides = child(node, "Fn::Equals")
    items = sides.items if isinstance(sides, Sequence) else ()
    return list(zip(items, reversed(items), strict=True))


def _origin(module: Module, node: Node) -> str | None:
    """The root parameter or pseudo parameter that a node simply refers to, through nested stacks."""
    name = child(node, "Ref")
    if not isinstance(name, Scalar):
        return None
    if name.text in PSEUDO_PARAMETERS or (module.parent is None and name.text in module.parameters):
        return name.text
    if module.parent is not None and name.text in module.arguments:
        return _origin(module.parent, module.arguments[name.text])
    return None
