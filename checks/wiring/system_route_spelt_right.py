from collections.abc import Iterator

from wsconform.check import Fault, Severity, check
from wsconform.wiring.model import CONNECT, Api
from wsconform.wiring.route_keys import is_reserved, meant


@check(
    "system-route-spelt-right",
    on=Api,
    severity=Severity.ERROR,
    area="connect",
    why="API Gateway knows $connect, $disconnect and $default to the letter; it takes no other key with a $, "
    "and one without is a route like any other",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def system_route_spelt_right(api: Api) -> Iterator[Fault]:
    """A route key that is meant to be $connect, $disconnect or $default is spelt so."""
    for route in api.routes:
        key = route.key
        wanted = None if key is None else meant(key)
        if key is None or wanted is None or route is api.misspelt_connect:
            continue
        if is_reserved(key):
            yield Fault(
                at=route.at("RouteKey"),
                element=route,
                message=f'{route.label} has the route key "{key}", which API Gateway refuses',
                label=f'not "{wanted}"',
                fix=f"write RouteKey: {wanted}",
            )
        elif wanted != CONNECT and api.route(wanted) is None:
            yield Fault(
                at=route.at("RouteKey"),
                element=route,
                message=f'{route.label} has the route key "{key}", and no route of {api.label} has "{wanted}"',
                label="a custom route, which only a message selects",
                fix=f"write RouteKey: {wanted}, unless clients send {key.strip()} themselves",
                severity=Severity.WARNING,
            )
