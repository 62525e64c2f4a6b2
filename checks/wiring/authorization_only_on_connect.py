from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "authorization-only-on-connect",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="connect",
    why='API Gateway refuses the route: "Currently, authorization is restricted to the $connect route only"',
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html",
)
def authorization_only_on_connect(route: Route) -> Iterator[Fault]:
    """No route but $connect has an AuthorizationType other than NONE."""
    authorization = route.authorization
    if route.key == CONNECT or authorization.literal in ("NONE", "") or route.value("RouteKey") is None:
        return
    if route is route.api.misspelt_connect:
        return
    if route.key is None:
        raise Inconclusive(f"the route key of {route.label} is not known", route.at("RouteKey"))
    if authorization.unresolved:
        raise Inconclusive(authorization.unresolved.reason, route.at("AuthorizationType"))
    yield Fault(
        at=route.at("AuthorizationType"),
        message=f'{route.label} (route "{route.key}") has AuthorizationType "{authorization}"; '
        "only $connect can be authorized",
        label="not the $connect route",
        fix="write AuthorizationType: NONE; what $connect let in may use every route",
    )
