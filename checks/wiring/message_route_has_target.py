from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Route


@check(
    "message-route-has-target",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="routes",
    why="nothing is behind the route, so its messages are answered with an error frame or not at all",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
)
def message_route_has_target(route: Route) -> Iterator[Fault]:
    """Every route for messages has a Target."""
    if route.is_message and route.value("Target") is None:
        yield Fault(
            at=route.resource.span,
            message=f'route "{route.key}" ({route.label}) has no Target',
            label="no integration is behind it",
            fix="add Target: !Sub integrations/${<the logical id of an integration of " + route.api.label + ">}",
        )
