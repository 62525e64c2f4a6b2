from wsconform.live.identity import Identity
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.secret import Secret
from wsconform.live.verdict import Level, Undecidable

from ._denial import FORBIDDEN, UNAUTHORIZED, require_denial


@probe(
    "denied-without-identity",
    level=Level.MUST,
    area="authorizer",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
    about="sources",
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
    if api.is_signed:
        require_denial(peer.connect(Identity()), "no signature", FORBIDDEN)
        return
    if not api.sources:
        if not peer.stage.allow:
            raise Undecidable("the authorizer has no identity source, and no identity is given to leave out")
        require_denial(peer.connect(Identity()), "no identity", UNAUTHORIZED, FORBIDDEN)
    everything = peer.stage.allow or Identity()
    for source in api.sources:
        require_denial(peer.connect(everything.without(source)), f"{source} left out", UNAUTHORIZED)
        empty = everything.having(source, Secret("", source.name))
        require_denial(peer.connect(empty), f"{source} empty", UNAUTHORIZED)
