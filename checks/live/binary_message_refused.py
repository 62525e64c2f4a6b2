from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._closing import require_closed


@probe(
    "binary-message-refused",
    level=Level.MUST,
    area="limits",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html",
)
def binary_message_refused(peer: Peer, _: ApiPlan) -> None:
    """A binary message closes the connection with 1003."""
    connection = peer.open()
    connection.send_binary(b"\0\1\2")
    require_closed(peer, connection, 1003)
