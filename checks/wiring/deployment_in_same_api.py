from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Deployment, Stage


@check(
    "deployment-in-same-api",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="deployment",
    why="deployment ids belong to one API, so API Gateway refuses the stage",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html",
)
def deployment_in_same_api(stage: Stage) -> Iterator[Fault]:
    """A stage shows a deployment of its own API."""
    deployment = stage.deployment
    if isinstance(deployment, Unresolved):
        raise Inconclusive(deployment.reason, stage.at("DeploymentId"))
    if not isinstance(deployment, Deployment):
        return
    shared = stage.shares_api(deployment)
    if shared is None and deployment.id in stage.wiring.api_of:
        raise Inconclusive(f"{stage.label} or {deployment.label} joins an API outside", stage.at("DeploymentId"))
    if shared is False:
        own = next((f"!Ref {one.resource.logical_id}" for one in stage.api.deployments), None)
        yield Fault(
            at=stage.at("DeploymentId"),
            message=f"{stage.label} is a stage of {stage.api.label} and shows {deployment.label}, "
            f"a deployment of {deployment.api.label}",
            label=f"{deployment.label} is in {deployment.api.label}",
            fix=f"write DeploymentId: {own}" if own else f"add a deployment of {stage.api.label} and show that",
            notes=(Note(deployment.at("ApiId"), f"{deployment.label} joins {deployment.api.label} here"),),
        )
