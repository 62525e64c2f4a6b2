from collections.abc import Iterator

from wsconform.check import Fault, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Missing
from wsconform.wiring.model import CONNECT, Integration


@check(
    "integration-response-exists",
    on=Integration,
    severity=Severity.WARNING,
    area="integrations",
    why="API Gateway does not know how to answer, and the client gets an internal error",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html",
)
def integration_response_exists(integration: Integration) -> Iterator[Fault]:
    """A non-proxy integration that must answer has an integration response."""
    if integration.type not in ("AWS", "HTTP", "MOCK") or integration.responses or not integration.routes:
        return
    if any(isinstance(one.integration, Missing | Unresolved) for one in integration.api.integration_responses):
        return
    answering = [route for route in integration.routes if route.responses and route.key != CONNECT]
    keys = ", ".join(f'"{route.key_text}"' for route in answering or integration.routes)
    yield Fault(
        at=integration.resource.span,
        message=f"{integration.label} ({integration.type}, route {keys}) has no AWS::ApiGatewayV2::IntegrationResponse",
        label="no integration response",
        fix=f"add one with IntegrationId: !Ref {integration.label} and IntegrationResponseKey: $default",
        severity=Severity.WARNING if answering else Severity.NOTE,
    )
