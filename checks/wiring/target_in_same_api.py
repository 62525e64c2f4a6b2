from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Integration, Route


@check(
    "target-in-same-api",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="routes",
    why="integration ids belong to one API, so API Gateway refuses the route",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
)
def target_in_same_api(route: Route) -> Iterator[Fault]:
    """A route targets an integration of its own API."""
    target = route.integration
    if isinstance(target, Unresolved):
        raise Inconclusive(target.reason, route.at("Target"))
    if isinstance(target, Integration) and route.shares_api(target) is False:
        yield Fault(
            at=route.at("Target"),
            message=f'route "{route.key_text}" targets {target.label}, an integration of another API',
            label=f"{target.label} is in {target.api.label}",
            fix=f"point Target at an integration whose ApiId is {route.api.label}",
            notes=(Note(target.at("ApiId"), f"{target.label} joins {target.api.label} here"),),
        )
