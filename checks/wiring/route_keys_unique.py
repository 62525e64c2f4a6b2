from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.wiring.model import Api, Route


@check(
    "route-keys-unique",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="routes",
    why="API Gateway refuses the second route with a conflict, and the stack rolls back",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def route_keys_unique(api: Api) -> Iterator[Fault]:
    """No two routes of an API have the same key."""
    first: dict[str, Route] = {}
    for route in api.routes:
        key = str(route.key_text)
        known = first.setdefault(key, route)
        if known is not route and route.value("RouteKey") is not None and api.misspelt_connect not in (known, route):
            yield Fault(
                at=route.at("RouteKey"),
                element=route,
                message=f'route key "{key}" of {route.label} is that of {known.label} already',
                label=f'a second "{key}"',
                fix="give one of the two routes another key, or take it away",
                notes=(Note(known.at("RouteKey"), f"{known.label} has the key here"),),
            )
