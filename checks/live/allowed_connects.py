from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level


@probe(
    "allowed-connects",
    level=Level.MUST,
    area="handshake",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html",
    related=("authorizer-may-be-invoked", "route-function-may-be-invoked", "handler-exists"),
)
def allowed_connects(peer: Peer, _: ApiPlan) -> None:
    """A client that may connect is connected, and stays so."""
    connection = peer.open()
    peer.require_quiet(connection, "the connection stays open, and nothing comes before anything is sent")
    peer.require_open(connection)
