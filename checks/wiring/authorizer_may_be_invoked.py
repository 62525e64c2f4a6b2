from collections.abc import Iterator

from wsconform.check import Effect, Inconclusive, Said, Severity, check
from wsconform.check.permissions import fault_of
from wsconform.wiring.model import Authorizer
from wsconform.wiring.permissions.coverage import coverage


@check(
    "authorizer-may-be-invoked",
    on=Authorizer,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="permissions",
    why="Lambda turns API Gateway away, so every attempt to connect is refused with 500, whatever the credentials",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html",
)
def authorizer_may_be_invoked(authorizer: Authorizer) -> Iterator[Said]:
    """A permission lets API Gateway invoke the function of each authorizer."""
    found = coverage(authorizer.wiring)
    for doubt in found.doubts.get(authorizer.id, ()):
        yield Inconclusive(doubt.reason, doubt.at)
    for shortfall in found.shortfalls.get(authorizer.id, ()):
        yield fault_of(shortfall, f"authorizer {authorizer.label}")
