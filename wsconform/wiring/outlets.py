"""Where something that is not at hand may add to an API: another stack, a program, or what a macro makes."""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.records import record
from wsconform.template.intrinsics import evaluate
from wsconform.template.module import NESTED
from wsconform.template.nodes import Span, child
from wsconform.template.stack import Resource
from wsconform.template.values import Attribute, Text, Value, texts
from wsconform.wiring.model import Api, Part, Wiring

_KEEPERS = frozenset({"AWS::SSM::Parameter", "AWS::CloudFormation::CustomResource"})


@record(frozen=True, slots=True)
class Outlet:
    """One such place. `reason` says which; `resource` is the one that takes the API's id, if one does."""

    reason: str
    span: Span
    resource: Resource | None = None
    exported: bool = False

    @property
    def is_read_by_stacks(self) -> bool:
        """Whether another stack or program is meant to read it; other outputs may be for people's eyes only."""
        return self.exported or self.resource is not None

    @property
    def is_nested_stack(self) -> bool:
        """Whether it is a nested stack, which may hold parts of the API."""
        return self.resource is not None and self.resource.type in NESTED


def outlets(api: Api) -> list[Outlet]:
    """Every place from which something whose template is not at hand may add to `api`: mostly, it is given its id."""
    if api.element is None:
        return []
    return [*_outputs(api.wiring, api.element.id), *_resources(api.wiring, api.element.id), *_gaps(api.wiring)]


def _outputs(wiring: Wiring, resource_id: str) -> Iterator[Outlet]:
    root = wiring.evaluation.stack.root
    scope = wiring.evaluation.scope(root)
    for name, output in root.section("Outputs").items():
        node = child(output, "Value")
        value = evaluate(node, scope) if node is not None else None
        if value is not None and _holds(value, resource_id):
            exported = child(output, "Export") is not None
            what = "exported" if exported else "given out"
            yield Outlet(f'its id is {what} as the output "{name}"', output.span, exported=exported)


def _resources(wiring: Wiring, resource_id: str) -> Iterator[Outlet]:
    for here in _keepers(wiring):
        resource = wiring.evaluation.resource(here)
        if resource_id in resource.mentions and _holds(resource.properties, resource_id):
            yield Outlet(f'its id is passed to "{resource.logical_id}", an {resource.type}', resource.span, resource)


def _gaps(wiring: Wiring) -> Iterator[Outlet]:
    """What the templates themselves make, and cannot be told, may be part of it."""
    for gap in wiring.evaluation.stack.gaps:
        yield Outlet(f"what {gap.name} makes is told when the stack is deployed", gap.span, exported=True)


def _keepers(wiring: Wiring) -> Iterator[str]:
    """Resources that hand values on: nested stacks that cannot be read here, SSM parameters, custom resources."""
    for resource_id, declared in wiring.evaluation.stack.declared.items():
        kind = declared.type
        unread = kind in NESTED and declared.logical_id not in declared.module.children
        if (unread or kind in _KEEPERS or kind.startswith("Custom::")) and wiring.evaluation.exists(resource_id):
            yield resource_id


def _holds(value: Value, resource_id: str) -> bool:
    return any(_is_id(one, resource_id) for one in texts(value))


def _is_id(value: Text, resource_id: str) -> bool:
    return value.atom in (Attribute(resource_id), Attribute(resource_id, "ApiId"))


def is_mentioned(part: Part) -> bool:
    """Whether an output of the stack, or the properties of any other resource, refer to a part."""
    evaluation = part.wiring.evaluation
    scope = evaluation.scope(evaluation.stack.root)
    with scope.collecting() as mentions:
        for output in evaluation.stack.root.section("Outputs").values():
            evaluate(output, scope)
    return part.id in mentions or any(
        part.id in evaluation.resource(other).mentions
        for other in evaluation.stack.declared
        if other != part.id and evaluation.exists(other)
    )
