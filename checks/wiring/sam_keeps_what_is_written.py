from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Wiring


@check(
    "sam-keeps-what-is-written",
    on=Wiring,
    severity=Severity.WARNING,
    effect=Effect.MISBEHAVES,
    area="template",
    why="SAM leaves it out without a word",
    source="https://github.com/aws/serverless-application-model/blob/develop/samtranslator/model/api/websocket_api_generator.py",
)
def sam_keeps_what_is_written(wiring: Wiring) -> Iterator[Fault]:
    """What SAM is asked for is in what it makes."""
    for module in wiring.evaluation.stack.root.lineage():
        for loss in module.expansion.losses:
            yield Fault(
                at=loss.span,
                message=loss.message,
                label="left out",
                fix="write the API as AWS::ApiGatewayV2 resources, or change what SAM cannot keep",
                resource=loss.resource,
            )
