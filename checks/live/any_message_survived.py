import json

from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.received import Closed, Lost
from wsconform.live.verdict import Level, Unmet


@probe(
    "any-message-survived",
    level=Level.MUST,
    area="messages",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
)
def any_message_survived(peer: Peer, _: ApiPlan) -> None:
    """No message ends the connection: an empty one, JSON that is no object, a key of any length."""
    for sent in (
        "",
        "null",
        "1",
        '"text"',
        "[]",
        "{}",
        json.dumps({"a" * 1_000: 1}),
        json.dumps({"action": "k" * 10_000}),
    ):
        connection = peer.open()
        connection.send(sent)
        received = connection.receive(peer.stage.quiet)
        if isinstance(received, Closed | Lost):
            raise Unmet(
                expected="an answer or none, and the connection stays open", actual=f"after {sent[:40]!r}: {received}"
            )
        peer.require_open(connection)
        connection.drop()
