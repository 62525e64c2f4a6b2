from wsconform.config.expectation import Nothing
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan, RoutePlan
from wsconform.live.probe import probe
from wsconform.live.received import Silence
from wsconform.live.verdict import Level, Unmet

from ._exchange import asserted

LATE = 3


@probe(
    "action-answered",
    level=Level.MUST,
    per="route",
    area="routes",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
    related=("route-function-may-be-invoked", "function-may-push", "deployment-waits-for-routes", "handler-exists"),
)
def action_answered(peer: Peer, _: ApiPlan, route: RoutePlan) -> None:
    """A message to a route gets the reply that is expected, once, as text, in time."""
    expectation, message = asserted(route)
    connection = peer.open()
    for number in range(expectation.repeat):
        connection.send(message)
        if isinstance(expectation.reply, Nothing):
            received = connection.receive(expectation.within)
            if not isinstance(received, Silence):
                raise Unmet(expected=str(expectation.reply), actual=received)
            continue
        peer.require_reply(connection, expectation)
        is_last = number + 1 == expectation.repeat  # a reply may well come late for the second time
        # Without this, a second reply would do for the next message.
        peer.require_quiet(connection, f"{expectation.reply}, once", times=LATE if is_last else 1)
