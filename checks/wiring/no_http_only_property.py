from collections.abc import Iterator

from wsconform.check import Fault, Severity, check
from wsconform.template.values import Map, Seq
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api


@check(
    "no-http-only-property",
    on=Api,
    severity=Severity.ERROR,
    area="api",
    why="the property is for HTTP APIs only, and API Gateway refuses or ignores it on a WebSocket API",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html",
)
def no_http_only_property(api: Api) -> Iterator[Fault]:
    """No resource of a WebSocket API has a property that only HTTP APIs have."""
    if api.element is not None:
        yield from _faults(api.element, _API)
    # Beside the type JWT it is the type that is wrong, and what belongs to it goes with it.
    for route in api.routes:
        if route.literal("AuthorizationType") != "JWT":
            yield from _faults(route, ("AuthorizationScopes",))
    for integration in api.integrations:
        yield from _faults(integration, ("IntegrationSubtype", "ResponseParameters", "TlsConfig"))
    for authorizer in api.authorizers:
        is_jwt = authorizer.literal("AuthorizerType") == "JWT"
        yield from _faults(authorizer, _AUTHORIZER if is_jwt else (*_AUTHORIZER, "JwtConfiguration"))


_API = ("BasePath", "Body", "BodyS3Location", "CorsConfiguration", "CredentialsArn", "RouteKey", "Target")
_AUTHORIZER = ("AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "EnableSimpleResponses")


def _faults(element: Element, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        value = element.value(name)
        if (
            value is None
            or (isinstance(value, Seq) and not value.items)
            or (isinstance(value, Map) and not value.entries)
        ):
            continue
        yield Fault(
            at=element.at(name),
            element=element,
            message=f"{element.label} has {name}, which only HTTP APIs have",
            label="for HTTP APIs only",
            fix=f"remove {name}" + _INSTEAD.get(name, ""),
        )


_INSTEAD = {
    "AuthorizationScopes": "; scopes go with JWT authorizers, which WebSocket APIs do not take",
    "AuthorizerResultTtlInSeconds": "; nothing is cached, the authorizer runs once per connection",
    "Body": " and declare the routes as resources; a WebSocket API is not imported from OpenAPI",
    "BodyS3Location": " and declare the routes as resources; a WebSocket API is not imported from OpenAPI",
    "CorsConfiguration": "; let the authorizer judge the Origin header instead",
    "EnableSimpleResponses": " and let the authorizer answer with a policy",
    "RouteKey": " and declare an AWS::ApiGatewayV2::Route",
    "Target": " and declare an AWS::ApiGatewayV2::Integration",
}
