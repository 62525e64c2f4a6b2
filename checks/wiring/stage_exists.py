from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Attribute
from wsconform.wiring.model import Api, Stage
from wsconform.wiring.outlets import outlets
from wsconform.wiring.references import made_by_sam


@check(
    "stage-exists",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="deployment",
    why="clients connect to wss://<api>/<stage>; without a stage there is nothing to connect to",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-set-up-websocket-deployment.html",
)
def stage_exists(api: Api) -> Iterator[Fault]:
    """An API has a stage, under whose name clients connect."""
    if api.element is None or api.stages or any(one.value("StageName") is not None for one in api.deployments):
        return
    if any(isinstance(one, Stage) and _is_lost(one) for one in api.wiring.adrift):
        return
    for stage in _stages_astray(api):
        # A stage of a WebSocket API is told so by `deployment-in-same-api`.
        if not stage.api.is_websocket:
            yield Fault(
                at=stage.at("ApiId"),
                element=stage,
                message=f"{stage.label} shows a deployment of {api.label}, and is a stage of {stage.api.label}",
                label=f"not {api.label}, which has no stage",
                fix=f"write ApiId: !Ref {api.element.resource.logical_id}",
            )
        return
    for outlet in outlets(api):
        if outlet.is_read_by_stacks or not api.deployments:
            raise Inconclusive(f"{api.label} may have its stage in another template: {outlet.reason}", outlet.span)
    if not (api.routes or api.deployments):
        raise Inconclusive(f"{api.label} has neither routes nor stages in this template", api.element.resource.span)
    shown = api.deployments[0] if api.deployments else api.element
    yield Fault(
        at=shown.resource.span,
        element=shown,
        message=f"no stage of {api.label} exists",
        label="no stage shows it",
        fix="add an AWS::ApiGatewayV2::Stage with StageName, "
        f"ApiId: !Ref {api.element.resource.logical_id} and "
        + (f"DeploymentId: !Ref {shown.resource.logical_id}" if api.deployments else "AutoDeploy: true"),
    )


def _stages_astray(api: Api) -> Iterator[Stage]:
    """The stages of other APIs that show a deployment of this one."""
    for one in api.wiring.elements.values():
        if isinstance(one, Stage) and one.id in api.wiring.api_of and one.deployment in api.deployments:
            yield one


def _is_lost(stage: Stage) -> bool:
    """Whether a stage that joins no API is at fault for that: it does not join an API that SAM makes."""
    evaluation = stage.wiring.evaluation
    atom = getattr(stage.text("ApiId"), "atom", None)
    if not isinstance(atom, Attribute):
        return True
    if evaluation.exists(atom.resource):
        return evaluation.stack.type_of(atom.resource) not in ("AWS::Serverless::Api", "AWS::Serverless::HttpApi")
    return not made_by_sam(atom.resource, evaluation)
