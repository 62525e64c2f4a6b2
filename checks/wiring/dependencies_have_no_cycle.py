from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Attribute, Text
from wsconform.wiring.model import (
    Api,
    Authorizer,
    Deployment,
    Integration,
    IntegrationResponse,
    Part,
    Route,
    RouteResponse,
    Stage,
)
from wsconform.wiring.order import place_of_order
from wsconform.wiring.parts import Invoker
from wsconform.wiring.uris import MalformedUri

_LINKS: dict[type[Part], dict[str, type[Part]]] = {
    Route: {"AuthorizerId": Authorizer, "Target": Integration},
    RouteResponse: {"RouteId": Route},
    IntegrationResponse: {"IntegrationId": Integration},
    Stage: {"DeploymentId": Deployment},
}
"""The properties that hold the id of another part, by kind, and the kind of that part."""


@check(
    "dependencies-have-no-cycle",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="deployment",
    why='CloudFormation refuses the template: "Circular dependency between resources"',
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html",
)
def dependencies_have_no_cycle(api: Api) -> Iterator[Fault]:
    """No part of an API waits for one that waits for it, by reference or by DependsOn."""
    parts = {part.id: part for part in api.parts()}
    done: set[str] = set()
    for start in parts.values():
        cycle = _cycle(start, parts, done)
        steps = zip(cycle, [*cycle[1:], *cycle[:1]], strict=True)
        if cycle and not any(_is_astray(part, other) for part, other in steps):
            ordered = next((part for part in cycle if set(part.resource.depends_on) & _ids(cycle)), cycle[0])
            at = cycle.index(ordered)
            names = [part.resource.logical_id for part in (*cycle[at:], *cycle[:at])]
            yield Fault(
                at=place_of_order(ordered),
                element=ordered,
                message=f"{names[0]} waits for itself"
                if len(names) == 1
                else f"{' waits for '.join(names)}, which waits for {names[0]}",
                label="waits for what waits for it",
                fix=f"take {names[1 % len(names)]} out of DependsOn of {names[0]}",
            )


def _is_astray(part: Part, other: Part) -> bool:
    """Whether a part refers to another in the place of one of another kind: the check of that reference says so."""
    if isinstance(part, Invoker) and isinstance(part.uri, MalformedUri):
        return _refers(part, part.uri_property, other)
    links = next((links for kind, links in _LINKS.items() if isinstance(part, kind)), {})
    return any(not isinstance(other, kind) and _refers(part, name, other) for name, kind in links.items())


def _refers(part: Part, name: str, other: Part) -> bool:
    written = part.value(name)
    parts = written.parts if isinstance(written, Text) else ()
    return any(isinstance(one, Attribute) and one.resource == other.id for one in parts)


def _cycle(start: Part, parts: dict[str, Part], done: set[str]) -> list[Part]:
    """The first cycle met on the way from `start`; what was walked is `done`, and is not walked again."""
    path: list[str] = []
    pending: list[tuple[str, int]] = [(start.id, 0)]
    while pending:
        here, depth = pending.pop()
        del path[depth:]
        if here in path:
            done.update(path)
            return [parts[one] for one in path[path.index(here) :]]
        if here not in done:
            path.append(here)
            done.add(here)
            pending += [(one, len(path)) for one in sorted(_before(parts[here])) if one in parts]
    return []


def _before(part: Part) -> frozenset[str]:
    return part.resource.mentions | set(part.resource.depends_on)


def _ids(parts: list[Part]) -> set[str]:
    return {part.id for part in parts}
