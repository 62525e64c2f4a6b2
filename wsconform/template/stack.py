"""A stack: a template with its nested ones, read once and evaluated in each world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from wsconform.template.conditions import Choices, holds
from wsconform.template.intrinsics import evaluate, unknown
from wsconform.template.module import Module, load
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, child
from wsconform.template.parameters import PSEUDO_PARAMETERS
from wsconform.template.relevance import Domains, Relevance
from wsconform.template.sam.expansion import type_of
from wsconform.template.source import Source
from wsconform.template.values import Attribute, Map, Pseudo, Seq, Value, split, text
from wsconform.template.worlds import World, reachable

LEAST_WORLDS, MOST_WORLDS = 8, 128
MOST_EVALUATIONS = 16_000
"""Worlds times resources: what bounds the time for a large template with many conditions."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in one world. `id` is unique in the stack (`Chat/Route`), `logical_id` in its own template."""

    id: str
    type: str
    properties: Map
    depends_on: tuple[str, ...]
    mentions: frozenset[str]
    module: Module
    logical_id: str
    span: Span

    @property
    def origin(self) -> str:
        """The logical id that the user wrote: for what SAM generated, that of the SAM resource."""
        return self.module.expansion.origins.get(self.logical_id, self.logical_id)

    def get(self, name: str) -> Value | None:
        """A property, None where it is absent (or `AWS::NoValue`) in this world."""
        return self.properties.get(name)

    def place(self, name: str) -> Span:
        """Where a property stands; where the resource is declared when the property does not."""
        value = self.properties.get(name)
        return value.span if value is not None else self.span


@dataclass(frozen=True, slots=True)
class _Declared:
    module: Module
    logical_id: str
    node: Mapping
    type: str


