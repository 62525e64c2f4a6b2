from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Said, Severity, check
from wsconform.wiring.functions.behind import all_behind, sharing
from wsconform.wiring.functions.runtimes import lifecycle, today
from wsconform.wiring.model import Function


@check(
    "runtime-not-retired",
    on=Function,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="functions",
    why="Lambda refuses to create a function with a retired runtime, and gives a deprecated one no more updates",
    source="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
)
def runtime_not_retired(function: Function) -> Iterator[Said]:
    """A function behind an API runs on a runtime that Lambda has not retired."""
    runtime = function.text("Runtime")
    having = sharing(function, "Runtime", all_behind)
    if runtime is None or having[:1] != [function]:
        return
    if runtime.literal is None:
        if runtime.unresolved is not None:
            yield Inconclusive(f"{function.label}: {runtime.unresolved.reason}", function.at("Runtime"))
        return
    life = lifecycle(runtime.literal)
    if life is None or life.deprecated > today():
        return
    blocked = life.blocked <= today()
    since = (
        f"with which no function can be created since {life.blocked}"
        if blocked
        else f"deprecated since {life.deprecated}; from {life.blocked} on no function can be created with it"
    )
    yield Fault(
        at=function.at("Runtime"),
        severity=Severity.ERROR if blocked else Severity.WARNING,
        effect=None if blocked else Effect.UNSEEN,
        message=f'{function.label} runs on "{runtime}", {since}',
        label="retired" if blocked else "deprecated",
        fix=f"write Runtime: {life.successor}",
        notes=tuple(Note(one.resource.span, f"{one.label} runs on it too") for one in having[1:4]),
    )
