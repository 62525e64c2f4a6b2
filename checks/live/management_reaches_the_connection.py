from wsconform.live.management import Managed
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level, Undecidable, Unmet

from ._answers import connection_id_of
from ._closing import require_closed

GONE = 410


@probe(
    "management-reaches-the-connection",
    level=Level.MUST,
    area="management",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html",
)
def management_reaches_the_connection(peer: Peer, api: ApiPlan) -> None:
    """@connections shows a connection, reaches its client, closes it, and is gone with it."""
    management = peer.stage.management
    if management is None:
        raise Undecidable("there are no credentials for @connections")
    connection = peer.open()
    connection_id = connection_id_of(peer, api, connection)
    _require(management.call("GET", connection_id), 200)
    _require(management.call("POST", connection_id, b"pushed by wsconform"), 200)
    if peer.reply(connection, peer.stage.patience).text != "pushed by wsconform":
        raise Unmet(expected="the text pushed by wsconform", actual="another text")
    _require(management.call("DELETE", connection_id), 200, 204)
    require_closed(peer, connection, 1000)
    for method in ("GET", "POST", "DELETE"):
        _require(management.call(method, connection_id), GONE)


def _require(answer: Managed, *statuses: int) -> None:
    if answer.status not in statuses:
        raise Unmet(expected=tuple(f"answered with {status}" for status in statuses), actual=answer)
