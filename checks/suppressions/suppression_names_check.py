from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.suppression import Suppression


@check(
    "suppression-names-check",
    on=Suppression,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="suppressions",
    why="a suppression that names no check suppresses nothing",
    source="the manual of wsconform, Suppressions",
)
def suppression_names_check(suppression: Suppression) -> Iterator[Fault]:
    """A suppression can be read, and names checks that exist."""
    if suppression.problem:
        yield Fault(
            at=suppression.span,
            message=suppression.problem,
            fix='write "# wsconform: ignore[check-name] reason", or the same under Metadata; '
            '"wsconform checks" lists the names',
        )
    for named in suppression.names:
        if named.unknown:
            yield Fault(at=named.span, message=named.unknown, fix='"wsconform checks" lists the names')
