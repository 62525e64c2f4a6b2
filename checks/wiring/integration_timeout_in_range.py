from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Integration

LEAST, MOST = 50, 29_000


@check(
    "integration-timeout-in-range",
    on=Integration,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="integrations",
    why="API Gateway refuses a timeout outside 50 to 29000 milliseconds",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
)
def integration_timeout_in_range(integration: Integration) -> Iterator[Fault]:
    """TimeoutInMillis lies between 50 and 29000."""
    timeout = integration.number("TimeoutInMillis")
    written = integration.text("TimeoutInMillis")
    if written is None or written.unresolved:
        return
    if not isinstance(timeout, int) or not LEAST <= timeout <= MOST:
        yield Fault(
            at=integration.at("TimeoutInMillis"),
            message=f'TimeoutInMillis of {integration.label} is "{written}", not between {LEAST} and {MOST}',
            label=f"{LEAST} to {MOST} milliseconds",
            fix=f"write TimeoutInMillis: {MOST}, or leave it out for the same",
        )