class Stack:
    """A template and its nested ones.

    `relevant` says of (type, resource node) which of its nodes can matter; the worlds are those by which these differ.
    """

    def __init__(
        self,
        source: Source,
        *,
        given: dict[str, str] | None = None,
        types: Iterable[str] | None = None,
        passed_over: frozenset[str] = frozenset(),
    ) -> None:
        self.source = source
        self._given = dict(given or {})
        self.root = load(source, self._given)
        self._types = None if types is None else frozenset(types)
        self._passed_over = passed_over
        self.declared: dict[str, _Declared] = {
            module.prefix + logical_id: _Declared(module, logical_id, node, type_of(node))
            for module in self.root.lineage()
            for logical_id, node in module.resources.items()
        }
        self._constant: dict[str, Resource] = {}

    @cached_property
    def unknown_parameters(self) -> tuple[str, ...]:
        """Given parameter values that no parameter of the template takes."""
        return tuple(name for name in self._given if name not in self.root.parameters)

    def type_of(self, resource_id: str) -> str:
        """The type of a declared resource."""
        return self.declared[resource_id].type

    def source_of(self, span: Span) -> Source:
        """The template that a place is in: the root's, or a nested one's."""
        return next((one.source for one in self.root.lineage() if one.source.path == span.file), self.source)

    def path_at(self, span: Span) -> str:
        """The way from the template's root to a place, such as `Resources/ConnectRoute/Properties/Target`."""
        return self.source_of(span).path_at(span)

    @cached_property
    def worlds(self) -> tuple[World, ...]:
        """Every reachable way in which what matters can come out, the defaults first."""
        return self._reached[0]

    @cached_property
    def more_worlds(self) -> bool:
        """Whether there may be worlds beyond those in `worlds`."""
        return self._reached[1]

    @cached_property
    def _reached(self) -> tuple[tuple[World, ...], bool]:
        relevance = Relevance(self.root, self._given, self._types, self._passed_over)
        domains = relevance.domains()
        most = max(LEAST_WORLDS, min(MOST_WORLDS, MOST_EVALUATIONS // max(1, len(self.declared))))
        while True:
            view = _Features(self, relevance, domains)
            worlds, more = reachable(domains, view.of, most)
            fresh = view.open - domains.keys()
            if not fresh:
                return worlds, more
            domains |= dict.fromkeys(sorted(fresh), ("true", "false"))

    def in_world(self, world: World) -> Evaluation:
        """The stack as it comes out in `world`."""
        return Evaluation(self, world)


class _Features:
    """By what the worlds of a stack differ; gathers the comparisons that the choices leave open."""

    def __init__(self, stack: Stack, relevance: Relevance, domains: Domains) -> None:
        self._stack = stack
        self._conditions = relevance.conditions
        self._parameters = [name for name in sorted(relevance.parameters) if len(domains.get(name, ())) > 1]
        self.open: set[str] = set()

    def of(self, choices: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
        """The features of the world that `choices` lead to: conditions first, then parameters."""
        here = Evaluation(self._stack, World((), choices))
        answers = [(module.prefix + name, here.scope(module).condition(name)) for module, name in self._conditions]
        self.open |= here.choices.open
        named = [(name, "true" if answer else "false") for name, answer in answers if answer is not None]
        return (*named, *((name, f'"{choices[name]}"') for name in self._parameters))


class Evaluation:
    """A stack in one world: which resources exist, their values, and what waits for what."""

    def __init__(self, stack: Stack, world: World) -> None:
        self.stack = stack
        self.world = world
        self.choices = Choices(world.choices)
        self.touched = 0
        self._scopes: dict[str, ModuleScope] = {}
        self._resources: dict[str, Resource] = {}
        self._exists: dict[str, bool] = {}
        self._closures: dict[str, frozenset[str]] = {}

    def scope(self, module: Module) -> ModuleScope:
        """Where the names of one template are looked up."""
        scope = self._scopes.get(module.prefix)
        if scope is None:
            scope = self._scopes[module.prefix] = ModuleScope(self, module)
        return scope

    def exists(self, resource_id: str) -> bool:
        """Whether a resource is declared and its condition, and those of the stacks around it, hold here."""
        known = self._exists.get(resource_id)
        if known is None:
            declared = self.stack.declared.get(resource_id)
            known = declared is not None and self._made(declared)
            self._exists[resource_id] = known
        return known

    def _made(self, declared: _Declared) -> bool:
        outer = declared.module.prefix.rstrip("/")
        if outer and not self.exists(outer):
            return False
        condition = declared.node.get("Condition")
        if not isinstance(condition, Scalar):
            return True
        return self.scope(declared.module).condition(condition.text) is not False

    def ids(self, types: Iterable[str]) -> Iterator[str]:
        """The ids of the resources of some types that exist here, in the template's order."""
        wanted = frozenset(types)
        for resource_id, declared in self.stack.declared.items():
            if declared.type in wanted and self.exists(resource_id):
                yield resource_id

    def resource(self, resource_id: str) -> Resource:
        """A resource with its properties evaluated. Raises KeyError for an id that is not declared."""
        known = self._resources.get(resource_id) or self.stack._constant.get(resource_id)  # noqa: SLF001 (one concept)
        if known is None:
            before = self.touched
            known = self._evaluate(self.stack.declared[resource_id], resource_id)
            if self.touched == before:
                self.stack._constant[resource_id] = known  # noqa: SLF001
        self._resources[resource_id] = known
        return known

    def _evaluate(self, declared: _Declared, resource_id: str) -> Resource:
        scope = self.scope(declared.module)
        span = declared.module.span_of(declared.logical_id)
        node = declared.node.get("Properties")
        with scope.collecting() as mentions:
            properties = evaluate(node, scope) if node is not None else None
        depends = declared.node.get("DependsOn")
        items = depends.items if isinstance(depends, Sequence) else (depends,)
        return Resource(
            id=resource_id,
            type=declared.type,
            properties=properties if isinstance(properties, Map) else Map({}, {}, span),
            depends_on=tuple(declared.module.prefix + item.text for item in items if isinstance(item, Scalar)),
            mentions=frozenset(mentions),
            module=declared.module,
            logical_id=declared.logical_id,
            span=span,
        )

    def waits_for(self, resource_id: str) -> frozenset[str]:
        """Every resource that exists before CloudFormation makes this one, directly or through others.

        Rule: AWS CloudFormation User Guide, "DependsOn attribute"; references order resources as DependsOn does.
        """
        known = self._closures.get(resource_id)
        if known is None:
            reached: set[str] = set()
            pending = list(self._before(resource_id))
            while pending:
                here = pending.pop()
                if here in reached or not self.exists(here):
                    continue
                reached.add(here)
                pending += self._before(here)
                nested = self._nested(here)
                if nested is not None:
                    pending += [nested.prefix + name for name in nested.resources]
            known = self._closures[resource_id] = frozenset(reached)
        return known

    def _before(self, resource_id: str) -> Iterator[str]:
        resource = self.resource(resource_id)
        yield from resource.mentions
        yield from resource.depends_on
        outer = resource.module.prefix.rstrip("/")
        if outer:
            yield from self._before(outer)

    def _nested(self, resource_id: str) -> Module | None:
        declared = self.stack.declared[resource_id]
        return declared.module.children.get(declared.logical_id)


class ModuleScope:
    """The names of one template in one world: `wsconform.template.intrinsics.Scope`."""

    def __init__(self, evaluation: Evaluation, module: Module) -> None:
        self._here = evaluation
        self._module = module
        self._conditions: dict[str, bool | None] = {}
        self._mentions: list[set[str]] = []

    def collecting(self) -> _Collecting:
        """A context in which the ids of all resources mentioned are gathered."""
        return _Collecting(self._mentions)

    def _mention(self, resource_id: str) -> None:
        for gathered in self._mentions:
            gathered.add(resource_id)

    def ref(self, name: str, span: Span) -> Value | None:
        """What `!Ref name` gives: a parameter, pseudo parameter, or resource."""
        if name == "AWS::NoValue":
            return None
        if name in PSEUDO_PARAMETERS:
            return text([Pseudo(name)], span)
        if name in self._module.parameters:
            return self._parameter(name, span)
        name = self._module.expansion.references.get(name, name)
        resource, _, attribute = name.partition(".")
        self._mention(self._module.prefix + resource)
        return text([Attribute(self._module.prefix + resource, attribute or "Ref")], span)

    def _parameter(self, name: str, span: Span) -> Value:
        module, parameter = self._module, self._module.parameters[name]
        if module.parent is not None:
            if name in module.arguments:
                outer = self._here.scope(module.parent)
                with outer.collecting() as mentions:
                    value = evaluate(module.arguments[name], outer)
                for mentioned in mentions:
                    self._mention(mentioned)
                return value if value is not None else parameter.as_text(None, span, module.prefix)
            chosen = parameter.default
        else:
            chosen = self._here.stack._given.get(name, parameter.default)  # noqa: SLF001
            if name in self._here.choices.values:
                self._here.touched += 1
                chosen = self._here.choices.values[name]
        value = parameter.as_text(chosen, span, module.prefix)
        if parameter.is_list and value.literal is not None:
            return Seq(tuple(split(value, ",")), span)
        return value

    def attribute(self, resource: str, name: str, span: Span) -> Value:
        """What `!GetAtt resource.name` gives; the outputs of nested stacks are followed."""
        generated = self._module.expansion.references.get(f"{resource}.{name.partition('.')[0]}")
        if generated is not None:
            resource, name = generated, name.partition(".")[2] or "Ref"
        prefix, nested = self._module.prefix, self._module.children.get(resource)
        self._mention(prefix + resource)
        if nested is not None and name.startswith("Outputs."):
            output = child(nested.section("Outputs").get(name.removeprefix("Outputs.")), "Value")
            value = evaluate(output, self._here.scope(nested)) if output is not None else None
            if value is not None:
                return value
            return unknown(f'the nested stack "{resource}" has no output "{name.removeprefix("Outputs.")}"', span)
        if resource in self._module.resources and type_of(self._module.resources[resource]) in (
            "AWS::CloudFormation::Stack",
            "AWS::Serverless::Application",
        ):
            return unknown(f'"{resource}.{name}" is an output of another template', span, f"{prefix}{resource}.{name}")
        return text([Attribute(prefix + resource, name)], span)

    def condition(self, name: str) -> bool | None:
        """Whether a condition of this template holds; a condition that refers to itself cannot be told."""
        self._here.touched += 1
        if name not in self._conditions:
            node = self._module.section("Conditions").get(name)
            self._conditions[name] = None
            if node is not None:
                self._conditions[name] = holds(node, self, self._here.choices)
        return self._conditions[name]

    def mapping(self, name: str) -> Node | None:
        """An entry of the Mappings section."""
        return self._module.section("Mappings").get(name)


class _Collecting:
    """Gathers mentioned ids while it is entered."""

    def __init__(self, open_sets: list[set[str]]) -> None:
        self._open = open_sets

    def __enter__(self) -> set[str]:
        gathered: set[str] = set()
        self._open.append(gathered)
        return gathered

    def __exit__(self, *_: object) -> None:
        self._open.pop()
