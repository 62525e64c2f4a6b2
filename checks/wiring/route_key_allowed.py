import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Route
from wsconform.wiring.route_keys import SYSTEM_KEYS, meant

_OF_HTTP = re.compile(r"(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) +/.*")


@check(
    "route-key-allowed",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="routes",
    why='keys that begin with "$" are reserved, and API Gateway refuses any but its own three',
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def route_key_allowed(route: Route) -> Iterator[Fault]:
    """A route key is one of the three predefined ones, or a word that clients send, which does not begin with "$"."""
    key = route.key
    if key is not None and key.startswith("$") and key not in SYSTEM_KEYS and meant(key) is None:
        yield Fault(
            at=route.at("RouteKey"),
            message=f'route key "{key}" of {route.label} begins with "$" and is not one of the predefined keys',
            label="a reserved key",
            fix=f"write RouteKey: {key.lstrip('$') or 'send'}, or one of $connect, $disconnect and $default",
        )
    elif key is not None and _OF_HTTP.fullmatch(key) and route is not route.api.misspelt_connect:
        yield Fault(
            at=route.at("RouteKey"),
            message=f'route key "{key}" of {route.label} is that of a route of an HTTP API',
            label="a method and a path, which no message has",
            fix="write what clients send to choose this route",
            severity=Severity.WARNING,
            effect=Effect.MISBEHAVES,
        )
