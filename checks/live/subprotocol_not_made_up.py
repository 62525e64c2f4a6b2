from wsconform.live.outcome import Opened, Refused
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level, Unmet


@probe(
    "subprotocol-not-made-up",
    level=Level.SHOULD,
    area="handshake",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html",
)
def subprotocol_not_made_up(peer: Peer, api: ApiPlan) -> None:
    """A subprotocol is answered only by the integration of $connect, and only one that was offered."""
    outcome = peer.connect(peer.allowed, subprotocols=["wsconform.example"])
    if isinstance(outcome, Opened) and (outcome.subprotocol is None or api.connect_integration):
        return
    if isinstance(outcome, Refused) and api.connect_integration and outcome.status < 500:  # noqa: PLR2004
        return  # the handler does not like the offer
    said = f"{outcome} and the subprotocol {outcome.subprotocol}" if isinstance(outcome, Opened) else outcome
    raise Unmet(expected="connected, and no subprotocol named", actual=said)
