from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Authorizer, Integration, Part, Route


@check(
    "no-http-only-property",
    on=Part,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="api",
    why="the property is for HTTP APIs only; API Gateway refuses it, or passes it over, on a WebSocket API",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html",
)
def no_http_only_property(part: Part) -> Iterator[Fault]:
    """No route, integration or authorizer of a WebSocket API has a property that is for HTTP APIs only."""
    for name in _names(part):
        if part.value(name) is not None:
            yield Fault(
                at=part.at(name),
                message=f"{part.label} has {name}, which is for HTTP APIs only",
                label="not for WebSocket APIs",
                fix=f"remove {name}{_INSTEAD.get(name, '')}",
                effect=None if name in _SEEN_REFUSED else Effect.UNSEEN,
            )


def _names(part: Part) -> tuple[str, ...]:
    """The properties to look for. What goes with the type JWT is not wrong by itself: the type is."""
    if isinstance(part, Route):
        return () if part.literal("AuthorizationType") == "JWT" else ("AuthorizationScopes",)
    if isinstance(part, Integration):
        return ("IntegrationSubtype", "ResponseParameters", "TlsConfig")
    if isinstance(part, Authorizer):
        names = ("AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "EnableSimpleResponses")
        return names if part.is_jwt else (*names, "JwtConfiguration")
    return ()


_SEEN_REFUSED = {"AuthorizationScopes", "AuthorizerPayloadFormatVersion"}
"""Those that people saw API Gateway refuse; of the others nobody said whether it refuses them or passes them over."""

_INSTEAD = {
    "AuthorizationScopes": "; scopes belong to JWT authorizers",
    "AuthorizerResultTtlInSeconds": "; the authorizer runs once per connection, and nothing is cached",
    "EnableSimpleResponses": ", and let the authorizer answer with a policy",
    "ResponseParameters": "; what a WebSocket integration answers goes through AWS::ApiGatewayV2::IntegrationResponse",
}
