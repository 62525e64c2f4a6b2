from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.registry import unknown_name
from wsconform.wiring.model import Integration

TYPES = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")


@check(
    "integration-type-allowed",
    on=Integration,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="integrations",
    why="API Gateway refuses an integration of any other type",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def integration_type_allowed(integration: Integration) -> Iterator[Fault]:
    """IntegrationType is AWS, AWS_PROXY, HTTP, HTTP_PROXY or MOCK."""
    kind = integration.type
    if kind is not None and kind not in TYPES:
        in_capitals = kind.upper() in TYPES
        yield Fault(
            at=integration.at("IntegrationType"),
            message=f'IntegrationType of {integration.label} is "{kind}": '
            + (f'the type is "{kind.upper()}"' if in_capitals else unknown_name("type", kind, TYPES)),
            label="not in capitals" if in_capitals else "no such type",
            fix=f"write {kind.upper()}" if in_capitals else f"write one of {', '.join(TYPES)}",
        )
