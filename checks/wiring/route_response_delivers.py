from collections.abc import Iterator

from wsconform.check import Fault, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Missing
from wsconform.wiring.model import CONNECT, DISCONNECT, Route


@check(
    "route-response-delivers",
    on=Route,
    severity=Severity.WARNING,
    area="two-way",
    why="what the integration returns is dropped, and the client waits for a reply in vain",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html",
)
def route_response_delivers(route: Route) -> Iterator[Fault]:
    """A route with a RouteResponseSelectionExpression has a route response."""
    if route.value("RouteResponseSelectionExpression") is None or route.key in (CONNECT, DISCONNECT):
        return
    if route.responses or any(isinstance(one.route, Missing | Unresolved) for one in route.api.route_responses):
        return
    yield Fault(
        at=route.at("RouteResponseSelectionExpression"),
        message=f'{route.label} ("{route.key_text}") is to reply, but no AWS::ApiGatewayV2::RouteResponse is on it',
        label="needs a route response",
        fix=f"add an AWS::ApiGatewayV2::RouteResponse with RouteId: !Ref {route.label} and RouteResponseKey: $default",
    )
