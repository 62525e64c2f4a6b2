from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.received import Pong
from wsconform.live.verdict import Level, Unmet


@probe(
    "ping-answered",
    level=Level.MUST,
    area="protocol",
    source="https://datatracker.ietf.org/doc/html/rfc6455#section-5.5.2",
)
def ping_answered(peer: Peer, _: ApiPlan) -> None:
    """A ping is answered with a pong of the same data."""
    connection = peer.open()
    connection.ping(b"wsconform")
    received = connection.receive(peer.stage.patience)
    if received != Pong(b"wsconform"):
        raise Unmet(expected='a pong with "wsconform" in it', actual=received)
