"""The wiring of WebSocket APIs in one world: its elements, and who refers to whom.

The kinds of elements are in `wsconform.wiring.parts`, and here for whoever reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import field
from functools import cached_property
from typing import Any, TypeVar

from wsconform.records import record
from wsconform.template.intrinsics import unknown
from wsconform.template.nodes import Span
from wsconform.template.stack import Evaluation
from wsconform.template.values import Attribute, Pseudo, Text, Unresolved, text
from wsconform.template.worlds import World
from wsconform.wiring.calls import Call, calls_of
from wsconform.wiring.element import Broken, Element, Elsewhere, Missing
from wsconform.wiring.names import arn_start
from wsconform.wiring.parts import (
    CONNECT,
    DEFAULT,
    DISCONNECT,
    ApiMapping,
    Authorizer,
    Deployment,
    DomainName,
    Function,
    Integration,
    IntegrationResponse,
    Invoker,
    Model,
    Part,
    Permission,
    Route,
    RouteResponse,
    Stage,
)
from wsconform.wiring.route_keys import looks_like_http, meant
from wsconform.wiring.uris import FunctionUri

__all__ = [
    "CONNECT",
    "DEFAULT",
    "DISCONNECT",
    "Api",
    "ApiMapping",
    "Authorizer",
    "Call",
    "Deployment",
    "DomainName",
    "Function",
    "Integration",
    "IntegrationResponse",
    "Invoker",
    "Model",
    "Part",
    "Permission",
    "Route",
    "RouteResponse",
    "Stage",
    "Wiring",
    "is_of_websocket",
]

E = TypeVar("E", bound=Element)
T = TypeVar("T")


@record(eq=False)
class Api:
    """`AWS::ApiGatewayV2::Api` with all that belongs to it, or an API outside the template that resources here join.

    For one outside, `element` is None and `label` says how the template names it.
    """

    wiring: Wiring
    key: str
    label: str
    element: Element | None
    routes: list[Route] = field(default_factory=list)
    integrations: list[Integration] = field(default_factory=list)
    authorizers: list[Authorizer] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)
    route_responses: list[RouteResponse] = field(default_factory=list)
    integration_responses: list[IntegrationResponse] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    mappings: list[ApiMapping] = field(default_factory=list)

    def text(self, name: str) -> Text | None:
        """A property of it as canonical text; None where it is absent, and for an API outside."""
        return self.element.text(name) if self.element is not None else None

    def at(self, name: str = "") -> Span:
        """Where a property of it stands, else where it is declared; no place in particular for an API outside."""
        return self.element.at(name) if self.element is not None else Span("", 1, 1, 1, 1)

    @property
    def path(self) -> str:
        """The label with the nested stacks that the API is in: unique in the stack."""
        return self.element.resource.module.prefix + self.label if self.element is not None else self.label

    def parts(self) -> Iterator[Part]:
        """Everything that belongs to it."""
        yield from self.routes
        yield from self.integrations
        yield from self.authorizers
        yield from self.models
        yield from self.route_responses
        yield from self.integration_responses
        yield from self.deployments
        yield from self.stages
        yield from self.mappings

    @cached_property
    def id_parts(self) -> tuple[Attribute | Unresolved | str, ...]:
        """The API's id as it stands in ARNs."""
        return (Attribute(self.element.id),) if self.element is not None else (self._outside,)

    @property
    def _outside(self) -> Unresolved:
        return self.wiring.outside[self.key]

    @cached_property
    def functions(self) -> list[Function]:
        """The functions of this template that its integrations and authorizers invoke, each once."""
        invoking: list[Integration | Authorizer] = [*self.integrations, *self.authorizers]
        called = [one.function for one in invoking]
        return list({one.id: one for one in called if isinstance(one, Function)}.values())

    @cached_property
    def permissions(self) -> list[Permission]:
        """The permissions on those functions, and those whose `SourceArn` names this API."""
        return [
            one
            for one in self.wiring.permissions
            if one.function in self.functions
            or any(part in self.id_parts for part in getattr(one.text("SourceArn"), "parts", ()))
        ]

    def route(self, key: str) -> Route | None:
        """The first route of a key."""
        return next((route for route in self.routes if route.key == key), None)

    @cached_property
    def connect_routes(self) -> list[Route]:
        """The routes of the key `$connect`; API Gateway takes one only."""
        return [route for route in self.routes if route.key == CONNECT]

    @cached_property
    def misspelt_connect(self) -> Route | None:
        """The route that was meant to be `$connect`, where the API has none.

        Its key is a near miss; or it demands authorization, and has the key of another route or is called so.
        """
        if self.connect_routes:
            return None
        near = [route for route in self.routes if route.key is not None and meant(route.key) == CONNECT]
        if near:
            return next((route for route in near if "$" in str(route.key)), near[0])
        return next((route for route in self.routes if self._is_door(route)), None)

    def _is_door(self, route: Route) -> bool:
        """Whether a route of another key than `$connect` seems to be the one that is to ask who connects."""
        if route.key is None or route.authorization.literal not in ("CUSTOM", "AWS_IAM"):
            return False
        called = route.resource.logical_id.lower().replace("disconnect", "")
        return "connect" in called or any(one is not route and one.key == route.key for one in self.routes)

    @cached_property
    def open_routes(self) -> list[Route]:
        """Routes whose key cannot be told: any of them may be the one that seems to lack."""
        return [route for route in self.routes if route.key is None and route.value("RouteKey") is not None]

    @cached_property
    def protocol(self) -> str | None:
        """`ProtocolType` when it is known, None where it is absent, unknown, or the API is outside."""
        return self.element.literal("ProtocolType") if self.element is not None else None

    @cached_property
    def is_websocket(self) -> bool:
        """Whether the API is a WebSocket API as the template stands.

        Its protocol tells; for one outside, or of an unknown protocol, the routes that join it do.
        """
        if self.element is not None and self.element.text("ProtocolType") is None:
            return False
        return self.has_websocket_wiring if self.protocol is None else self.protocol == "WEBSOCKET"

    @cached_property
    def has_websocket_wiring(self) -> bool:
        """Whether something that only a WebSocket API can have hangs on it."""
        return bool(self.websocket_parts) or self._selects_by_body

    @cached_property
    def websocket_parts(self) -> list[Part]:
        """What belongs to it that only a WebSocket API can have."""
        return [part for part in self.parts() if is_of_websocket(part)]

    @property
    def _selects_by_body(self) -> bool:
        expression = self.element.literal("RouteSelectionExpression") if self.element is not None else None
        return expression is not None and "request.body" in expression

    @cached_property
    def calls(self) -> list[Call]:
        """Every way in which API Gateway invokes a function of this template for this API with its own rights."""
        return list(calls_of(self))

    @property
    def shown_stages(self) -> list[tuple[Stage | None, Text]]:
        """The stages under which its routes are called, each name once; an unknown one where the template has none."""
        shown: dict[tuple[object, ...], tuple[Stage | None, Text]] = {}
        for stage in self.stages:
            shown.setdefault(stage.name.parts, (stage, stage.name))
        for deployment in self.deployments:
            name = deployment.text("StageName")
            if name is not None:
                shown.setdefault(name.parts, (None, name))
        return list(shown.values()) or [(None, unknown(f"no stage of {self.label} is in this template", self.at()))]

    def authorizer_arn(self, authorizer: Authorizer) -> Text:
        """The ARN with which API Gateway invokes an authorizer's function."""
        return self.arn("authorizers/", Attribute(authorizer.id))

    def arn(self, *path: str | Attribute | Pseudo | Unresolved) -> Text:
        """`arn:…:execute-api:…:<api>/<path>` of this deployment.

        Source: API Gateway developer guide, "Amazon Resource Name (ARN) format reference".
        """
        return text([*arn_start("execute-api"), ":", *self.id_parts, "/", *path], self.at())


