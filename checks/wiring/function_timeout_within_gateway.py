from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Said, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.functions.behind import sharing
from wsconform.wiring.functions.waiting import LONGEST_WAIT, awaited_functions
from wsconform.wiring.model import Function

MOST_OF_LAMBDA = 900
"""Seconds. More than Lambda takes at all is what `within-service-limits` speaks of."""


@check(
    "function-timeout-within-gateway",
    on=Function,
    severity=Severity.WARNING,
    effect=Effect.MISBEHAVES,
    area="functions",
    why="API Gateway stops waiting after 29 seconds and answers with an error; the function runs on, and is paid for",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
)
def function_timeout_within_gateway(function: Function) -> Iterator[Said]:
    """The Timeout of a function behind a route ends before API Gateway stops waiting."""
    having = sharing(function, "Timeout", awaited_functions)
    if having[:1] != [function]:
        return
    timeout = function.number("Timeout")
    if isinstance(timeout, Unresolved):
        yield Inconclusive(f"{function.label}: {timeout.reason}", function.at("Timeout"))
    elif timeout is not None and LONGEST_WAIT < timeout <= MOST_OF_LAMBDA:
        yield Fault(
            at=function.at("Timeout"),
            message=f"{function.label} may run for {timeout} seconds, and API Gateway waits for {LONGEST_WAIT}",
            label=f"more than {LONGEST_WAIT} seconds",
            fix=f"write Timeout: {LONGEST_WAIT} or less, and hand longer work to a function that nothing waits for",
            notes=tuple(Note(one.resource.span, f"{one.label} may too") for one in having[1:4]),
        )
