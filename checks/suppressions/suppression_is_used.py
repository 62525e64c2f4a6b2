from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.suppression import Suppression


@check(
    "suppression-is-used",
    on=Suppression,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="suppressions",
    why="left behind, it hides the same fault when that comes back",
    source="the manual of wsconform, Suppressions",
)
def suppression_is_used(suppression: Suppression) -> Iterator[Fault]:
    """A suppression covers a finding."""
    for named in suppression.names:
        if named.idle:
            yield Fault(
                at=named.span,
                message=f"the suppression of {named.pattern} covers no finding",
                fix="remove it",
            )
