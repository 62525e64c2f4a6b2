from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.wiring.element import Elsewhere
from wsconform.wiring.model import Route, RouteResponse


@check(
    "route-response-in-same-api",
    on=RouteResponse,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="two-way",
    why="a route id means something within its API only, so the route response cannot be made",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-routeresponse.html",
)
def route_response_in_same_api(response: RouteResponse) -> Iterator[Fault]:
    """A route response belongs to a route of its own API."""
    route = response.route
    if isinstance(route, Elsewhere):
        yield Fault(
            at=response.at("RouteId"),
            message=f"RouteId of {response.label} leads to {route.what}, which is no route",
            label="names no route",
            fix="write RouteId: !Ref <the logical id of a route>",
        )
    elif isinstance(route, Route) and response.shares_api(route) is False:
        yield Fault(
            at=response.at("RouteId"),
            message=f"{response.label} is in {response.api.label}, and its route {route.label} in {route.api.label}",
            label=f"in {route.api.label}",
            fix=f"write ApiId: !Ref {route.api.label}",
            notes=(Note(response.at("ApiId"), f"joins {response.api.label} here"),),
        )
