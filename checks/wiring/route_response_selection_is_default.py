from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import DEFAULT, Route


@check(
    "route-response-selection-is-default",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="two-way",
    why="API Gateway refuses any other expression",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html",
)
def route_response_selection_is_default(route: Route) -> Iterator[Fault]:
    """RouteResponseSelectionExpression is $default."""
    expression = route.literal("RouteResponseSelectionExpression")
    if expression is not None and expression != DEFAULT:
        yield Fault(
            at=route.at("RouteResponseSelectionExpression"),
            message=f'RouteResponseSelectionExpression of {route.label} is "{expression}"; the only one is $default',
            label="must be $default",
            fix="write RouteResponseSelectionExpression: $default",
        )
