from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.check.wording import listed
from wsconform.template.values import Unresolved
from wsconform.wiring.model import CONNECT, Deployment, Part, Route
from wsconform.wiring.order import how_to_wait, not_waited_for, place_of_order, unread_after


@check(
    "deployment-waits-for-routes",
    on=Deployment,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="deployment",
    why="a deployment holds what the API has at that moment: a route that comes later answers Forbidden, "
    "an authorizer that comes later guards nothing",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-set-up-websocket-deployment.html",
)
def deployment_waits_for_routes(deployment: Deployment) -> Iterator[Fault]:
    """A deployment that a stage shows is made after every route of its API, and every response of these."""
    shown = any(stage.shares_api(deployment) is not False for stage in deployment.stages)
    if not shown and deployment.value("StageName") is None:
        return
    missing = not_waited_for(deployment)
    if not missing:
        unread = unread_after(deployment)
        if unread is not None:
            raise Inconclusive(f"{deployment.api.label} may have routes elsewhere: {unread.reason}", unread.span)
        return
    refused = not any(deployment.waits_for(route) for route in deployment.api.routes)
    again = _is_deployed_again(deployment)
    if again and not refused:
        return
    guarded = next((part for part in missing if isinstance(part, Route) and _is_guarded(part) and not again), None)
    message = f"{deployment.label} may be made before {listed(map(_named, missing))}"
    if guarded is not None:
        message += f"; a snapshot without {guarded.resource.logical_id} lets everybody in"
    elif refused:
        message += "; without any route it is refused"
    yield Fault(
        at=place_of_order(deployment),
        message=message,
        label=f"does not wait for {listed((part.resource.logical_id for part in missing), most=3)}",
        fix=how_to_wait(deployment, missing),
        notes=(Note(guarded.at("AuthorizationType"), "this may be left out"),) if guarded is not None else (),
    )


def _is_deployed_again(deployment: Deployment) -> bool:
    """Whether every stage that shows it deploys by itself what comes later."""
    answers = [stage.auto_deploy for stage in deployment.stages]
    for stage, answer in zip(deployment.stages, answers, strict=True):
        if isinstance(answer, Unresolved) and False not in answers:
            raise Inconclusive(answer.reason, stage.at("AutoDeploy"))
    return bool(answers) and False not in answers


def _is_guarded(route: Route) -> bool:
    return route.key == CONNECT and route.authorization.literal != "NONE"


def _named(part: Part) -> str:
    name = part.resource.logical_id
    return f'{name} (route "{part.key_text}")' if isinstance(part, Route) else name
