from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import CONNECT, Api, Integration, IntegrationResponse
from wsconform.wiring.uris import FunctionUri

from ._integration_types import is_at_odds


@check(
    "integration-response-exists",
    on=Integration,
    severity=Severity.WARNING,
    effect=Effect.MISBEHAVES,
    area="integrations",
    why="API Gateway does not know how to answer, and the client gets an internal error",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html",
)
def integration_response_exists(integration: Integration) -> Iterator[Fault]:
    """A non-proxy integration that must answer has an integration response."""
    if integration.type not in ("AWS", "HTTP", "MOCK") or integration.responses or not integration.routes:
        return
    if is_at_odds(integration) or any(_is_meant_for(integration, one) for one in _others(integration.api)):
        return
    # A function that is called without templates gets and gives what a proxy integration passes on.
    is_meant_as_proxy = isinstance(integration.uri, FunctionUri) and integration.value("RequestTemplates") is None
    answering = [route for route in integration.routes if route.responses and route.key != CONNECT]
    keys = ", ".join(f'"{route.key_text}"' for route in answering or integration.routes)
    yield Fault(
        at=integration.resource.span,
        message=f"{integration.label} ({integration.type}, route {keys}) has no AWS::ApiGatewayV2::IntegrationResponse",
        label="no integration response",
        fix=f"add one with IntegrationId: !Ref {integration.label} and IntegrationResponseKey: $default"
        + (", or write IntegrationType: AWS_PROXY" if is_meant_as_proxy else ""),
        severity=Severity.WARNING if answering or is_meant_as_proxy else Severity.NOTE,
    )


def _others(api: Api) -> Iterator[IntegrationResponse]:
    """The integration responses of all APIs, and those that join none."""
    yield from (one for other in api.wiring.apis for one in other.integration_responses)
    yield from (one for one in api.wiring.adrift if isinstance(one, IntegrationResponse))


def _is_meant_for(integration: Integration, response: IntegrationResponse) -> bool:
    """Whether a response that is not on the integration may be meant for it: what is wrong is the response."""
    other = response.integration
    if isinstance(other, Integration):
        misplaced = other.type in ("AWS_PROXY", "HTTP_PROXY") and response.shares_api(integration)
        return other is integration or misplaced is True
    return response.shares_api(integration) is not False
