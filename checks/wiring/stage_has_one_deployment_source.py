from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.wiring.model import Stage


@check(
    "stage-has-one-deployment-source",
    on=Stage,
    severity=Severity.NOTE,
    effect=Effect.UNSEEN,
    area="stage",
    why="a stage that deploys by itself cannot be moved to another deployment, so updates of DeploymentId fail",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html",
)
def stage_has_one_deployment_source(stage: Stage) -> Iterator[Fault]:
    """A stage either names its deployment or deploys by itself."""
    if stage.auto_deploy is True and stage.value("DeploymentId") is not None:
        yield Fault(
            at=stage.at("DeploymentId"),
            message=f"{stage.label} has a DeploymentId, and AutoDeploy: true as well",
            label="replaced by the first automatic deployment",
            fix="take DeploymentId and the deployment away, or AutoDeploy",
            notes=(Note(stage.at("AutoDeploy"), "the stage deploys by itself"),),
        )
