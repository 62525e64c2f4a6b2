"""Runs checks over a stack, in each of its worlds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any

from wsconform.check.finding import Fault, Finding, Inconclusive, Severity, Undecided, Verdict
from wsconform.check.registry import Check, raised
from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.template.stack import Stack
from wsconform.template.worlds import World, describe
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api, Function, Permission, Wiring, is_of_websocket
from wsconform.wiring.reader import SAM_API, read_wiring

TEMPLATE = "template"
"""Stands for the API in findings that are about none in particular."""


@record(slots=True)
class Examination:
    """What came of all checks on one template.

    `apis` are the labels of its WebSocket APIs; it is empty where the template has none, and then nothing was checked.
    """

    stack: Stack
    apis: tuple[str, ...]
    verdicts: list[Verdict]

    @property
    def findings(self) -> Iterator[Finding]:
        """Every finding that is not suppressed."""
        for verdict in self.verdicts:
            yield from verdict.findings


@record(slots=True)
class _Seen:
    """One fault with the worlds in which it was seen. `examined` is the id of the resource that the check ran on."""

    fault: Fault | Inconclusive
    resource: str | None
    examined: str | None = None
    worlds: list[World] = field(default_factory=list)


@record(slots=True)
class _Gathered:
    api: str
    check: Check
    span: Span | None
    seen: dict[tuple[object, ...], _Seen] = field(default_factory=dict)
    met: Counter[str | None] = field(default_factory=Counter)

    def holds(self, one: _Seen) -> bool:
        """Whether a fault is one, of a check that counts only what it finds in every world that has the resource."""
        if not self.check.in_every_world:
            return True
        faults = (other for other in self.seen.values() if isinstance(other.fault, Fault))
        worlds = {world for other in faults if other.examined == one.examined for world in other.worlds}
        return len(worlds) == self.met[one.examined]


def examine(
    stack: Stack,
    checks: Iterable[Check],
    severities: dict[str, Severity] | None = None,
    *,
    only: Wiring | None = None,
) -> Examination:
    """Run `checks` on a stack: on its wiring in each world, or on `only` that in one.

    `severities` replaces the severity of the checks it names.
    """
    chosen = list(checks)
    gathered: dict[tuple[str, str], _Gathered] = {}
    apis: dict[str, None] = {}
    examined = False
    worlds = stack.worlds if only is None else (only.world,)
    for world in worlds:
        wiring = only or read_wiring(stack.in_world(world))
        if not has_websocket_api(wiring):
            continue
        examined = True
        subjects = _Subjects(wiring)
        for api in wiring.apis:
            apis.setdefault(api.path)
        for check in chosen:
            for label, span, elements in subjects.of(check):
                if label != TEMPLATE:
                    apis.setdefault(label)
                here = gathered.get((label, check.name))
                if here is None:
                    here = gathered[label, check.name] = _Gathered(label, check, span)
                for element in elements:
                    _gather(here, element, world)
    seen: set[tuple[object, ...]] = set()
    verdicts = [_verdict(stack, one, severities or {}, seen, worlds) for one in gathered.values()]
    return Examination(stack, tuple(apis) or (TEMPLATE,) * examined, verdicts)


def has_websocket_api(wiring: Wiring) -> bool:
    """Whether there is anything to check: a WebSocket API, one that SAM refused to expand, or a part of one."""
    if wiring.apis or any(map(is_of_websocket, wiring.adrift)):
        return True
    return any(True for _ in wiring.evaluation.ids([SAM_API]))


class _Subjects:
    """What the checks are run on in one wiring, sorted once for all of them."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._parts = [list(api.parts()) for api in wiring.apis]
        self._sorted: dict[type[Any], list[list[object]]] = {
            Api: [[api] for api in wiring.apis],
            Function: [[*api.functions] for api in wiring.apis],
            Permission: [[*api.permissions] for api in wiring.apis],
        }

    def of(self, check: Check) -> Iterator[tuple[str, Span | None, list[object]]]:
        """The elements for one check, by API: its path, its place, and what there is of it."""
        if check.on is Wiring:
            yield TEMPLATE, None, [self._wiring]
            return
        for api, elements in zip(self._wiring.apis, self._elements(check.on), strict=True):
            if not (api.is_websocket or check.any_protocol):
                continue
            span = api.element.resource.span if api.element is not None else None
            yield api.path, span, elements

    def _elements(self, kind: type[Any]) -> list[list[object]]:
        if kind not in self._sorted:
            self._sorted[kind] = [[part for part in parts if isinstance(part, kind)] for parts in self._parts]
        return self._sorted[kind]


