from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import DEFAULT, Api
from wsconform.wiring.route_keys import meant


@check(
    "default-route-exists",
    on=Api,
    severity=Severity.NOTE,
    effect=Effect.MISBEHAVES,
    area="api",
    why='a message that selects no route is answered with "Forbidden", which looks like a want of permission',
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def default_route_exists(api: Api) -> Iterator[Fault]:
    """An API has a $default route for the messages that select no other."""
    if not api.routes or api.route(DEFAULT) is not None:
        return
    if any(route.key is not None and meant(route.key) == DEFAULT for route in api.routes):
        return
    if api.open_routes:
        route = api.open_routes[0]
        raise Inconclusive(f"the route key of {route.label} is not known", route.at("RouteKey"))
    yield Fault(
        at=api.at(),
        message=f"{api.label} has no $default route",
        label="other messages are answered with an error frame",
        fix="add a route of the key $default that tells the client what it did wrong, if that should not be so",
    )
