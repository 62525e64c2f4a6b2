from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "connect-is-authorized",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="connect",
    why="authorization is decided at $connect and never again, so every client is let in, to every route",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html",
)
def connect_is_authorized(route: Route) -> Iterator[Fault]:
    """The $connect route demands an authorizer (CUSTOM) or signed requests (AWS_IAM)."""
    if route.key != CONNECT or route.is_refused or _is_doubled(route):
        return
    authorization = route.authorization
    if authorization.unresolved:
        raise Inconclusive(authorization.unresolved.reason, route.at("AuthorizationType"))
    # With an AuthorizerId the door was meant to be shut: `authorizer-id-needs-custom` speaks of that.
    if authorization.literal in ("NONE", "") and not route.names_authorizer:
        absent = route.value("AuthorizationType") is None
        yield Fault(
            at=route.at("AuthorizationType"),
            message=("" if route.is_generated else f"{route.label}, ")
            + f"the $connect route of {route.api.label}{'' if route.is_generated else ','} "
            + ("has no AuthorizationType" if absent else f'has AuthorizationType "{authorization}"'),
            label="every client is let in",
            fix=_fix(route),
        )


def _is_doubled(route: Route) -> bool:
    """Whether another $connect route asks who connects: then it is the key of this one that is wrong."""
    return any(
        one is not route and one.authorization.literal in ("CUSTOM", "AWS_IAM") for one in route.api.connect_routes
    )


def _fix(route: Route) -> str:
    if route.is_generated:
        return "add Auth with AuthType: CUSTOM, an AuthArn and an IdentitySource, or with AuthType: AWS_IAM"
    ready = [one.label for one in route.api.authorizers]
    named = f"AuthorizerId: !Ref {ready[0] if ready else '<an authorizer of this API>'}"
    return f"write AuthorizationType: CUSTOM and {named}, or AuthorizationType: AWS_IAM"
