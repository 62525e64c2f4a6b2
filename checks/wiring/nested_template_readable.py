from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.template.module import NESTED
from wsconform.template.nodes import child
from wsconform.template.sam.expansion import type_of
from wsconform.wiring.model import Wiring


@check(
    "nested-template-readable",
    on=Wiring,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="the nested stack cannot be deployed, and nothing of it was checked",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html",
)
def nested_template_readable(wiring: Wiring) -> Iterator[Said]:
    """The templates of nested stacks can be read."""
    for module in wiring.evaluation.stack.root.lineage():
        for logical_id, error in module.unread.items():
            resource = module.resources[logical_id]
            place = child(resource, "Properties", NESTED[type_of(resource)])
            at = place.span if place is not None else module.span_of(logical_id)
            if error.is_missing:
                yield Inconclusive(f'the template of the nested stack "{logical_id}" is not beside this one', at)
                continue
            yield Fault(
                at=at,
                message=f"the template of {logical_id} cannot be read: {error}",
                label="not read",
                fix=error.fix or "mend the nested template",
                resource=logical_id,
            )
