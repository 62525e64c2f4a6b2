from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._answers import require_unrouted_answer
from ._sizes import MOST_OF_MESSAGE, pieces


@probe(
    "message-at-limit-passes",
    level=Level.MUST,
    area="limits",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
)
def message_at_limit_passes(peer: Peer, api: ApiPlan) -> None:
    """A message of 128 KB in frames of 32 KB is taken."""
    connection = peer.open()
    connection.send_fragments(pieces(b"x" * MOST_OF_MESSAGE), shown="TEXT 128 KB in 4 frames")
    require_unrouted_answer(peer, api, connection)
