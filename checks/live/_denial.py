"""What counts as a denial."""

from wsconform.live.outcome import Handshake, Opened, Refused
from wsconform.live.verdict import Unmet

DENIALS = (401, 403)


def require_denial(outcome: Handshake, what: str) -> None:
    """A 5xx, a redirect, silence, or a connection that is closed at once is no denial."""
    if isinstance(outcome, Refused) and outcome.status in DENIALS:
        return
    causes: tuple[str, ...] = ()
    if isinstance(outcome, Opened):
        causes = (
            "$connect is not in the deployed snapshot, or its AuthorizationType is not CUSTOM",
            "the authorizer allows everybody",
        )
    elif isinstance(outcome, Refused) and outcome.status >= 500:  # noqa: PLR2004 (the server's own errors)
        causes = ("the authorizer raised, answered without a policy, or may not be invoked",)
    raise Unmet(expected=("refused with 401", "refused with 403"), actual=f"with {what}: {outcome}", causes=causes)
