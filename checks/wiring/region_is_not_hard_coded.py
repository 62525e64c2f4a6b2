from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Api
from wsconform.wiring.references import hard_coded_in


@check(
    "region-is-not-hard-coded",
    on=Api,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="template",
    why="the ARN is wrong in every other region, where the stack then calls nothing",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
)
def region_is_not_hard_coded(api: Api) -> Iterator[Fault]:
    """ARNs of the wiring take the region from the deployment."""
    for written, element, _, region in hard_coded_in(api):
        if region is not None:
            yield Fault(
                at=written.span,
                element=element,
                message=f'an ARN of {element.label} spells out the region "{region}"',
                label=f"region {region}",
                fix="write ${AWS::Region} in its place, in a !Sub",
            )
