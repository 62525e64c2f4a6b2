"""What the deployment behind each stage of an API holds, in the worst or the best order that CloudFormation may take.

A deployment is a snapshot: in the worst order it is taken as soon as all that it waits for is there, and before all
else. With `AutoDeploy` every change is deployed, so that in the end nothing lacks.

Sources: API Gateway developer guide, "Deploy WebSocket APIs in API Gateway"; AWS CloudFormation User Guide,
`AWS::ApiGatewayV2::Deployment`, `AWS::ApiGatewayV2::Stage` and "DependsOn attribute".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wsconform.local.deployed.model import DeployedRoute, DeployedStage, Snapshot, Throttle
from wsconform.local.deployed.routes import Held, Routes
from wsconform.local.deployed.site import Site
from wsconform.local.deployed.targets import Shown
from wsconform.template.values import Map, Text, Value
from wsconform.wiring.model import Api, Deployment, Part, Route, Stage
from wsconform.wiring.order import how_to_wait, not_waited_for

Order = Literal["worst", "best"]
NO_ROUTE = "API Gateway refuses to deploy an API without any route"


@dataclass(frozen=True, slots=True)
class _Behind:
    """What stands behind a stage: a deployment, or every change with `auto`; or why nothing does."""

    deployment: Deployment | None = None
    auto: bool = False
    why_empty: str = ""


class Stages:
    """Deploys the stages of one API."""

    def __init__(self, site: Site, api: Api, routes: Routes, order: Order) -> None:
        self._site = site
        self._api = api
        self._routes = routes
        self._order = order
        self._keys = {route.id: site.read(route, "RouteKey") for route in api.routes}

    def all(self) -> dict[str, DeployedStage]:
        """The stages by name."""
        found: dict[str, DeployedStage] = {}
        for stage in self._api.stages:
            name = self._site.read(stage, "StageName")
            shown = Shown(name=name, stage=stage, variables=self._site.texts(stage, "StageVariables"))
            found[name] = self._stage(shown, stage.label, self._behind(stage, name))
        for deployment in self._api.deployments:
            name = self._site.read(deployment, "StageName")
            if name and name not in found:
                found[name] = self._stage(Shown(name=name), deployment.label, _Behind(deployment))
        for deployment in self._api.deployments:
            self._refuse_empty(deployment)
        if not found:
            self._site.remark(f"nobody can connect to {self._api.label}: it has no stage")
        return found

    def _behind(self, stage: Stage, name: str) -> _Behind:
        site = self._site
        if site.flag(stage, "AutoDeploy"):
            return _Behind(auto=True)
        named = stage.deployment
        if isinstance(named, Deployment):
            return _Behind(named)
        if named is not None:
            shown = stage.text("DeploymentId")
            return _Behind(why_empty=f'the DeploymentId of {stage.label} is "{shown}", no deployment of this template')
        for deployment in self._api.deployments:
            if site.read(deployment, "StageName") == name:
                return _Behind(deployment)
        return _Behind(
            why_empty=f"no deployment stands behind {stage.label}: it has neither DeploymentId nor AutoDeploy"
            ", and no Deployment names it"
        )

    def _stage(self, shown: Shown, label: str, behind: _Behind) -> DeployedStage:
        why_empty = behind.why_empty
        if behind.auto and not self._api.routes:
            why_empty = NO_ROUTE
        snapshot = None if why_empty else self._snapshot(shown, behind.deployment)
        if why_empty:
            self._site.remark(f'nobody can connect to stage "{shown.name}" of {self._api.label}: {why_empty}')
        return DeployedStage(
            name=shown.name,
            label=label,
            snapshot=snapshot,
            variables=shown.variables,
            throttles=self._throttles(shown.stage),
            why_empty=why_empty,
        )

    def _snapshot(self, shown: Shown, deployment: Deployment | None) -> Snapshot:
        """What a deployment holds, or, without one, all that the API has."""
        held = self._held(deployment)
        routes: dict[str, DeployedRoute] = {}
        absent: dict[str, str] = {}
        for route in self._api.routes:
            key = self._keys[route.id]
            if held(route):
                routes[key] = self._routes.route(route, key, shown, held)
            elif deployment is not None:
                absent[key] = self._why_absent(deployment, [route])
        if deployment is not None and self._order == "worst":
            self._remark(deployment)
        return Snapshot(routes=routes, absent=absent)

    def _held(self, deployment: Deployment | None) -> Held:
        if deployment is None or self._order == "best":
            return lambda _part: True
        return deployment.waits_for

    def _why_absent(self, deployment: Deployment, parts: list[Part]) -> str:
        named = " and ".join(_shown(part) for part in parts)
        return (
            f"{deployment.label} does not wait for {named}, so its snapshot may be taken before"
            f"; {how_to_wait(deployment, parts)}"
        )

    def _remark(self, deployment: Deployment) -> None:
        lacking = not_waited_for(deployment)
        if not lacking:
            return
        named = " and ".join(map(_shown, lacking))
        verb, them = ("are", "them") if len(lacking) > 1 else ("is", "it")
        self._site.remark(
            f"{named} {verb} not in the snapshot of {deployment.label}, which does not wait for {them}"
            f"; {how_to_wait(deployment, lacking)}, or serve with --deploy-order best"
        )

    def _refuse_empty(self, deployment: Deployment) -> None:
        """API Gateway answers "At least one route is required before deploying the Api" where it finds none."""
        held = self._held(deployment)
        if any(held(route) for route in self._api.routes):
            return
        if not self._api.routes:
            self._site.problem(
                f"{deployment.label} deploys {self._api.label}, which has no route", deployment.resource.span
            )
            return
        fix = f"{how_to_wait(deployment, [*self._api.routes])}, or serve with --deploy-order best"
        message = f"{deployment.label} waits for no route, and {NO_ROUTE}"
        self._site.problem(message, deployment.resource.span, fix)

    def _throttles(self, stage: Stage | None) -> dict[str, Throttle]:
        """The bounds of each route: its own of the stage, else the stage's default."""
        if stage is None:
            return {}
        settled = self._site.settled(stage)
        settings = settled.get("RouteSettings")
        default = settled.get("DefaultRouteSettings")
        found: dict[str, Throttle] = {}
        for key in self._keys.values():
            own = settings.get(key) if isinstance(settings, Map) else None
            throttle = Throttle(
                rate=self._number(own, default, "ThrottlingRateLimit"),
                burst=_whole(self._number(own, default, "ThrottlingBurstLimit")),
            )
            if throttle != Throttle():
                found[key] = throttle
        return found

    def _number(self, own: Value | None, default: Value | None, name: str) -> float | None:
        for settings in (own, default):
            value = settings.get(name) if isinstance(settings, Map) else None
            known = self._site.literal(value) if isinstance(value, Text) else None
            if isinstance(known, str):
                try:
                    return float(known)
                except ValueError:
                    self._site.problem(f'{name} is "{known}", which is no number', value.span if value else None)
        return None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _shown(part: Part) -> str:
    key = part.key if isinstance(part, Route) else None
    return f"{part.label} ({key})" if key else part.label
