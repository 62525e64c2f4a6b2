"""What the picture shows: boxes and lines of one API in one world, with the findings about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import IntEnum

from wsconform.check.finding import Finding, Severity
from wsconform.records import record
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Broken, Element, Elsewhere, Missing
from wsconform.wiring.iam.pattern import Match
from wsconform.wiring.model import (
    CONNECT,
    DEFAULT,
    DISCONNECT,
    Api,
    Authorizer,
    Call,
    Deployment,
    Function,
    Integration,
    Invoker,
    Permission,
    Route,
    Stage,
)
from wsconform.wiring.permissions.grants import Grant, forms_in

CLIENTS, NO_STAGE = ":clients", ":stage"
"""Ids of boxes that stand for no resource; no logical id can be one."""


class Column(IntEnum):
    """The columns of the picture, from left to right: the way of a message."""

    CLIENT = 0
    STAGE = 1
    DEPLOYMENT = 2
    ROUTE = 3
    INTEGRATION = 4
    PERMISSION = 5
    FUNCTION = 6


@record(slots=True)
class Box:
    """One resource, a pile of alike ones, or what is missing. `ghost` marks the last."""

    id: str
    column: Column
    title: str
    subtitle: str = ""
    kind: str = ""
    ghost: bool = False
    findings: list[Finding] = field(default_factory=list)
    members: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """The worst of its findings."""
        return max((one.severity for one in self.findings), default=None)


@record(slots=True)
class Line:
    """A link. `broken` draws it in red: it leads nowhere, or is at fault itself."""

    source: str
    target: str
    label: str = ""
    findings: list[Finding] = field(default_factory=list)
    broken: bool = False

    @property
    def severity(self) -> Severity | None:
        """The worst of its findings; an error where it is broken."""
        worst = max((one.severity for one in self.findings), default=None)
        return Severity.ERROR if self.broken else worst


@record(slots=True)
class Graph:
    """The picture of one API before it is laid out."""

    title: str
    boxes: dict[str, Box] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def graph_of(api: Api, findings: Iterable[Finding]) -> Graph:
    """The graph of one API in the world of its wiring, with the findings of an examination about it."""
    drawing = _Drawing(api, list(findings))
    drawing.draw()
    return drawing.graph


class _Drawing:
    def __init__(self, api: Api, findings: list[Finding]) -> None:
        self._api = api
        self._findings = findings
        self._told: set[int] = set()
        self._forms = forms_in(api.wiring)
        self._calls_by_caller: dict[str, list[Call]] = {}
        for call in api.calls:
            caller = call.caller.integration if isinstance(call.caller, Route) else call.caller
            if isinstance(caller, Element):
                self._calls_by_caller.setdefault(caller.id, []).append(call)
        self.graph = Graph(title=api.label, findings=findings)

    def draw(self) -> None:
        """Add every box and line."""
        self._clients()
        for route in sorted(self._api.routes, key=_route_order):
            self._route(route)
        for integration in self._api.integrations:
            self._integration(integration)
        for authorizer in self._api.authorizers:
            self._authorizer(authorizer)
        for permission in self._api.permissions:
            self._permission(permission)
        self._calls()
        for stage in self._api.stages:
            self._stage(stage)
        for deployment in self._api.deployments:
            self._deployment(deployment)
        if not self._api.stages:
            self._ghost(NO_STAGE, Column.STAGE, "no stage")
            self._line(CLIENTS, NO_STAGE, broken=True)
            for route in self._api.routes:
                self._line(NO_STAGE, route.id, broken=True)
        self._place_the_rest()

    def _box(self, element: Element, column: Column, title: str, subtitle: str = "") -> Box:
        box = self.graph.boxes.get(element.id)
        if box is None:
            kind = element.resource.type.rpartition("::")[2]
            box = self.graph.boxes[element.id] = Box(element.id, column, title, subtitle, kind)
        return box

    def _ghost(self, box_id: str, column: Column, title: str) -> str:
        self.graph.boxes.setdefault(box_id, Box(box_id, column, title, kind="missing", ghost=True))
        return box_id

    def _line(self, source: str, target: str, label: str = "", *, broken: bool = False) -> Line:
        line = Line(source, target, label, broken=broken)
        self.graph.lines.append(line)
        return line

    def _on_property(self, line: Line, element: Element, *properties: str) -> None:
        """Hang the findings about some properties of an element on a line."""
        label = element.label
        for finding in self._findings:
            if finding.resource == label and not {*finding.path.split("/")}.isdisjoint(properties):
                line.findings.append(finding)
                self._told.add(id(finding))

    def _clients(self) -> None:
        sources = [
            str(item).rpartition(".")[2]
            for authorizer in self._api.authorizers
            if not isinstance(listed := authorizer.listed("IdentitySource"), Unresolved)
            for item in listed
        ]
        self.graph.boxes[CLIENTS] = Box(
            CLIENTS, Column.CLIENT, "clients", "identity: " + ", ".join(sources) if sources else "", "client"
        )

    def _route(self, route: Route) -> None:
        key = str(route.key_text)
        guard = route.authorization.literal or "?"
        self._box(route, Column.ROUTE, key, route.label if guard == "NONE" else f"{route.label} · {guard}")
        if route.names_authorizer and route.authorizer is not None:
            self._link(route, route.authorizer, "authorizer", "AuthorizerId", "AuthorizationType")
        if route.integration is not None:
            self._link(route, route.integration, "target", "Target")
        elif route.is_message:
            ghost = self._ghost(f"{route.id}:target", Column.INTEGRATION, "no target")
            self._line(route.id, ghost, broken=True)

    def _link(self, source: Element, leads_to: Element | Broken, what: str, *properties: str) -> None:
        """The line of a link; to a ghost where it leads nowhere."""
        if isinstance(leads_to, Element) and self._is_shown(leads_to):
            line = self._line(source.id, leads_to.id)
        else:
            target = self._ghost(f"{source.id}:{what}", Column.INTEGRATION, _said(leads_to))
            line = self._line(source.id, target, broken=isinstance(leads_to, Missing | Elsewhere))
        self._on_property(line, source, *properties)
        line.broken = line.broken or line.severity == Severity.ERROR

    def _is_shown(self, element: Element) -> bool:
        return element in self._api.integrations or element in self._api.authorizers

    def _integration(self, integration: Integration) -> None:
        uri = integration.text("IntegrationUri")
        beyond = str(uri) if uri is not None and integration.function is None else ""
        self._box(integration, Column.INTEGRATION, integration.label, f"{integration.type or '?'} {beyond}".strip())

    def _authorizer(self, authorizer: Authorizer) -> None:
        self._box(authorizer, Column.INTEGRATION, authorizer.label, authorizer.literal("AuthorizerType") or "?")

    def _permission(self, permission: Permission) -> None:
        source = permission.text("SourceArn")
        tail = str(source).split(":", 5)[-1].partition("/")[2] if source is not None else "any source"
        self._box(permission, Column.PERMISSION, permission.label, tail)
        if isinstance(permission.function, Function):
            self._function(permission.function)
            line = self._line(permission.id, permission.function.id)
            self._on_property(line, permission, "FunctionName", "Principal", "Action")

    def _function(self, function: Function) -> None:
        runtime = function.literal("Runtime") or ""
        self._box(function, Column.FUNCTION, function.label, runtime)

    def _calls(self) -> None:
        """Lines from integrations and authorizers to the permissions that let them call, or straight on."""
        callers: list[Invoker] = [*self._api.integrations, *self._api.authorizers]
        for caller in callers:
            function = caller.function
            if isinstance(function, Function):
                self._function(function)
                self._call(caller, function)
            elif function is not None:
                target = self._ghost(f"{caller.id}:function", Column.FUNCTION, _said(function))
                line = self._line(caller.id, target, broken=isinstance(function, Missing | Elsewhere))
                self._on_property(line, caller, caller.uri_property)

    def _call(self, caller: Invoker, function: Function) -> None:
        uri, role = caller.uri_property, caller.role_property
        permissions = [one for one in function.permissions if self._allows(one, caller)]
        if caller.value(role) is not None or not permissions:
            line = self._line(caller.id, function.id, "by role" if caller.value(role) is not None else "")
            self._on_property(line, caller, uri, role)
            self._forbidden(line, function, caller)
            line.broken = line.broken or line.severity == Severity.ERROR
            return
        for permission in permissions:
            line = self._line(caller.id, permission.id)
            self._on_property(line, caller, uri)
            self._on_property(line, permission, "SourceArn")

    def _allows(self, permission: Permission, caller: Invoker) -> bool:
        grant = Grant(permission, self._forms)
        return any(
            all(
                answer.match is not Match.NO
                for answer in (
                    grant.action,
                    grant.principal,
                    grant.function(call),
                    grant.qualifier(call),
                    grant.covers(call.source),
                )
            )
            for call in self._calls_by_caller.get(caller.id, ())
        )

    def _forbidden(self, line: Line, function: Function, caller: Element) -> None:
        """Findings on permissions of this function concern the line that no permission covers."""
        labels = {one.label for one in function.permissions} | {caller.label}
        for finding in self._findings:
            if finding.check.endswith("may-be-invoked") and finding.resource in labels:
                line.findings.append(finding)
                line.broken = True

    def _stage(self, stage: Stage) -> None:
        mode = "auto-deploys" if stage.auto_deploy is True else ""
        self._box(stage, Column.STAGE, f"/{stage.name}", " · ".join(filter(None, (stage.label, mode))))
        self._line(CLIENTS, stage.id)
        deployment = stage.deployment
        if isinstance(deployment, Deployment) and deployment in self._api.deployments:
            line = self._line(stage.id, deployment.id)
            self._on_property(line, stage, "DeploymentId")
        elif stage.auto_deploy is True:
            for route in self._api.routes:
                self._line(stage.id, route.id)
        else:
            ghost = self._ghost(
                f"{stage.id}:deployment",
                Column.DEPLOYMENT,
                "no deployment"
                if deployment is None
                else "?"
                if isinstance(deployment, Deployment)
                else _said(deployment),
            )
            is_open = isinstance(deployment, Unresolved) or isinstance(stage.auto_deploy, Unresolved)
            line = self._line(stage.id, ghost, broken=not is_open)
            self._on_property(line, stage, "DeploymentId")

    def _deployment(self, deployment: Deployment) -> None:
        late = [route for route in self._api.routes if not deployment.waits_for(route)]
        self._box(
            deployment, Column.DEPLOYMENT, deployment.label, f"does not wait for {len(late)}" if late else "snapshot"
        )
        for route in self._api.routes:
            self._line(deployment.id, route.id, broken=route in late)

    def _place_the_rest(self) -> None:
        """Hang each finding on its resource's box; what has none stays in the list beside the picture."""
        by_label: dict[str | None, list[Box]] = {}
        for box in self.graph.boxes.values():
            if not box.ghost and box.id != CLIENTS:
                element = self._api.wiring.elements.get(box.id)
                by_label.setdefault(element.label if element is not None else None, []).append(box)
        for finding in self._findings:
            if id(finding) in self._told:
                continue
            for box in by_label.get(finding.resource, [])[:1] if finding.resource is not None else []:
                box.findings.append(finding)


def _route_order(route: Route) -> int:
    """`$connect` first, then the messages as the template has them, `$default` and `$disconnect`."""
    return {CONNECT: 0, DEFAULT: 2, DISCONNECT: 3}.get(str(route.key_text), 1)


def _said(link: Element | Broken) -> str:
    """What a ghost box says in the place of what a link should lead to."""
    if isinstance(link, Missing):
        return f"{link.resource} does not exist"
    if isinstance(link, Elsewhere):
        return f"not {link.what}"
    if isinstance(link, Unresolved):
        return f"outside: {link.key}"
    return f"{link.label} of another API"
