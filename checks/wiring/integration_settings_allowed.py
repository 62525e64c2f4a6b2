from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.registry import unknown_name
from wsconform.wiring.model import Integration, IntegrationResponse, Part

SETTINGS = {
    "PassthroughBehavior": ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"),
    "ContentHandlingStrategy": ("CONVERT_TO_BINARY", "CONVERT_TO_TEXT"),
    "ConnectionType": ("INTERNET", "VPC_LINK"),
}


@check(
    "integration-settings-allowed",
    on=Part,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="integrations",
    why="API Gateway refuses any other word",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def integration_settings_allowed(integration: Part) -> Iterator[Fault]:
    """Enumerated settings of an integration, and of its responses, have one of their values."""
    if not isinstance(integration, Integration | IntegrationResponse):
        return
    for name, allowed in SETTINGS.items():
        written = integration.literal(name)
        if written is not None and written not in allowed:
            yield Fault(
                at=integration.at(name),
                message=f'{name} of {integration.label} is "{written}": {unknown_name("value", written, allowed)}',
                label="no such value",
                fix=f"write {name}: {' or '.join(allowed)}, or leave it out",
            )
