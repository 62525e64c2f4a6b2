from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.suppression import Suppression


@check(
    "suppression-has-reason",
    on=Suppression,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="suppressions",
    why="nobody can tell later whether the fault is still meant to be there, so it suppresses nothing",
    source="the manual of wsconform, Suppressions",
)
def suppression_has_reason(suppression: Suppression) -> Iterator[Fault]:
    """A suppression says why."""
    if not (suppression.problem or suppression.reason):
        yield Fault(
            at=suppression.span,
            message=f"the suppression of {suppression.written} gives no reason",
            label="no reason follows the name",
            fix="say behind it why the fault is meant to be there",
        )
