"""What API Gateway itself sends, and what a client may ask of any answer."""

from wsconform.config.expectation import Nothing
from wsconform.live.causes import gateway_frame
from wsconform.live.connection import Connection
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.received import Closed, Lost, Received, Text
from wsconform.live.verdict import Undecidable, Unmet

FORBIDDEN = 'the frame {"message": "Forbidden", "connectionId": …, "requestId": …}'


def frame_of(received: Received) -> dict[str, str]:
    """What a frame of the gateway's own says; empty for whatever else came."""
    return gateway_frame(received.text) if isinstance(received, Text) else {}


def require_unrouted_answer(peer: Peer, api: ApiPlan, connection: Connection) -> None:
    """Require what a message that no route selects is answered with, and that the connection lives on."""
    if api.default is None:
        received = connection.receive(peer.stage.patience)
        if frame_of(received).get("message") != "Forbidden":
            raise Unmet(
                expected=FORBIDDEN,
                actual=received,
                causes=(
                    "a $default route is deployed that the template lacks",
                    "the stage is not API Gateway's, which answers whatever no route takes",
                ),
            )
        peer.require_open(connection, after="the answer")
    elif api.default.expectation is None:
        received = connection.receive(peer.stage.quiet)
        if isinstance(received, Closed | Lost):
            raise Unmet(expected="the connection stays open", actual=received)
        peer.require_open(connection)
    elif isinstance(api.default.expectation.reply, Nothing):
        peer.require_quiet(connection, "no reply of $default")
        peer.require_open(connection, after="the message")
    else:
        peer.require_reply(connection, api.default.expectation)
        peer.require_open(connection, after="the answer")


def connection_id_of(peer: Peer, api: ApiPlan, connection: Connection) -> str:
    """The id of a connection, which a frame of the gateway's own tells. Raises Undecidable where none comes."""
    message = api.unused_message()
    if api.default is not None or message is None:
        raise Undecidable("the connection's id is told by no frame, since every message has a route")
    connection.send(message)
    told = frame_of(connection.receive(peer.stage.patience)).get("connectionId")
    if not told:
        raise Undecidable("the stage does not tell the connection's id")
    return told
