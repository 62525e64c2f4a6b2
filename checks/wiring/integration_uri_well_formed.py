from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Integration
from wsconform.wiring.uris import FORM, MalformedUri


@check(
    "integration-uri-well-formed",
    on=Integration,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="integrations",
    why="API Gateway refuses the URI, or the route answers with an internal error",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def integration_uri_well_formed(integration: Integration) -> Iterator[Fault]:
    """IntegrationUri is a function's invocation path, a bare function ARN, a service's ARN or a URL."""
    uri = integration.uri
    if isinstance(uri, MalformedUri) and integration.type != "MOCK":
        yield Fault(
            at=integration.at("IntegrationUri"),
            message=f"IntegrationUri of {integration.label} {uri.problem}",
            label="not a URI that API Gateway takes",
            fix=f"write !Sub {FORM}",
        )
