from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.functions.behind import all_behind, sharing
from wsconform.wiring.functions.runtimes import is_known, may_be_newer, nearest_runtime
from wsconform.wiring.model import Function


@check(
    "runtime-is-known",
    on=Function,
    severity=Severity.WARNING,
    effect=Effect.REFUSED,
    area="functions",
    why="Lambda takes the runtimes that it lists and refuses a function with any other",
    source="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
)
def runtime_is_known(function: Function) -> Iterator[Fault]:
    """A function behind an API runs on a runtime that Lambda has."""
    runtime = function.literal("Runtime")
    if runtime is None or is_known(runtime) or sharing(function, "Runtime", all_behind)[:1] != [function]:
        return
    near = nearest_runtime(runtime)
    newer = may_be_newer(runtime)
    yield Fault(
        at=function.at("Runtime"),
        severity=Severity.NOTE if newer else Severity.WARNING,
        effect=Effect.UNSEEN if newer else None,
        message=f'{function.label} is to run on "{runtime}", '
        + ("a runtime newer than those known here" if newer else "which is no runtime of Lambda"),
        label="not known",
        fix=f"write Runtime: {near}" if near else "name a runtime that Lambda lists",
    )
