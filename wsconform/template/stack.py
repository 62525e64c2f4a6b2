"""A stack: a template with its nested ones, read once and evaluated in each world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from wsconform.records import record
from wsconform.template.conditions import Choices
from wsconform.template.foreach import LOOP
from wsconform.template.intrinsics import evaluate
from wsconform.template.module import Module, load
from wsconform.template.nodes import Mapping, Scalar, Sequence, Span
from wsconform.template.relevance import Domains, Relevance
from wsconform.template.sam.expansion import type_of
from wsconform.template.scope import Deployed, ModuleScope, Scopes
from wsconform.template.source import Source
from wsconform.template.values import Map, Text, Value
from wsconform.template.worlds import MOST_COMBINATIONS, World, reachable

LEAST_WORLDS, MOST_WORLDS = 8, 128
MOST_EVALUATIONS = 16_000
"""Worlds times resources: what bounds the time for a large template with many conditions."""
LEAST_TRIES, MOST_ANSWERS = 64, 150_000
"""Ways to choose times conditions: what bounds the time for worlds that hardly differ."""
TRANSFORM = "Fn::Transform"


@record(frozen=True, slots=True)
class Gap:
    """A place where a template makes resources that cannot be told: `name` is that of the loop or transform."""

    name: str
    span: Span


@record(frozen=True, slots=True)
class Resource:
    """A resource in one world. `id` is unique in the stack (`Chat/Route`), `logical_id` in its own template.

    `open` says why it may have more properties than can be told; empty where these are all.
    """

    id: str
    type: str
    properties: Map
    depends_on: tuple[str, ...]
    mentions: frozenset[str]
    module: Module
    logical_id: str
    span: Span
    open: str = ""

    @property
    def origin(self) -> str:
        """The logical id that the user wrote: for what SAM generated, that of the SAM resource."""
        return self.module.expansion.origins.get(self.logical_id, self.logical_id)

    def get(self, name: str) -> Value | None:
        """A property, None where it is absent (or `AWS::NoValue`) in this world."""
        return self.properties.entries.get(name)

    def place(self, name: str) -> Span:
        """Where a property stands; where the resource is declared when the property does not."""
        value = self.properties.entries.get(name)
        return value.span if value is not None else self.span


@record(frozen=True, slots=True)
class _Declared:
    module: Module
    logical_id: str
    node: Mapping
    type: str


class Stack:
    """A template and its nested ones.

    `given` are parameter values that the user fixed. The worlds are those by which the resources of `types` (None: of
    any type) differ, apart from their properties `passed_over`.
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
        self.given = dict(given or {})
        self.root = load(source, self.given)
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
        return tuple(name for name in self.given if name not in self.root.parameters)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Where the templates may make more resources than those declared."""
        sections = [root for one in self.root.lineage() if isinstance(root := one.root.get("Resources"), Mapping)]
        return tuple(
            Gap(name, section.key_span(name)) for section in sections for name in section.entries if _is_made(name)
        )

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
        relevance = Relevance(self.root, self.given, self._types, self._passed_over)
        domains = relevance.domains()
        most = max(LEAST_WORLDS, min(MOST_WORLDS, MOST_EVALUATIONS // max(1, len(self.declared))))
        tries = max(LEAST_TRIES, min(MOST_COMBINATIONS, MOST_ANSWERS // max(1, len(relevance.conditions))))
        while True:
            view = _Features(self, relevance, domains)
            worlds, more = reachable(domains, view.of, most, tries)
            if not view.open_up(domains):
                return worlds, more

    def in_world(self, world: World) -> Evaluation:
        """The stack as it comes out in `world`."""
        return Evaluation(self, world)


class _Features:
    """By what the worlds of a stack differ; gathers the comparisons that the choices leave open."""

    def __init__(self, stack: Stack, relevance: Relevance, domains: Domains) -> None:
        self._stack = stack
        self._conditions = relevance.conditions
        self._parameters = [name for name in sorted(relevance.parameters) if len(domains.get(name, ())) > 1]
        self._open: dict[str, dict[str, None]] = defaultdict(dict)

    def of(self, choices: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
        """The features of the world that `choices` lead to: conditions first, then parameters."""
        told = Choices(choices)
        scopes = Scopes(self._stack.given, told)
        answers = [(module.prefix + name, scopes.of(module).condition(name)) for module, name in self._conditions]
        for subject, values in told.open.items():
            self._open[subject] |= values
        named = [(name, _ANSWERS[answer]) for name, answer in answers]
        return (*named, *((name, f'"{choices[name]}"') for name in self._parameters))

    def open_up(self, domains: Domains) -> bool:
        """Add to `domains` what comparisons were left open; whether there was anything new."""
        is_new = False
        for subject, values in self._open.items():
            known = domains.get(subject, (None,))
            added = tuple(value for value in values if value not in known)
            if added:
                domains[subject] = (*known, *added)
                is_new = True
        return is_new


_ANSWERS = {True: "true", False: "false", None: "unknown"}


class Evaluation:
    """A stack in one world: which resources exist, their values, and what waits for what.

    With `deployed` it is that of one deployment, in which what that tells is no longer open.
    """

    def __init__(self, stack: Stack, world: World, deployed: Deployed | None = None) -> None:
        self.stack = stack
        self.world = world
        self._scopes = Scopes(stack.given, Choices(world.choices), deployed)
        self._constant = stack._constant if deployed is None else {}  # noqa: SLF001 (one concept)
        self._resources: dict[str, Resource] = {}
        self._exists: dict[str, bool] = {}
        self._closures: dict[str, frozenset[str]] = {}

    def scope(self, module: Module) -> ModuleScope:
        """Where the names of one template are looked up."""
        return self._scopes.of(module)

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
        known = self._resources.get(resource_id) or self._constant.get(resource_id)
        if known is None:
            before = self._scopes.touched
            known = self._evaluate(self.stack.declared[resource_id], resource_id)
            if self._scopes.touched == before:
                self._constant[resource_id] = known
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
        told, more = _told(properties)
        return Resource(
            id=resource_id,
            type=declared.type,
            properties=told if told is not None else Map({}, {}, span),
            open=more,
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


def _told(properties: Value | None) -> tuple[Map | None, str]:
    """What can be told of the properties of a resource, and why there may be more of them."""
    if isinstance(properties, Text) and properties.unresolved is not None:
        return None, properties.unresolved.reason
    if not isinstance(properties, Map):
        return None, ""
    made = [name for name in properties.entries if _is_made(name)]
    if not made:
        return properties, ""
    told = {name: value for name, value in properties.entries.items() if name not in made}
    return Map(told, properties.key_spans, properties.span), f"what {made[0]} gives is told when the stack is deployed"


def _is_made(name: str) -> bool:
    """Whether a key stands for entries that are yet to be made."""
    return name == TRANSFORM or name.startswith(LOOP)
