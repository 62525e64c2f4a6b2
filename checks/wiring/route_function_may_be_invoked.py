from collections.abc import Iterator

from wsconform.check import Effect, Inconclusive, Said, Severity, check
from wsconform.check.permissions import fault_of
from wsconform.check.wording import quoted
from wsconform.wiring.model import Route
from wsconform.wiring.permissions.coverage import Shortfall, coverage


@check(
    "route-function-may-be-invoked",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="permissions",
    why="Lambda turns API Gateway away: $connect is refused with 500, a message is answered with "
    '"Internal server error"',
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-permission.html",
)
def route_function_may_be_invoked(route: Route) -> Iterator[Said]:
    """A permission lets API Gateway invoke the function behind each route, on every stage."""
    found = coverage(route.wiring)
    for doubt in found.doubts.get(route.id, ()):
        yield Inconclusive(doubt.reason, doubt.at)
    for shortfall in found.shortfalls.get(route.id, ()):
        yield fault_of(shortfall, _named(shortfall))


def _named(shortfall: Shortfall) -> str:
    """The routes of some calls, with the stages where these are not all stages of the API."""
    routes = dict.fromkeys(str(call.caller.key_text) for call in shortfall.calls if isinstance(call.caller, Route))
    stages = dict.fromkeys(call.stage.label for call in shortfall.calls if call.stage is not None)
    words = f"route{'s' if len(routes) > 1 else ''} {quoted(routes)}"
    return words if len(stages) == len(shortfall.caller.api.stages) else f"{words} on {', '.join(stages)}"
