"""Being closed by a stage, with the right code."""

from wsconform.live.connection import Connection
from wsconform.live.peer import Peer
from wsconform.live.received import Closed
from wsconform.live.verdict import Unmet


def require_closed(peer: Peer, connection: Connection, code: int) -> None:
    """Require that the next thing a stage does is close the connection, with this code."""
    received = connection.receive(peer.stage.patience)
    if not isinstance(received, Closed) or received.code != code:
        raise Unmet(expected=f"closed with {code}", actual=received)
