from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._closing import require_closed
from ._sizes import MOST_OF_MESSAGE, pieces


@probe(
    "message-beyond-limit-closed",
    level=Level.MUST,
    area="limits",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
)
def message_beyond_limit_closed(peer: Peer, _: ApiPlan) -> None:
    """A message of more than 128 KB closes the connection with 1009."""
    connection = peer.open()
    connection.send_fragments(pieces(b"x" * (MOST_OF_MESSAGE + 1)), shown="TEXT 128 KB and a byte in 5 frames")
    require_closed(peer, connection, 1009)
