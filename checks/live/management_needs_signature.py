from wsconform.live.management import Method
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level, Unmet

FORBIDDEN = 403
METHODS: tuple[Method, ...] = ("GET", "POST", "DELETE")


@probe(
    "management-needs-signature",
    level=Level.MUST,
    area="management",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html",
)
def management_needs_signature(peer: Peer, _: ApiPlan) -> None:
    """A call to @connections without a signature is refused with 403."""
    for method in METHODS:
        answer = peer.manage(method, "AAAAAAAAAAAAAAA=", signed=False)
        if answer.status != FORBIDDEN:
            raise Unmet(expected="answered with 403", actual=f"{method} {answer}")
