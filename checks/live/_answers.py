"""What API Gateway itself sends, and what a client may ask of any answer."""

import json

from wsconform.live.client import Connection
from wsconform.live.expectation import Nothing
from wsconform.live.outcome import Closed, Lost, Received, Silence, Text
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.verdict import Undecidable, Unmet

FORBIDDEN = 'the frame {"message": "Forbidden", "connectionId": …, "requestId": …}'
KEYS = {"message", "connectionId", "requestId"}


def gateway_frame(received: Received) -> dict[str, str]:
    """What a frame of the gateway's own says; empty for any other."""
    try:
        found = json.loads(received.text) if isinstance(received, Text) else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) and found.keys() >= KEYS else {}


def require_unrouted_answer(peer: Peer, api: ApiPlan, connection: Connection) -> None:
    """Require what a message that no route selects is answered with, and that the connection lives on."""
    if api.default is None:
        received = connection.receive(peer.stage.patience)
        if gateway_frame(received).get("message") != "Forbidden":
            raise Unmet(
                expected=FORBIDDEN,
                actual=received,
                causes=("the stage is not API Gateway's, or a $default route is deployed that the template lacks",),
            )
    else:
        _require_default_answer(peer, api, connection)
    peer.require_open(connection)


def _require_default_answer(peer: Peer, api: ApiPlan, connection: Connection) -> None:
    """The answer of `$default`, where one is expected of it; that it keeps the connection, where none is."""
    expectation = api.default.expectation if api.default is not None else None
    if expectation is None or isinstance(expectation.reply, Nothing):
        received = connection.receive(peer.stage.quiet)
        if isinstance(received, Closed | Lost) or (expectation is not None and not isinstance(received, Silence)):
            raise Unmet(expected="the answer of $default" if expectation is None else "no reply", actual=received)
        return
    problem = expectation.reply.problem(peer.reply(connection, expectation.within).text)
    if problem is not None:
        raise Unmet(expected=f"the answer of $default: {expectation.reply}", actual=problem)


def connection_id_of(peer: Peer, api: ApiPlan, connection: Connection) -> str:
    """The id of a connection, which a frame of the gateway's own tells. Raises Undecidable where none comes."""
    message = api.unused_message()
    if api.default is not None or message is None:
        raise Undecidable("the connection's id is told by no frame, since every message has a route")
    connection.send(message)
    told = gateway_frame(connection.receive(peer.stage.patience)).get("connectionId")
    if not told:
        raise Undecidable("the stage does not tell the connection's id")
    return told
