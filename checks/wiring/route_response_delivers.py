from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import CONNECT, DISCONNECT, Api, Route, RouteResponse


@check(
    "route-response-delivers",
    on=Route,
    severity=Severity.WARNING,
    effect=Effect.MISBEHAVES,
    area="two-way",
    why="what the integration returns is dropped, and the client waits for a reply in vain",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html",
)
def route_response_delivers(route: Route) -> Iterator[Fault]:
    """A route with a RouteResponseSelectionExpression has a route response."""
    expression = route.text("RouteResponseSelectionExpression")
    if expression is None or route.key in (CONNECT, DISCONNECT):
        return
    # What is wrong with any other expression, `route-response-selection-is-default` says.
    if expression.literal not in (None, "$default"):
        return
    if route.responses or any(_is_meant_for(route, one) for one in _others(route.api)):
        return
    yield Fault(
        at=route.at("RouteResponseSelectionExpression"),
        message=f'{route.label} ("{route.key_text}") is to reply, but no AWS::ApiGatewayV2::RouteResponse is on it',
        label="needs a route response",
        fix=f"add an AWS::ApiGatewayV2::RouteResponse with RouteId: !Ref {route.label} and RouteResponseKey: $default",
    )


def _others(api: Api) -> Iterator[RouteResponse]:
    """The route responses of all APIs, and those that join none."""
    yield from (one for other in api.wiring.apis for one in other.route_responses)
    yield from (one for one in api.wiring.adrift if isinstance(one, RouteResponse))


def _is_meant_for(route: Route, response: RouteResponse) -> bool:
    """Whether a response that is not on the route may be meant for it: what is wrong is the response."""
    other = response.route
    return other is route if isinstance(other, Route) else response.shares_api(route) is not False
