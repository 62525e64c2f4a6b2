from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Integration
from wsconform.wiring.uris import HttpUri


@check(
    "http-integration-has-method",
    on=Integration,
    severity=Severity.WARNING,
    effect=Effect.REFUSED,
    area="integrations",
    why="API Gateway does not know by which method to call the URL",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def http_integration_has_method(integration: Integration) -> Iterator[Fault]:
    """An HTTP or HTTP_PROXY integration says by which method it calls its URL."""
    if (
        integration.type in ("HTTP", "HTTP_PROXY")
        and isinstance(integration.uri, HttpUri)
        and integration.value("IntegrationMethod") is None
    ):
        yield Fault(
            at=integration.resource.span,
            message=f"{integration.label} calls a URL and has no IntegrationMethod",
            label="no IntegrationMethod",
            fix="add IntegrationMethod: POST, or the method that the backend expects",
        )
