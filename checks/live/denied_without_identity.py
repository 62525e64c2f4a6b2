from wsconform.live.identity import Identity
from wsconform.live.outcome import Handshake, Opened, Refused
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.secret import Secret
from wsconform.live.verdict import Level, Unmet

DENIALS = (401, 403)


@probe(
    "denied-without-identity",
    level=Level.MUST,
    area="authorizer",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
    related=(
        "connect-is-authorized",
        "deployment-waits-for-routes",
        "authorizer-id-needs-custom",
        "identity-source-present",
    ),
    applies=lambda api: api.is_guarded,
)
def denied_without_identity(peer: Peer, api: ApiPlan) -> None:
    """A client that leaves out an identity source, or sends it empty, is refused at the handshake."""
    if not api.sources:
        _require_denial(peer.connect(Identity()), "no identity")
    everything = peer.stage.allow or Identity()
    for source in api.sources:
        _require_denial(peer.connect(everything.without(source)), f"{source} left out")
        _require_denial(peer.connect(everything.having(source, Secret("", source.name))), f"{source} empty")


def _require_denial(outcome: Handshake, what: str) -> None:
    """A 5xx, a redirect, silence, or a connection that is closed at once is no denial."""
    if isinstance(outcome, Refused) and outcome.status in DENIALS:
        return
    causes = ()
    if isinstance(outcome, Opened):
        causes = (
            "$connect is not in the deployed snapshot, or its AuthorizationType is not CUSTOM",
            "the authorizer allows everybody",
        )
    elif isinstance(outcome, Refused) and outcome.status >= 500:  # noqa: PLR2004 (the server's own errors)
        causes = ("the authorizer raised, answered without a policy, or may not be invoked",)
    raise Unmet(expected=("refused with 401", "refused with 403"), actual=f"with {what}: {outcome}", causes=causes)
