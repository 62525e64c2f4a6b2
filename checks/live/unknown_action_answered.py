from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level, Undecidable

from ._answers import require_unrouted_answer


@probe(
    "unknown-action-answered",
    level=Level.MUST,
    area="messages",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
    about="selection",
    related=("selection-expression-yields-keys", "default-route-exists"),
)
def unknown_action_answered(peer: Peer, api: ApiPlan) -> None:
    """A message that no route selects is answered, and the connection lives on."""
    message = api.unused_message()
    if message is None:
        raise Undecidable("no message can be made up that selects no route")
    connection = peer.open()
    connection.send(message)
    require_unrouted_answer(peer, api, connection)
