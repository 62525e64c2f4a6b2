from wsconform.live.client import Client
from wsconform.live.identity import Identity
from wsconform.live.outcome import Opened, Untrusted
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level, Undecidable, Unmet
from wsconform.live.wire import Endpoint


@probe(
    "transport-is-secure",
    level=Level.MUST,
    area="transport",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html",
)
def transport_is_secure(peer: Peer, _: ApiPlan) -> None:
    """The stage shows a certificate for its host over TLS 1.2 or newer, and on AWS it takes no plain connections."""
    endpoint = peer.stage.endpoint
    if not endpoint.secure:
        raise Undecidable("the stage is plain ws://")
    outcome = peer.connect(Identity())
    if isinstance(outcome, Untrusted):
        raise Unmet(expected=f"a certificate for {endpoint.host}, over TLS 1.2 or newer", actual=outcome)
    if endpoint.is_aws:
        plain = Client(Endpoint(url=endpoint.url.replace("wss://", "ws://", 1)), peer.transcript)
        outcome = plain.connect(within=peer.stage.patience)
        plain.close()
        if isinstance(outcome, Opened):
            raise Unmet(expected="no connection over plain ws://", actual=outcome)
