from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Deployment, Stage
from wsconform.wiring.outlets import is_mentioned


@check(
    "deployment-is-shown",
    on=Deployment,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="deployment",
    why="clients reach only what a stage shows, so this snapshot serves nobody",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-set-up-websocket-deployment.html",
    in_every_world=True,
)
def deployment_is_shown(deployment: Deployment) -> Iterator[Fault]:
    """A stage shows each deployment."""
    if deployment.stages or deployment.value("StageName") is not None or deployment.api.element is None:
        return
    for stage in deployment.api.stages:
        shown = stage.deployment
        if isinstance(shown, Unresolved):
            raise Inconclusive(shown.reason, stage.at("DeploymentId"))
        # A stage that shows nothing, or something that it cannot show, is at fault itself.
        if not _shows_something(stage):
            return
    if not deployment.api.stages or is_mentioned(deployment):
        return
    automatic = next((stage for stage in deployment.api.stages if stage.deployment is None), None)
    yield Fault(
        at=deployment.resource.span,
        message=f"no stage shows {deployment.label}"
        + (f"; {automatic.label} deploys by itself" if automatic is not None else ""),
        label="shown by no stage",
        fix=f"take {deployment.label} away, or let a stage show it with DeploymentId: !Ref "
        + deployment.resource.logical_id,
        # Then clients meet what was deployed last, and this one only clutters.
        severity=Severity.NOTE if automatic is not None else None,
    )


def _shows_something(stage: Stage) -> bool:
    if stage.deployment is None:
        return stage.auto_deploy is True
    return isinstance(stage.deployment, Deployment) and stage.shares_api(stage.deployment) is True
