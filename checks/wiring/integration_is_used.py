from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Integration, Route
from wsconform.wiring.permissions.coverage import coverage


@check(
    "integration-is-used",
    on=Integration,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="integrations",
    why="nothing ever calls it, so the route that it was written for is not wired",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
    in_every_world=True,
)
def integration_is_used(integration: Integration) -> Iterator[Fault]:
    """Every integration is the target of a route."""
    api = integration.api
    if integration.routes or any(_astray(route) for route in api.routes) or api.wiring.evaluation.stack.gaps:
        return
    # An API without a $connect route is at fault for that, and the integration may be what is left of the route.
    if api.routes and not api.connect_routes:
        return
    if integration.api.element is None or any(route.integration is integration for route in _others(integration)):
        return
    # A route that may not call what it targets was meant for this one, whose function the permission is on.
    if any(_is_meant_for(integration, route) for route in api.routes):
        return
    yield Fault(
        at=integration.resource.span,
        message=f"no route targets {integration.label}",
        label="unused",
        fix=f"add Target: !Sub integrations/${{{integration.label}}} to the route that it is for, or take it away",
    )


def _is_meant_for(integration: Integration, route: Route) -> bool:
    blamed = [one.permission for one in coverage(route.wiring).shortfalls.get(route.id, ())]
    return any(one is None or one.function is integration.function for one in blamed)


def _others(integration: Integration) -> Iterator[Route]:
    """The routes of other APIs, and those that join none: if they target it, that is the fault."""
    wiring = integration.wiring
    yield from (route for api in wiring.apis for route in api.routes)
    yield from (part for part in wiring.adrift if isinstance(part, Route))


def _astray(route: Route) -> bool:
    """Whether the route's own target is at fault, or cannot be told: it may be meant for this integration."""
    target = route.integration
    if isinstance(target, Integration):
        return route.shares_api(target) is False
    return route.is_message or route.value("Target") is not None
