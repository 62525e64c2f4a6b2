import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Deployment

_MADE_FROM_CONTENT = re.compile(r"(?=[A-Fa-f]*\d)[0-9A-Fa-f]{6,}$")


@check(
    "deployment-follows-changes",
    on=Deployment,
    severity=Severity.NOTE,
    effect=Effect.UNSEEN,
    area="deployment",
    why="CloudFormation makes a deployment once, so routes that are added or changed later are not deployed",
    source="https://github.com/aws/aws-lambda-dotnet/issues/605",
)
def deployment_follows_changes(deployment: Deployment) -> Iterator[Fault]:
    """A deployment is made anew when its API changes."""
    name = deployment.resource.logical_id
    stages = deployment.stages
    if not stages or any(stage.auto_deploy is not False for stage in stages):
        return
    # An id that ends in a digest or a date is made anew by whatever writes the template.
    if _MADE_FROM_CONTENT.search(name):
        return
    yield Fault(
        at=deployment.resource.span,
        message=f"{deployment.label} stays the snapshot of its first day: nothing makes it anew when routes change",
        label="made once",
        fix="let the stage have AutoDeploy: true instead of a DeploymentId, "
        "or give the deployment another logical id with each change",
    )
