from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Integration
from wsconform.wiring.uris import FunctionUri


@check(
    "lambda-integration-method-is-post",
    on=Integration,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="integrations",
    why="the API of Lambda invokes a function by POST and by nothing else",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def lambda_integration_method_is_post(integration: Integration) -> Iterator[Fault]:
    """IntegrationMethod of a Lambda integration is POST or left out."""
    method = integration.literal("IntegrationMethod")
    if isinstance(integration.uri, FunctionUri) and method is not None and method != "POST":
        yield Fault(
            at=integration.at("IntegrationMethod"),
            message=f'IntegrationMethod of {integration.label} is "{method}"; a function is invoked by POST',
            label="should be POST",
            fix="write IntegrationMethod: POST, or leave it out",
        )
