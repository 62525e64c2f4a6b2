from collections.abc import Iterator

from wsconform.check import Fault, Inconclusive, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "connect-is-authorized",
    on=Route,
    severity=Severity.ERROR,
    area="connect",
    why="authorization is decided at $connect and never again, so every client is let in, to every route",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html",
)
def connect_is_authorized(route: Route) -> Iterator[Fault]:
    """The $connect route demands an authorizer (CUSTOM) or signed requests (AWS_IAM)."""
    if route.key != CONNECT:
        return
    authorization = route.authorization
    if authorization.unresolved:
        raise Inconclusive(authorization.unresolved.reason, route.at("AuthorizationType"))
    # With an AuthorizerId the door was meant to be shut: `authorizer-id-needs-custom` speaks of that.
    if authorization.literal in ("NONE", "") and not route.names_authorizer:
        absent = route.value("AuthorizationType") is None
        yield Fault(
            at=route.at("AuthorizationType"),
            message=f"{route.label}, the $connect route of {route.api.label}, "
            + ("has no AuthorizationType" if absent else f'has AuthorizationType "{authorization}"'),
            label="every client is let in",
            fix="write AuthorizationType: CUSTOM and AuthorizerId: !Ref <an authorizer of this API>, or AWS_IAM",
        )
