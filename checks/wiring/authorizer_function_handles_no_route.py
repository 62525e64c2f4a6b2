from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.wiring.model import Authorizer, Function
from wsconform.wiring.permissions.coverage import coverage


@check(
    "authorizer-function-handles-no-route",
    on=Authorizer,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="authorizer",
    why="an authorizer answers with a policy and a route's function with a status: one function cannot be both",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
)
def authorizer_function_handles_no_route(authorizer: Authorizer) -> Iterator[Fault]:
    """The function of an authorizer is not behind a route too."""
    function = authorizer.function
    if not isinstance(function, Function):
        return
    behind = [one for one in function.integrations if one.routes and one.shares_api(authorizer)]
    routes = [route for integration in behind for route in integration.routes]
    if not routes:
        return
    keys = ", ".join(f'"{route.key_text}"' for route in routes)
    misdirected = coverage(authorizer.wiring).misdirected
    astray = [one for one in behind if any(route.id in misdirected for route in one.routes)]
    allowed = not astray and authorizer.id not in misdirected
    # A function behind several routes is their handler, and it is the authorizer that names the wrong one.
    is_handler = authorizer.id in misdirected or (not astray and len(routes) > 1)
    wrong, other = (authorizer, behind[0]) if is_handler else ((astray or behind)[0], authorizer)
    yield Fault(
        at=wrong.at(wrong.uri_property),
        element=wrong,
        severity=Severity.WARNING if allowed else None,
        message=f"{function.label} is the function of authorizer {authorizer.label} and of route {keys}"
        + ("" if allowed else ", and no permission lets API Gateway invoke it as both"),
        label=f"{other.label} invokes it too",
        fix=f"name another function in {wrong.uri_property}",
        notes=(Note(other.at(other.uri_property), f"{other.label} invokes it here"),),
    )
