from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._answers import require_unrouted_answer


@probe(
    "malformed-message-answered",
    level=Level.MUST,
    area="messages",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
    about="selection",
)
def malformed_message_answered(peer: Peer, api: ApiPlan) -> None:
    """A message that is no JSON goes to $default or is answered with Forbidden, and the connection lives on."""
    connection = peer.open()
    connection.send("{this is no JSON")
    require_unrouted_answer(peer, api, connection)
