"""Looking up names: what each stands for in one template of a stack, in one world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wsconform.records import record
from wsconform.template.conditions import Choices, holds
from wsconform.template.intrinsics import evaluate, unknown
from wsconform.template.mentions import Definition, argument, condition, definitions_in, output
from wsconform.template.module import NESTED, Module
from wsconform.template.nodes import Node, Span
from wsconform.template.parameters import PSEUDO_PARAMETERS
from wsconform.template.sam.expansion import type_of
from wsconform.template.values import ABSENT, Attribute, Pseudo, Seq, Text, Value, text

Deployed = Callable[[Attribute | Pseudo], str | tuple[str, ...] | None]
"""What a deployment makes of a pseudo parameter or attribute: its text, or the list that it is; None leaves it open."""
LARGEST = 50_000_000
"""Bytes that the values of one world may take: far more than any template means, and little enough to hold."""


@record(frozen=True, slots=True)
class Settled:
    """What a definition came to: a `value`, or the `answer` of a condition.

    `mentions` are the resources that it refers to, `touched` how often it looked at what the world was chosen by.
    """

    value: Value | None
    answer: bool | None
    mentions: frozenset[str]
    touched: int


class Scopes:
    """The names of all templates of a stack in the world of `choices`.

    `touched` counts how often an evaluation looked at what the world was chosen by: what never does is the same in
    every world. `deployed` tells what is known of one deployment, where there is one.
    """

    def __init__(self, given: dict[str, str], choices: Choices, deployed: Deployed | None = None) -> None:
        self.given = given
        self.choices = choices
        self._deployed = deployed
        self.touched = 0
        self.given_out = 0
        self._of: dict[str, ModuleScope] = {}
        self._settled: dict[tuple[str, str, str], Settled] = {}
        self._begun: set[tuple[str, str, str]] = set()

    def of(self, module: Module) -> ModuleScope:
        """Where the names of one template are looked up."""
        scope = self._of.get(module.prefix)
        if scope is None:
            scope = self._of[module.prefix] = ModuleScope(self, module)
        return scope

    def spelt(self, atom: Attribute | Pseudo, span: Span) -> Value:
        """A pseudo parameter or attribute: as itself, or what the deployment makes of it."""
        known = self._deployed(atom) if self._deployed is not None else None
        if isinstance(known, tuple):
            return Seq(tuple(text([item], span) for item in known), span)
        return Text((atom,), span) if known is None else text([known], span)

    def settled(self, wanted: Definition) -> Settled | None:
        """What a definition comes to; None where it hangs on itself.

        What it hangs on is settled first, innermost first, so that a long chain of definitions costs no stack.
        """
        if wanted.key in self._begun:
            return self._settled.get(wanted.key)
        pending = [wanted]
        while pending:
            one = pending[-1]
            if one.key not in self._begun:
                self._begun.add(one.key)
                pending += [other for other in definitions_in(one.home, one.node) if other.key not in self._begun]
                continue
            if one.key not in self._settled:
                self._settled[one.key] = self._settle(one)
            pending.pop()
        return self._settled[wanted.key]

    def _settle(self, one: Definition) -> Settled:
        scope = self.of(one.home)
        before = self.touched
        with scope.collecting() as mentions:
            if one.kind == "condition":
                value, answer = None, holds(one.node, scope, self.choices)
            else:
                value, answer = evaluate(one.node, scope), None
        return Settled(value, answer, frozenset(mentions), self.touched - before)


class ModuleScope:
    """The names of one template in one world: `wsconform.template.intrinsics.Scope`."""

    def __init__(self, scopes: Scopes, module: Module) -> None:
        self._scopes = scopes
        self._module = module
        self._mentions: set[str] = set()

    @contextmanager
    def collecting(self) -> Iterator[set[str]]:
        """A context in which the ids of all resources mentioned are gathered."""
        outer, self._mentions = self._mentions, set()
        try:
            yield self._mentions
        finally:
            self._mentions = outer

    def ref(self, name: str, span: Span) -> Value | None:
        """What `!Ref name` gives: a parameter, pseudo parameter, or resource."""
        if name == "AWS::NoValue":
            return None
        if name in PSEUDO_PARAMETERS:
            return self._scopes.spelt(Pseudo(name), span)
        if name in self._module.parameters:
            return self._parameter(name, span)
        name = self._module.expansion.references.get(name, name)
        resource, _, attribute = name.partition(".")
        if attribute and not self._may_be_referred_to(resource, attribute):
            return self._scopes.spelt(Attribute(self._module.prefix + name), span)
        self._mentions.add(self._module.prefix + resource)
        return self._scopes.spelt(Attribute(self._module.prefix + resource, attribute or "Ref"), span)

    def _may_be_referred_to(self, resource: str, attribute: str) -> bool:
        """Whether `!Ref resource.attribute` may mean something: SAM's transform reads it so of its own resources.

        Source: SAM developer guide, "Referencing generated resources".
        """
        node = self._module.resources.get(resource)
        return node is not None and type_of(node).startswith("AWS::Serverless::") and attribute != "Arn"

    def _parameter(self, name: str, span: Span) -> Value:
        module, parameter = self._module, self._module.parameters[name]
        passed = argument(module, name)
        if passed is not None:
            settled = self._scopes.settled(passed)
            if settled is None:
                return unknown(f'parameter "{name}" is made of itself', span, f"{module.prefix}{name}")
            self._mentions |= settled.mentions
            self._scopes.touched += settled.touched
            if settled.value is not None:
                return parameter.passed(_flat(settled.value), module.prefix)
        chosen = parameter.default
        if module.parent is None:
            chosen = self._scopes.given.get(name, chosen)
            if name in self._scopes.choices.values:
                self._scopes.touched += 1
                chosen = self._scopes.choices.values[name]
        return parameter.chosen(chosen, span, module.prefix)

    def attribute(self, resource: str, name: str, span: Span) -> Value:
        """What `!GetAtt resource.name` gives; the outputs of nested stacks are followed."""
        generated = self._module.expansion.references.get(f"{resource}.{name.partition('.')[0]}")
        if generated is not None:
            resource, name = generated, name.partition(".")[2] or "Ref"
        prefix = self._module.prefix
        self._mentions.add(prefix + resource)
        given_out = output(self._module, resource, name)
        if given_out is not None:
            return self._output(given_out, span)
        if resource in self._module.children and name.startswith("Outputs."):
            reason = f'the nested stack "{resource}" has no output "{name.removeprefix("Outputs.")}"'
            return unknown(reason, span, f"{ABSENT}{prefix}{resource}.{name}")
        if resource in self._module.resources and type_of(self._module.resources[resource]) in NESTED:
            return unknown(f'"{resource}.{name}" is an output of another template', span, f"{prefix}{resource}.{name}")
        return self._scopes.spelt(Attribute(prefix + resource, name), span)

    def _output(self, given_out: Definition, span: Span) -> Value:
        name = given_out.name
        settled = self._scopes.settled(given_out)
        if settled is None:
            return unknown(f'output "{name}" is made of itself', span, f"{given_out.module.prefix}Outputs.{name}")
        self._scopes.touched += settled.touched
        if settled.value is None:
            return unknown(f'output "{name}" of a nested stack has no value', span)
        return _flat(settled.value)

    def condition(self, name: str) -> bool | None:
        """Whether a condition of this template holds; a condition that refers to itself cannot be told."""
        self._scopes.touched += 1
        found = condition(self._module, name)
        settled = self._scopes.settled(found) if found is not None else None
        return settled.answer if settled is not None else None

    def mapping(self, name: str) -> Node | None:
        """An entry of the Mappings section."""
        return self._module.section("Mappings").get(name)

    def has_room(self, size: int) -> bool:
        """Whether functions may give values of `size` more, in all templates of the stack."""
        self._scopes.given_out += size
        return self._scopes.given_out <= LARGEST


def _flat(value: Value) -> Value:
    """What goes into and out of a nested stack: text or a list of texts."""
    if isinstance(value, Text) or (isinstance(value, Seq) and all(isinstance(item, Text) for item in value.items)):
        return value
    return unknown("a list or map stands where text belongs", value.span)
