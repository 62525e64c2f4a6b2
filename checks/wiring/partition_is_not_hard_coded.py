from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Api
from wsconform.wiring.references import hard_coded_in


@check(
    "partition-is-not-hard-coded",
    on=Api,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="template",
    why="the ARN is wrong in the China and GovCloud partitions",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
)
def partition_is_not_hard_coded(api: Api) -> Iterator[Fault]:
    """ARNs of the wiring take the partition from the deployment."""
    for written, element, partition, _ in hard_coded_in(api):
        if partition is not None:
            yield Fault(
                at=written.span,
                element=element,
                message=f'an ARN of {element.label} spells out the partition "{partition}"',
                label=f"partition {partition}",
                fix="write ${AWS::Partition} in its place, in a !Sub",
            )
