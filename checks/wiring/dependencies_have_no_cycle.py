from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Api, Part
from wsconform.wiring.order import place_of_order


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
        # A part that refers to itself in the place of another is found where that reference is checked.
        if len(cycle) > 1 or any(part.id in part.resource.depends_on for part in cycle):
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
