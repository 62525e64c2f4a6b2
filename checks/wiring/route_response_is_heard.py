from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import CONNECT, DISCONNECT, Route, RouteResponse


@check(
    "route-response-is-heard",
    on=RouteResponse,
    severity=Severity.NOTE,
    effect=Effect.MISBEHAVES,
    area="two-way",
    why="the answer to a handshake carries no body, and after a disconnect nobody is there to read one",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html",
)
def route_response_is_heard(response: RouteResponse) -> Iterator[Fault]:
    """A route response is on a route for messages."""
    route = response.route
    if isinstance(route, Route) and route.key in (CONNECT, DISCONNECT):
        yield Fault(
            at=response.at("RouteId"),
            message=f"{response.label} is on {route.key}, which has no message to reply to",
            label=f"the {route.key} route",
            fix=f"take {response.label} away",
        )
