from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "request-parameters-only-on-connect",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.UNSEEN,
    area="connect",
    why="only the upgrade request has headers and a query string; on another route API Gateway refuses them",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html",
)
def request_parameters_only_on_connect(route: Route) -> Iterator[Fault]:
    """No route but $connect has RequestParameters."""
    parameters = route.map("RequestParameters")
    if parameters is None or not parameters.entries or route.key == CONNECT or route.value("RouteKey") is None:
        return
    if route is route.api.misspelt_connect:
        return
    if route.key is None:
        raise Inconclusive(f"the route key of {route.label} is not known", route.at("RouteKey"))
    yield Fault(
        at=route.at("RequestParameters"),
        message=f'{route.label} (route "{route.key}") has RequestParameters, which only $connect can have',
        label="a message has no headers and no query string",
        fix="remove RequestParameters, or move them to the $connect route",
    )
