from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.template.reading import nearest
from wsconform.wiring.model import Route, Stage
from wsconform.wiring.outlets import outlets


@check(
    "stage-route-settings-name-routes",
    on=Stage,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="stage",
    why='API Gateway refuses the stage: "Unable to find Route by key … within the provided RouteSettings"',
    source="https://github.com/badmintoncryer/cdk-preflight",
)
def stage_route_settings_name_routes(stage: Stage) -> Iterator[Said]:
    """Each key of a stage's RouteSettings is the key of a route that exists before the stage."""
    settings = stage.map("RouteSettings")
    if settings is None:
        return
    api = stage.api
    keys = [route.key for route in api.routes if route.key is not None]
    for key in settings.entries:
        at = settings.key_span(key)
        if key not in keys and _is_astray(stage, key):
            continue
        if key not in keys:
            elsewhere = _may_be_elsewhere(stage)
            if elsewhere:
                yield Inconclusive(elsewhere, at)
                continue
            near = nearest(key, keys)
            yield Fault(
                at=at,
                message=f'{stage.label} has settings for a route "{key}", and {api.label} has no such route',
                label="no route of this key",
                fix=f'write "{near}"' if near else f'take the settings away, or add a route of the key "{key}"',
            )
            continue
        # Where the stage shows a deployment, that one has to wait, and its own check says so.
        if stage.value("DeploymentId") is not None or stage.auto_deploy is not True:
            continue
        route = api.route(key)
        if route is not None and route.id not in stage.wiring.evaluation.waits_for(stage.id):
            yield Fault(
                at=at,
                message=f'{stage.label} may be made before {route.label}, the route "{key}" that it has settings for',
                label=f"the stage does not wait for {route.label}",
                fix=f"add {route.resource.logical_id} to DependsOn of {stage.resource.logical_id}",
            )


def _is_astray(stage: Stage, key: str) -> bool:
    """Whether a route that may be meant is at fault itself: it has no key, or joins no API."""
    return any(route.value("RouteKey") is None for route in stage.api.routes) or any(
        isinstance(one, Route) and one.key in (key, None) for one in stage.wiring.adrift
    )


def _may_be_elsewhere(stage: Stage) -> str:
    """Why a route may exist that cannot be seen; empty where nothing speaks for that."""
    api = stage.api
    if api.element is None:
        return f'the API "{api.label}" is declared elsewhere'
    if not api.routes:
        return f"{api.label} has no routes in this template"
    if api.open_routes:
        return f"the route key of {api.open_routes[0].label} is not known"
    return next((f"{api.label} may have routes elsewhere: {one.reason}" for one in outlets(api) if one.resource), "")