def is_of_websocket(part: Part) -> bool:
    """Whether only a WebSocket API can have such a part."""
    if isinstance(part, Route):
        return part.key is not None and not looks_like_http(part.key)
    if isinstance(part, Integration):
        return part.literal("IntegrationType") in ("AWS", "HTTP", "MOCK")
    return isinstance(part, RouteResponse | IntegrationResponse | Model)


@record(eq=False)
class Wiring:
    """All WebSocket APIs of a stack in one world, with the functions, permissions and domain names around them.

    `outside` holds, by the key of its `Api`, the unknown id of each API that is declared elsewhere.
    """

    evaluation: Evaluation
    elements: dict[str, Element] = field(default_factory=dict)
    apis: list[Api] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    domains: list[DomainName] = field(default_factory=list)
    adrift: list[Part] = field(default_factory=list)
    api_of: dict[str, Api] = field(default_factory=dict)
    outside: dict[str, Unresolved] = field(default_factory=dict)
    _kept: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, worked out once for each `key` and kept for as long as the wiring is."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    @property
    def world(self) -> World:
        """The world in which it is read."""
        return self.evaluation.world

    def missing(self, value: Text) -> str | None:
        """The first resource that a text refers to and that does not exist here, if there is one."""
        named = (part.resource for part in value.parts if isinstance(part, Attribute))
        return next((resource for resource in named if not self.evaluation.exists(resource)), None)

    def element(self, resource_id: str, kind: type[E]) -> E | Broken:
        """The element of an id, if it exists here and is of that kind."""
        found = self.elements.get(resource_id)
        if isinstance(found, kind):
            return found
        if not self.evaluation.exists(resource_id):
            return Missing(resource_id)
        resource = self.evaluation.resource(resource_id)
        return Elsewhere(f'"{resource.logical_id}", an {resource.type}', resource)

    @cached_property
    def _functions_by_name(self) -> dict[tuple[object, ...], Function]:
        return {function.name.parts: function for function in self.functions}

    def is_only_a_logical_id(self, name: str) -> bool:
        """Whether a function of this template has `name` for its logical id, and none is called so."""
        declared = any(function.resource.logical_id == name for function in self.functions)
        return declared and (name,) not in self._functions_by_name

    def function_named(self, uri: FunctionUri) -> Function | Broken:
        """The function of this template that a URI or permission names."""
        found = self._functions_by_name.get(uri.name.parts)
        if found is not None:
            return found
        atom = uri.name.atom
        if isinstance(atom, Attribute):
            return self.element(atom.resource, Function) if atom.name == "Ref" else Elsewhere(f'"{uri.name}"')
        reason = f'"{uri.name}" is no function of this template'
        return uri.name.unresolved or Unresolved(f"function:{uri.name}", reason)
