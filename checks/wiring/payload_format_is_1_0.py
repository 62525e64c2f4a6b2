from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Integration


@check(
    "payload-format-is-1.0",
    on=Integration,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="integrations",
    why="API Gateway refuses any other payload format version on a WebSocket API",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def payload_format_is_1_0(integration: Integration) -> Iterator[Fault]:
    """PayloadFormatVersion is 1.0 or left out."""
    version = integration.literal("PayloadFormatVersion")
    if version is not None and version not in ("1.0", "1"):
        yield Fault(
            at=integration.at("PayloadFormatVersion"),
            message=f'PayloadFormatVersion of {integration.label} is "{version}"; a WebSocket API takes 1.0 only',
            label="for HTTP APIs",
            fix='take PayloadFormatVersion away, or write "1.0"',
        )
