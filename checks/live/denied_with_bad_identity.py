import secrets

from wsconform.live.identity import Identity
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.secret import Secret
from wsconform.live.verdict import Level, Undecidable

from ._denial import FORBIDDEN, UNAUTHORIZED, require_denial


@probe(
    "denied-with-bad-identity",
    level=Level.MUST,
    area="authorizer",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
    about="sources",
    related=("connect-is-authorized", "deployment-waits-for-routes", "authorizer-id-needs-custom"),
    applies=lambda api: bool(api.sources) or api.is_signed,
)
def denied_with_bad_identity(peer: Peer, api: ApiPlan) -> None:
    """A client that shows a wrong identity is refused at the handshake."""
    if api.is_signed:
        _denied_with_bad_signatures(peer)
        return
    if peer.stage.deny is not None:
        require_denial(peer.connect(peer.stage.deny), "the identity to be denied", UNAUTHORIZED, FORBIDDEN)
    made_up = {source: Secret(secrets.token_urlsafe(16), "made up") for source in api.sources}
    require_denial(peer.connect(Identity(made_up)), "an identity made up", UNAUTHORIZED, FORBIDDEN)


def _denied_with_bad_signatures(peer: Peer) -> None:
    """Sign with a wrong key, and with that of nobody."""
    signer = peer.allowed.signer
    if signer is None:
        raise Undecidable("there are no AWS credentials to sign with")
    require_denial(peer.connect(Identity(signer=signer.spoilt())), "a signature made with a wrong key", FORBIDDEN)
    require_denial(peer.connect(Identity(signer=signer.unknown())), "the signature of nobody", FORBIDDEN)
