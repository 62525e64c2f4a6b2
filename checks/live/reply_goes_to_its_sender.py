from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan, RoutePlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level

from ._exchange import exchanged

CLIENTS = 3


@probe(
    "reply-goes-to-its-sender",
    level=Level.MUST,
    per="route",
    area="routes",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html",
)
def reply_goes_to_its_sender(peer: Peer, _: ApiPlan, route: RoutePlan) -> None:
    """Of several clients, each that sends a message gets the reply to it, and no other gets anything."""
    expectation, message = exchanged(route)
    connections = [peer.open() for _number in range(CLIENTS)]
    for sender in connections:
        sender.send(message)
        peer.require_reply(sender, expectation)
    peer.require_all_quiet(connections, "one reply for each client")
