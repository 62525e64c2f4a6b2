from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Map, Seq
from wsconform.wiring.model import Wiring

from ._surroundings import elements_of, type_name

TEXTS = {
    "Api": ("Name", "ProtocolType", "RouteSelectionExpression", "ApiKeySelectionExpression"),
    "Route": (
        "ApiId",
        "RouteKey",
        "Target",
        "AuthorizationType",
        "AuthorizerId",
        "RouteResponseSelectionExpression",
        "ModelSelectionExpression",
    ),
    "Integration": (
        "ApiId",
        "IntegrationType",
        "IntegrationUri",
        "IntegrationMethod",
        "CredentialsArn",
        "PayloadFormatVersion",
        "TimeoutInMillis",
    ),
    "Authorizer": ("ApiId", "Name", "AuthorizerType", "AuthorizerUri", "AuthorizerCredentialsArn"),
    "RouteResponse": ("ApiId", "RouteId", "RouteResponseKey"),
    "IntegrationResponse": ("ApiId", "IntegrationId", "IntegrationResponseKey"),
    "Model": ("ApiId", "Name"),
    "Deployment": ("ApiId", "StageName"),
    "Stage": ("ApiId", "StageName", "DeploymentId", "AutoDeploy"),
    "ApiMapping": ("ApiId", "DomainName", "Stage"),
    "Permission": ("Action", "FunctionName", "Principal", "SourceArn", "SourceAccount"),
}
"""By the last word of a resource's type."""


@check(
    "property-is-text",
    on=Wiring,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="CloudFormation refuses a list or a map in the place of a text",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html",
)
def property_is_text(wiring: Wiring) -> Iterator[Fault]:
    """What stands where text belongs is no list and no map."""
    for element in elements_of(wiring):
        for name in TEXTS.get(type_name(element), ()):
            value = element.value(name)
            if isinstance(value, Seq | Map):
                what = "list" if isinstance(value, Seq) else "map"
                yield Fault(
                    at=value.span,
                    element=element,
                    message=f"{name} of {element.label} is a {what}, not text",
                    label=f"a {what}",
                    fix=f"write {name} as one text",
                )
