from wsconform.live.management import Method
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.received import Text
from wsconform.live.verdict import Level, Undecidable, Unmet

from ._answers import connection_id_of
from ._closing import require_closed

GONE = 410
PUSHED = "pushed by wsconform"


@probe(
    "management-reaches-the-connection",
    level=Level.MUST,
    area="management",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html",
)
def management_reaches_the_connection(peer: Peer, api: ApiPlan) -> None:
    """@connections shows a connection, reaches its client, closes it, and is gone with it."""
    if peer.stage.management is None:
        raise Undecidable("there are no credentials for @connections")
    connection = peer.open()
    connection_id = connection_id_of(peer, api, connection)
    _require(peer, "GET", connection_id, 200)
    _require(peer, "POST", connection_id, 200)
    received = connection.receive(peer.stage.patience)
    if received != Text(PUSHED):
        raise Unmet(expected=f"the text {PUSHED}", actual=received)
    _require(peer, "DELETE", connection_id, 200, 204)
    require_closed(peer, connection, 1000)
    for method in ("GET", "POST", "DELETE"):
        _require(peer, method, connection_id, GONE)


def _require(peer: Peer, method: Method, connection_id: str, *statuses: int) -> None:
    answer = peer.manage(method, connection_id, PUSHED.encode())
    if answer.status not in statuses:
        raise Unmet(
            expected=tuple(f"{method} answered with {status}" for status in statuses), actual=f"{method} {answer}"
        )
