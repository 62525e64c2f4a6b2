from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._answers import require_unrouted_answer
from ._sizes import pieces


@probe(
    "fragmented-message-joined",
    level=Level.MUST,
    area="protocol",
    source="https://datatracker.ietf.org/doc/html/rfc6455#section-5.4",
    about="selection",
)
def fragmented_message_joined(peer: Peer, api: ApiPlan) -> None:
    """A message in several frames is one message."""
    message = (api.unused_message() or "{no JSON").encode()
    connection = peer.open()
    connection.send_fragments(pieces(message, 5), shown=f"TEXT {message.decode()} in frames of 5 bytes")
    require_unrouted_answer(peer, api, connection)
    if api.default is None or api.default.expectation is not None:
        peer.require_quiet(connection, "one answer to one message")
