"""What counts as a denial."""

from wsconform.live.outcome import Handshake, Opened, Refused
from wsconform.live.verdict import Unmet

UNAUTHORIZED, FORBIDDEN = 401, 403


def require_denial(outcome: Handshake, what: str, *statuses: int) -> None:
    """Require a refusal with one of some statuses: a 5xx, a redirect, silence, or a close after 101 is no denial."""
    if isinstance(outcome, Refused) and outcome.status in statuses:
        return
    raise Unmet(
        expected=tuple(f"refused with {status}" for status in statuses),
        actual=f"with {what}: {outcome}",
        met=outcome,
        causes=_causes(outcome, statuses),
    )


def _causes(outcome: Handshake, statuses: tuple[int, ...]) -> tuple[str, ...]:
    """What is to be said beyond the usual causes of an outcome."""
    if isinstance(outcome, Opened):
        return (
            "the deployed $connect asks nobody: it is not in the snapshot, or its AuthorizationType is not CUSTOM",
            "the authorizer allows this, or everybody",
        )
    if isinstance(outcome, Refused) and outcome.status == FORBIDDEN and FORBIDDEN not in statuses:
        return (
            "403 where 401 is expected: the authorizer was asked, so this is no identity source of the deployed one",
            "the stage has no deployment, or the URL names another stage",
        )
    return ()
