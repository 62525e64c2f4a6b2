from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.received import Closed
from wsconform.live.verdict import Level, Unmet


@probe(
    "disconnect-is-clean",
    level=Level.MUST,
    area="protocol",
    source="https://datatracker.ietf.org/doc/html/rfc6455#section-7.1.2",
)
def disconnect_is_clean(peer: Peer, _: ApiPlan) -> None:
    """A close frame is answered with one, and a new client is connected at once."""
    received = peer.open().close(within=peer.stage.patience)
    if not isinstance(received, Closed) or received.code not in (1000, 1005):
        raise Unmet(expected=("closed with 1000", "closed without a code"), actual=received)
    peer.require_open(peer.open())
