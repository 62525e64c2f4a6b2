"""Which conditions and parameters matter, and what each parameter may be: from these the worlds are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from wsconform.template.mentions import Definition, behind, condition, definitions_in, names_at, names_in
from wsconform.template.module import Module
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
        self._passed_over = passed_over
        self._seen: set[tuple[str, str, str]] = set()
        self.conditions: list[tuple[Module, str]] = []
        self.parameters: set[str] = set()
        for module in root.lineage():
            relevant = [node for node in module.resources.values() if types is None or type_of(node) in types]
            for node in relevant:
                self._visit_existence(module, node)
                self._visit_properties(module, node)
            if relevant:
                self._visit_stacks_around(module)

    def _visit_stacks_around(self, module: Module) -> None:
        """What is in a nested stack is made where that stack is, and those around it."""
        outer = module.parent
        while outer is not None:
            self._visit_existence(outer, outer.resources[module.logical_id])
            module, outer = outer, outer.parent

    def _visit_existence(self, module: Module, node: Mapping) -> None:
        named = node.get("Condition")
        if isinstance(named, Scalar):
            self._visit_condition(module, named.text)

    def _visit_properties(self, module: Module, node: Mapping) -> None:
        properties = node.get("Properties")
        if isinstance(properties, Mapping):
            for name, entry in properties.entries.items():
                if name not in self._passed_over:
                    self._visit(module, entry)

    def _visit(self, module: Module, node: Node) -> None:
        """What a node mentions, through the outputs of nested stacks and what parents pass to these."""
        pending = [(module, node)]
        while pending:
            here, inner = pending.pop()
            for kind, name in names_in(inner):
                if kind == "condition":
                    self._visit_condition(here, name)
                elif (here.prefix, kind, name) not in self._seen:
                    self._seen.add((here.prefix, kind, name))
                    definition = behind(here, name)
                    if definition is not None:
                        pending.append((definition.home, definition.node))
                    elif here.parent is None and name in here.parameters and here.parameters[name].allowed:
                        self.parameters.add(name)

    def _visit_condition(self, module: Module, name: str) -> None:
        if (module.prefix, "condition", name) not in self._seen:
            self._seen.add((module.prefix, "condition", name))
            if condition(module, name) is not None:
                self.conditions.append((module, name))

    def domains(self) -> Domains:
        """What each parameter and pseudo parameter that matters may be."""
        uses = _Uses(dict.fromkeys(sorted(self.parameters)))
        for definition in self._definitions():
            uses.visit(definition)
        uses.share(self._candidates)
        return {
            name: self._domain(name, uses.compared[name], is_only_compared=name not in uses.otherwise)
            for name in uses.names
        }

    def _definitions(self) -> Iterator[Definition]:
        """The conditions that matter, those that they refer to, and what parents pass and nested stacks give them."""
        seen: set[tuple[str, str, str]] = set()
        pending = [condition(module, name) for module, name in self.conditions]
        while pending:
            definition = pending.pop()
            if definition is not None and definition.key not in seen:
                seen.add(definition.key)
                yield definition
                pending += definitions_in(definition.home, definition.node)

    def _candidates(self, name: str) -> tuple[str, ...]:
        parameter = self._root.parameters.get(name)
        if parameter is None or parameter.comes_from_ssm:
            return ()
        return (*parameter.allowed, *(() if parameter.default is None else (parameter.default,)))

    def _domain(self, name: str, compared: dict[str, None], *, is_only_compared: bool) -> tuple[str | None, ...]:
        if name in self._given:
            return (self._given[name],)
        parameter = self._root.parameters.get(name)
        default = None if parameter is None or parameter.comes_from_ssm else parameter.default
        if parameter is not None and parameter.allowed:
            first = default if default is not None else parameter.allowed[0]
            return tuple(dict.fromkeys((first, *parameter.allowed)))
        values: dict[str | None, None] = dict.fromkeys((default, *compared))
        if default in compared or not is_only_compared:
            values[None] = None
        return tuple(values)


class _Uses:
    """How conditions use the parameters of the root template and pseudo parameters.

    `compared` holds the texts that each is compared with, `compared_with_each_other` the pairs of such names;
    `otherwise` those that conditions use in any other way.
    """

    def __init__(self, names: dict[str, None]) -> None:
        self.names = names
        self.compared: dict[str, dict[str, None]] = defaultdict(dict)
        self.compared_with_each_other: list[tuple[str, str]] = []
        self.otherwise: set[str] = set()

    def visit(self, definition: Definition) -> None:
        """Take in the uses in one definition."""
        module, node = definition.home, definition.node
        if definition.kind != "condition" and _origin(module, _name_of(node)) is not None:
            return  # handed on as it is: what uses it counts
        sides: set[int] = set()
        for here in walk(node):
            for side, other in _comparisons(here):
                name = _origin(module, _name_of(side))
                if name is not None:
                    sides.add(id(side))
                    self.names[name] = None
                    self._compare(name, module, other)
        for here in walk(node):
            if isinstance(here, Mapping) and id(here) not in sides:
                for kind, mentioned in names_at(here):
                    name = _origin(module, mentioned) if kind == "ref" else None
                    if name is not None:
                        self.names[name] = None
                        self.otherwise.add(name)

    def share(self, candidates: Callable[[str], tuple[str, ...]]) -> None:
        """Let names that are compared with each other have each other's texts, those that they may be among them."""
        changed = True
        while changed:
            changed = False
            for one, other in self.compared_with_each_other:
                texts = dict.fromkeys(candidates(other)) | self.compared[other]
                changed = changed or not texts.keys() <= self.compared[one].keys()
                self.compared[one] |= texts

    def _compare(self, name: str, module: Module, other: Node) -> None:
        beside = _origin(module, _name_of(other))
        if isinstance(other, Scalar):
            self.compared[name][other.text] = None
            return
        self.otherwise.add(name)
        if beside is not None:
            self.compared_with_each_other.append((name, beside))


def _comparisons(node: Node) -> Iterator[tuple[Node, Node]]:
    """The two sides of an `Fn::Equals`, each with the other."""
    sides = child(node, "Fn::Equals")
    items = sides.items if isinstance(sides, Sequence) else ()
    yield from zip(items, reversed(items), strict=True)


def _name_of(node: Node) -> str:
    """The name of what a node simply refers to; empty where it does more than that."""
    if isinstance(node, Mapping) and len(node.entries) == 1:
        if "Fn::Sub" in node.entries and not _is_bare_variable(node.entries["Fn::Sub"]):
            return ""
        names = [name for kind, name in names_at(node) if kind == "ref"]
        return names[0] if names else ""
    return ""


def _is_bare_variable(node: Node) -> bool:
    """Whether the argument of `Fn::Sub` is one `${Name}` and nothing else."""
    return isinstance(node, Scalar) and node.text.startswith("${") and node.text.find("}") == len(node.text) - 1


def _origin(module: Module, name: str) -> str | None:
    """The root parameter or pseudo parameter whose value a name stands for unchanged, through nested stacks."""
    seen: set[tuple[str, str, str]] = set()
    while name:
        if name in PSEUDO_PARAMETERS or (module.parent is None and name in module.parameters):
            return name
        definition = behind(module, name)
        if definition is None or definition.key in seen:
            return None
        if definition.kind == "argument" and definition.module.parameters[name].comes_from_ssm:
            return None
        seen.add(definition.key)
        module, name = definition.home, _name_of(definition.node)
    return None
