from wsconform.live.outcome import Opened, Refused
from wsconform.live.peer import Peer
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import probe
from wsconform.live.verdict import Level, Unmet


@probe(
    "stage-answers",
    level=Level.MUST,
    area="transport",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-wscat.html",
    related=("stage-exists", "stage-has-deployment"),
    greets=True,
)
def stage_answers(peer: Peer, _: ApiPlan) -> None:
    """A stage answers an upgrade request, whoever sends it."""
    outcome = peer.client.connect(within=peer.stage.patience)
    if not isinstance(outcome, Opened | Refused):
        raise Unmet(expected=("a connection", "a refusal"), actual=outcome)
