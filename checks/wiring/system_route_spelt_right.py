from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import CONNECT, Route
from wsconform.wiring.route_keys import is_reserved, meant


@check(
    "system-route-spelt-right",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="connect",
    why="API Gateway knows its predefined keys to the letter: another one with a $ it refuses, "
    "and one without is a route like any other",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def system_route_spelt_right(route: Route) -> Iterator[Fault]:
    """A route key that is meant to be $connect, $disconnect or $default is spelt so."""
    api, key = route.api, route.key
    wanted = None if key is None else meant(key)
    # What stands in for a missing $connect is what `connect-route-exists` speaks of.
    if key is None or wanted is None or (api.element is not None and route is api.misspelt_connect):
        return
    if is_reserved(key):
        yield Fault(
            at=route.at("RouteKey"),
            message=f'{route.label} has the route key "{key}", which API Gateway refuses',
            label=f'not "{wanted}"',
            fix=f"write RouteKey: {wanted}",
            effect=Effect.REFUSED,
        )
    elif wanted != CONNECT and api.route(wanted) is None:
        if api.element is None:
            raise Inconclusive(f'whether "{api.label}", an API elsewhere, has a {wanted} route is not known')
        yield Fault(
            at=route.at("RouteKey"),
            message=f'{route.label} has the route key "{key}", and no route of {api.label} has "{wanted}"',
            label="a custom route, which only a message selects",
            fix=f"write RouteKey: {wanted}, unless clients do send {key.strip()}",
            severity=Severity.WARNING,
        )