def _gather(here: _Gathered, element: object, world: World) -> None:
    """Run the check on one element in one world, and keep what it says."""
    if isinstance(element, Api) and element.element is None:
        outside = Inconclusive(f'the API "{element.label}" is declared elsewhere')
        here.seen.setdefault((outside.reason,), _Seen(outside, None)).worlds.append(world)
        return
    found = _run(here.check, element)
    if not found and not here.check.in_every_world:
        return  # the most frequent by far
    owner = _owner(element)
    examined = owner.id if owner is not None else None
    here.met[examined] += 1
    for said in found:
        resource = _named(said, element)
        key = (said.at, resource) if isinstance(said, Fault) else (said.at, said.reason)
        known = here.seen.setdefault(key, _Seen(said, resource, examined))
        if world not in known.worlds:
            known.worlds.append(world)


def _run(check: Check, element: object) -> list[Fault | Inconclusive]:
    """What a check says; one that breaks says so as a fault of its own, and the others go on."""
    found: list[Fault | Inconclusive] = []
    try:
        for said in check.run(element):
            found.append(_known(said))  # noqa: PERF401 (what was said before it broke is kept)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (a pack's code may raise anything, SystemExit too)
        owner = _owner(element)
        fault = Fault(
            at=owner.resource.span if owner is not None else Span("", 1, 1, 1, 1),
            message=f"the check itself broke: {raised(error)}",
            fix=f"report this to the author of {check.file.name}",
        )
        found.append(fault)
    return found


def _known(said: object) -> Fault | Inconclusive:
    """What a check may say; a pack's mistake is told here, not where a report comes upon it."""
    if not isinstance(said, Fault | Inconclusive):
        raise TypeError(f"a check yields Fault or Inconclusive, and not {said!r}")
    return said


def _named(said: Fault | Inconclusive, element: object) -> str | None:
    """The logical id of the resource that a fault is about."""
    if isinstance(said, Fault) and said.resource is not None:
        return said.resource
    owner = said.element if isinstance(said, Fault) and said.element is not None else _owner(element)
    return owner.label if owner is not None else None


def _owner(element: object) -> Element | None:
    """The resource that an element is, if it is one."""
    if isinstance(element, Api):
        return element.element
    return element if isinstance(element, Element) else None


def _verdict(
    stack: Stack,
    gathered: _Gathered,
    severities: dict[str, Severity],
    seen: set[tuple[object, ...]],
    everywhere: tuple[World, ...],
) -> Verdict:
    """The verdict of one check on one API; what was found of another API already is not said twice."""
    check = gathered.check
    verdict = Verdict(check=check.name, api=gathered.api, span=gathered.span)
    for one in gathered.seen.values():
        worlds = describe(one.worlds, everywhere)
        if isinstance(one.fault, Inconclusive):
            verdict.undecided.append(Undecided(reason=one.fault.reason, span=one.fault.at, worlds=worlds))
            continue
        if not gathered.holds(one):
            continue
        key = (check.name, one.fault.at, one.resource)
        if key in seen:
            continue
        seen.add(key)
        severity = min(one.fault.severity or check.severity, check.severity)
        verdict.findings.append(
            Finding(
                check=check.name,
                severity=severities.get(check.name, severity),
                api=gathered.api,
                resource=one.resource,
                path=stack.path_at(one.fault.at),
                span=one.fault.at,
                message=one.fault.message,
                label=one.fault.label,
                why=check.why,
                fix=one.fault.fix,
                docs=f"wsconform explain {check.name}",
                worlds=worlds,
                notes=one.fault.notes,
                effect=one.fault.effect or check.effect,
            )
        )
    verdict.findings.sort(key=lambda finding: (finding.span.file, finding.span.line, finding.span.column))
    return verdict
