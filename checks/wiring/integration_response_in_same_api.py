from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.wiring.element import Elsewhere
from wsconform.wiring.model import Integration, IntegrationResponse


@check(
    "integration-response-in-same-api",
    on=IntegrationResponse,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="integrations",
    why="an integration id means something within its API only, so the integration response cannot be made",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integrationresponse.html",
)
def integration_response_in_same_api(response: IntegrationResponse) -> Iterator[Fault]:
    """An integration response belongs to an integration of its own API."""
    integration = response.integration
    if isinstance(integration, Elsewhere):
        yield Fault(
            at=response.at("IntegrationId"),
            message=f"IntegrationId of {response.label} leads to {integration.what}, which is no integration",
            label="names no integration",
            fix="write IntegrationId: !Ref <the logical id of an integration>",
        )
    elif isinstance(integration, Integration) and response.shares_api(integration) is False:
        yield Fault(
            at=response.at("IntegrationId"),
            message=f"{response.label} is in {response.api.label}, and its integration "
            f"{integration.label} in {integration.api.label}",
            label=f"in {integration.api.label}",
            fix=f"write ApiId: !Ref {integration.api.label}",
            notes=(Note(response.at("ApiId"), f"joins {response.api.label} here"),),
        )
