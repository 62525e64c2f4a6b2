from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import DEFAULT, RouteResponse


@check(
    "route-response-key-is-default",
    on=RouteResponse,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="two-way",
    why="API Gateway refuses any other key",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html",
)
def route_response_key_is_default(response: RouteResponse) -> Iterator[Fault]:
    """RouteResponseKey is $default."""
    key = response.literal("RouteResponseKey")
    if key is not None and key != DEFAULT:
        yield Fault(
            at=response.at("RouteResponseKey"),
            message=f'RouteResponseKey of {response.label} is "{key}"; the only one is $default',
            label="must be $default",
            fix="write RouteResponseKey: $default",
        )
