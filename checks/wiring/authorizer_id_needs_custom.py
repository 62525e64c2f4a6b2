from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "authorizer-id-needs-custom",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="connect",
    why="API Gateway accepts the authorizer and never asks it: the type alone decides",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html",
)
def authorizer_id_needs_custom(route: Route) -> Iterator[Fault]:
    """A route that names an authorizer has AuthorizationType CUSTOM."""
    if not route.names_authorizer or route is route.api.misspelt_connect:
        return
    authorization = route.authorization
    if authorization.unresolved:
        raise Inconclusive(authorization.unresolved.reason, route.at("AuthorizationType"))
    if authorization.literal not in ("NONE", "AWS_IAM", ""):
        return
    is_open = route.key == CONNECT and authorization.literal != "AWS_IAM"
    absent = route.value("AuthorizationType") is None
    instead = "has no AuthorizationType" if absent else f'has AuthorizationType "{authorization}"'
    what = f"names an authorizer and {instead}" + (", so every client is let in" if is_open else "")
    yield Fault(
        at=route.at("AuthorizerId" if absent else "AuthorizationType"),
        message=f'{route.label} (route "{route.key_text}") {what}',
        label="the authorizer is never asked",
        fix="write AuthorizationType: CUSTOM"
        if route.key == CONNECT
        else "remove AuthorizerId; authorization is decided at $connect, for all routes",
        notes=() if absent else (Note(route.at("AuthorizerId"), "the authorizer is named here"),),
        severity=Severity.ERROR if is_open else Severity.WARNING,
        effect=None if is_open else Effect.UNSEEN,
    )
