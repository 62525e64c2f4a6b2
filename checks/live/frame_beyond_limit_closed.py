from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._closing import require_closed
from ._sizes import MOST_OF_FRAME


@probe(
    "frame-beyond-limit-closed",
    level=Level.MUST,
    area="limits",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
)
def frame_beyond_limit_closed(peer: Peer, _: ApiPlan) -> None:
    """A frame of more than 32 KB closes the connection with 1009."""
    connection = peer.open()
    connection.send("x" * (MOST_OF_FRAME + 1), shown="TEXT 32 KB and a byte in 1 frame")
    require_closed(peer, connection, 1009)
