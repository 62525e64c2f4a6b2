from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.element import Elsewhere
from wsconform.wiring.model import Stage


@check(
    "stage-deployment-is-deployment",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="deployment",
    why="API Gateway finds no deployment of that id and refuses the stage",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html",
)
def stage_deployment_is_deployment(stage: Stage) -> Iterator[Fault]:
    """A stage's DeploymentId is the id of a deployment that the stack makes."""
    deployment = stage.deployment
    if not isinstance(deployment, Elsewhere):
        return
    own = next((one.resource.logical_id for one in stage.api.deployments), None)
    written_out = stage.literal("DeploymentId") is not None
    yield Fault(
        at=stage.at("DeploymentId"),
        message=f"DeploymentId of {stage.label} is {deployment.what}, "
        + ("which is written out" if written_out else "and no deployment"),
        label="the id of a deployment that the stack does not make" if written_out else "not a deployment's id",
        fix=f"write DeploymentId: !Ref {own}" if own else "write AutoDeploy: true instead",
        # An id that is written out may have been copied from an API that exists already.
        severity=Severity.WARNING if written_out and not _is_no_id(stage) else None,
    )


def _is_no_id(stage: Stage) -> bool:
    """Whether what is written out is nothing, or the logical id of a resource, for want of a `!Ref`."""
    written = stage.literal("DeploymentId")
    return not written or stage.resource.module.prefix + written in stage.wiring.evaluation.stack.declared
