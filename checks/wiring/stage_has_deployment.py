from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Stage


@check(
    "stage-has-deployment",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="stage",
    why="a stage without a deployment shows nothing, and every attempt to connect is refused with 403",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/17955",
)
def stage_has_deployment(stage: Stage) -> Iterator[Fault]:
    """A stage shows a deployment, or deploys by itself."""
    if stage.value("DeploymentId") is not None or stage.auto_deploy is True:
        return
    if isinstance(stage.auto_deploy, Unresolved):
        raise Inconclusive(stage.auto_deploy.reason, stage.at("AutoDeploy"))
    for deployment in stage.api.deployments:
        named = deployment.text("StageName")
        if named is None:
            continue
        if named.same(stage.name):
            return
        open_name = named.unresolved or stage.name.unresolved
        if open_name is not None:
            raise Inconclusive(open_name.reason, deployment.at("StageName"))
    own = next((one.resource.logical_id for one in stage.api.deployments), None)
    yield Fault(
        at=stage.resource.span,
        message=f"{stage.label} has neither a DeploymentId nor AutoDeploy: true",
        label="shows nothing",
        fix=f"add DeploymentId: !Ref {own}" if own else "add AutoDeploy: true",
    )
