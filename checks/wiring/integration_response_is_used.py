from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.wiring.model import Integration, IntegrationResponse

from ._integration_types import is_at_odds


@check(
    "integration-response-is-used",
    on=IntegrationResponse,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="integrations",
    why="a proxy integration hands its result on as it is, so the integration response has no effect",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html",
)
def integration_response_is_used(response: IntegrationResponse) -> Iterator[Fault]:
    """An integration response is on a non-proxy integration."""
    integration = response.integration
    if not isinstance(integration, Integration) or is_at_odds(integration):
        return
    if integration.type in ("AWS_PROXY", "HTTP_PROXY"):
        yield Fault(
            at=response.resource.span,
            message=f"{response.label} is on {integration.label}, which is of type {integration.type}",
            label="has no effect",
            fix=f"take {response.label} away, or write IntegrationType: {integration.type.removesuffix('_PROXY')}",
            notes=(Note(integration.at("IntegrationType"), "a proxy integration"),),
        )
