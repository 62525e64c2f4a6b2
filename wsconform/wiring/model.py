"""The wiring of WebSocket APIs in one world: its elements, and who refers to whom.

An element reads its own properties through `text`, `number`, `flag` and `listed`, which give canonical values, and
its neighbours through links. A link that leads nowhere says why instead of being None.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import field
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from wsconform.records import record
from wsconform.template.intrinsics import unknown
from wsconform.template.nodes import Span
from wsconform.template.stack import Evaluation
from wsconform.template.values import Attribute, Pseudo, Text, Unresolved, text
from wsconform.template.worlds import World
from wsconform.wiring.element import Broken, Element, Elsewhere, Missing
from wsconform.wiring.names import arn_start
from wsconform.wiring.route_keys import SYSTEM_KEYS, looks_like_http, meant
from wsconform.wiring.uris import FunctionUri, MalformedUri, Uri, parse_function, parse_uri

CONNECT, DISCONNECT, DEFAULT = SYSTEM_KEYS


E = TypeVar("E", bound=Element)
T = TypeVar("T")


@record(eq=False)
class Part(Element):
    """An element of an API."""

    wiring: Wiring

    @property
    def api(self) -> Api:
        """The API it belongs to; `wiring.reader` makes no part without one."""
        return self.wiring.api_of[self.id]

    def shares_api(self, other: Part) -> bool | None:
        """Whether both belong to the same API; None where a broken or unknown `ApiId` leaves that open."""
        mine, theirs = (self.wiring.api_of.get(part.id) for part in (self, other))
        if mine is None or theirs is None:
            return None
        return mine is theirs or (None if mine.element is None or theirs.element is None else False)

    def link(self, value: Text | None, kind: type[E]) -> E | Broken | None:
        """What a text that should be the id of another element leads to; None where there is no text."""
        if value is None:
            return None
        atom = value.atom
        if isinstance(atom, Unresolved):
            return atom
        if not isinstance(atom, Attribute) or atom.name != "Ref":
            return value.unresolved or Elsewhere(f'"{value}"')
        return self.wiring.element(atom.resource, kind)


class Route(Part):
    """`AWS::ApiGatewayV2::Route`."""

    @property
    def key(self) -> str | None:
        """The route key when it is known; an empty one is none."""
        return self.literal("RouteKey") or None

    @property
    def key_text(self) -> Text:
        """The route key as text; unknown where it is absent."""
        return self.text("RouteKey") or unknown("the route has no RouteKey", self.resource.span)

    @property
    def is_message(self) -> bool:
        """Whether messages may select this route: every key but `$connect` and `$disconnect`."""
        return self.key is not None and self.key not in (CONNECT, DISCONNECT)

    @property
    def authorization(self) -> Text:
        """`AuthorizationType`, `NONE` where it is absent."""
        return self.text("AuthorizationType") or Text(("NONE",), self.resource.span)

    @property
    def names_authorizer(self) -> bool:
        """Whether it has an `AuthorizerId`, wherever that leads; an empty one counts as none."""
        value = self.text("AuthorizerId")
        return value is not None and bool(value.parts)

    @cached_property
    def authorizer(self) -> Authorizer | Broken | None:
        """Where `AuthorizerId` leads."""
        return self.link(self.text("AuthorizerId"), Authorizer)

    @cached_property
    def integration(self) -> Integration | Broken | None:
        """Where `Target` leads; `Elsewhere` where it does not have the form `integrations/<id>`."""
        target = self.text("Target")
        if target is None:
            return None
        head = target.parts[0] if target.parts else ""
        if isinstance(head, Unresolved):
            return head
        if not isinstance(head, str) or not head.startswith("integrations/"):
            return Elsewhere(f'"{target}"')
        rest = (head.removeprefix("integrations/"), *target.parts[1:])
        return self.link(text(rest, target.span), Integration)

    @cached_property
    def responses(self) -> list[RouteResponse]:
        """The route responses of this route."""
        return [one for one in self.api.route_responses if one.route is self]


class Invoker(Part):
    """What invokes a function by its URI: an integration or an authorizer.

    `uri_property` holds the URI, `role_property` the role by which it may invoke instead of a permission.
    """

    uri_property: ClassVar[str]
    role_property: ClassVar[str]

    @cached_property
    def uri(self) -> Uri | Missing | None:
        """What the URI says; None where it is absent, `Missing` where it names what does not exist.

        A function that is named by its logical id, and has another name, makes it malformed.
        """
        value = self.text(self.uri_property)
        if value is None:
            return None
        missing = self.wiring.missing(value)
        if missing is not None:
            return Missing(missing)
        uri = parse_uri(value)
        name = uri.name.literal if isinstance(uri, FunctionUri) else None
        if name is not None and self.wiring.is_only_a_logical_id(name):
            return MalformedUri(f'names a function "{name}", which is the logical id of {name} and not its name')
        return uri

    @cached_property
    def function(self) -> Function | Broken | None:
        """The function it invokes; None where it invokes none."""
        uri = self.uri
        if isinstance(uri, FunctionUri):
            return self.wiring.function_named(uri)
        return uri if isinstance(uri, Unresolved | Missing) else None


class Integration(Invoker):
    """`AWS::ApiGatewayV2::Integration`."""

    uri_property = "IntegrationUri"
    role_property = "CredentialsArn"

    @property
    def type(self) -> str | None:
        """`IntegrationType` when it is known, in capitals."""
        return self.literal("IntegrationType")

    @property
    def calls_on_its_own(self) -> bool:
        """Whether API Gateway invokes a function with its own rights: neither as a role, nor of a type without one."""
        return self.text("CredentialsArn") is None and self.type not in ("HTTP", "HTTP_PROXY", "MOCK")

    @cached_property
    def routes(self) -> list[Route]:
        """The routes that target it."""
        return [route for route in self.api.routes if route.integration is self]

    @cached_property
    def responses(self) -> list[IntegrationResponse]:
        """The integration responses of this integration."""
        return [one for one in self.api.integration_responses if one.integration is self]


class Authorizer(Invoker):
    """`AWS::ApiGatewayV2::Authorizer`."""

    uri_property = "AuthorizerUri"
    role_property = "AuthorizerCredentialsArn"

    @property
    def is_jwt(self) -> bool:
        """Whether it is of the type that only HTTP APIs have; then what goes with that type is not wrong by itself."""
        return self.literal("AuthorizerType") == "JWT"

    @cached_property
    def routes(self) -> list[Route]:
        """The routes whose `AuthorizerId` names it, of any API."""
        return [route for api in self.wiring.apis for route in api.routes if route.authorizer is self]


class RouteResponse(Part):
    """`AWS::ApiGatewayV2::RouteResponse`."""

    @cached_property
    def route(self) -> Route | Broken | None:
        """Where `RouteId` leads."""
        return self.link(self.text("RouteId"), Route)


class IntegrationResponse(Part):
    """`AWS::ApiGatewayV2::IntegrationResponse`."""

    @cached_property
    def integration(self) -> Integration | Broken | None:
        """Where `IntegrationId` leads."""
        return self.link(self.text("IntegrationId"), Integration)


class Model(Part):
    """`AWS::ApiGatewayV2::Model`."""


class Deployment(Part):
    """`AWS::ApiGatewayV2::Deployment`: a snapshot of the API at the moment it is made."""

    @cached_property
    def stages(self) -> list[Stage]:
        """The stages that show it."""
        return [stage for api in self.wiring.apis for stage in api.stages if stage.deployment is self]

    def waits_for(self, part: Part) -> bool:
        """Whether CloudFormation makes `part` before this snapshot is taken."""
        return part.id in self.wiring.evaluation.waits_for(self.id)


class Stage(Part):
    """`AWS::ApiGatewayV2::Stage`."""

    @cached_property
    def name(self) -> Text:
        """`StageName`; unknown where it is absent."""
        return self.text("StageName") or unknown("the stage has no StageName", self.resource.span)

    @cached_property
    def deployment(self) -> Deployment | Broken | None:
        """Where `DeploymentId` leads."""
        return self.link(self.text("DeploymentId"), Deployment)

    @property
    def auto_deploy(self) -> bool | Unresolved:
        """`AutoDeploy`."""
        return self.flag("AutoDeploy")


class ApiMapping(Part):
    """`AWS::ApiGatewayV2::ApiMapping`: a stage under a custom domain name."""

    @cached_property
    def stage(self) -> Stage | Broken | None:
        """The stage that `Stage` names, of any API (its own first)."""
        value = self.text("Stage")
        if value is None:
            return None
        own = [stage for stage in self.api.stages if stage.name.same(value)]
        others = [stage for api in self.wiring.apis for stage in api.stages if stage.name.same(value)]
        for stage in own + others:
            return stage
        return value.unresolved or Elsewhere(f'"{value}"')

    @cached_property
    def domain(self) -> DomainName | Broken | None:
        """The domain name that `DomainName` names."""
        value = self.text("DomainName")
        if value is None:
            return None
        for domain in self.wiring.domains:
            if value.same(self.names.canonical(text([Attribute(domain.id)], value.span))):
                return domain
        return value.unresolved or Elsewhere(f'"{value}"')


class DomainName(Element):
    """`AWS::ApiGatewayV2::DomainName`."""


@record(frozen=True, slots=True)
class Call:
    """API Gateway invoking a function with its own rights: one that a permission must allow.

    `source` is the ARN that IAM compares with a permission's `SourceArn`; `caller` the route or authorizer.
    """

    function: Function
    uri: FunctionUri
    caller: Route | Authorizer
    source: Text
    stage: Stage | None
    at: Span


@record(eq=False)
class Function(Element):
    """`AWS::Lambda::Function` or `AWS::Serverless::Function`."""

    wiring: Wiring

    @cached_property
    def name(self) -> Text:
        """The canonical name, as it stands in its ARN."""
        return self.names.canonical(text([Attribute(self.id)], self.resource.span))

    @cached_property
    def arn(self) -> Text:
        """The canonical ARN, without qualifier."""
        return text([*arn_start("lambda"), ":function:", *self.name.parts], self.resource.span)

    @cached_property
    def integrations(self) -> list[Integration]:
        """The integrations of WebSocket APIs that invoke it."""
        return [one for api in self.wiring.apis for one in api.integrations if one.function is self]

    @cached_property
    def authorizers(self) -> list[Authorizer]:
        """The authorizers of WebSocket APIs that invoke it."""
        return [one for api in self.wiring.apis for one in api.authorizers if one.function is self]

    @cached_property
    def routes(self) -> list[Route]:
        """The routes that reach it."""
        return [route for integration in self.integrations for route in integration.routes]

    @cached_property
    def permissions(self) -> list[Permission]:
        """The permissions on it, with any qualifier."""
        return [one for one in self.wiring.permissions if one.function is self]


@record(eq=False)
class Permission(Element):
    """`AWS::Lambda::Permission`."""

    wiring: Wiring

    @cached_property
    def target(self) -> FunctionUri | MalformedUri | Unresolved | None:
        """What `FunctionName` says; None where it is absent."""
        value = self.text("FunctionName")
        return None if value is None else parse_function(value)

    @cached_property
    def function(self) -> Function | Broken | None:
        """The function that it is on."""
        target = self.target
        if isinstance(target, FunctionUri):
            return self.wiring.function_named(target)
        return target if isinstance(target, Unresolved) else None


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
        """The route that was meant to be `$connect`, where the API has none: its key is a near miss."""
        if self.connect_routes:
            return None
        near = [route for route in self.routes if route.key is not None and meant(route.key) == CONNECT]
        return next((route for route in near if "$" in str(route.key)), near[0] if near else None)

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
        return [
            *(route for route in self.routes if route.key is not None and not looks_like_http(route.key)),
            *(one for one in self.integrations if one.literal("IntegrationType") in ("AWS", "HTTP", "MOCK")),
            *self.route_responses,
            *self.integration_responses,
            *self.models,
        ]

    @property
    def _selects_by_body(self) -> bool:
        expression = self.element.literal("RouteSelectionExpression") if self.element is not None else None
        return expression is not None and "request.body" in expression

    @cached_property
    def calls(self) -> list[Call]:
        """Every way in which API Gateway invokes a function of this template for this API with its own rights."""
        return [*self._route_calls(), *self._authorizer_calls()]

    def _route_calls(self) -> Iterator[Call]:
        shown = self.shown_stages
        for route in self.routes:
            integration = route.integration
            if not isinstance(integration, Integration) or not integration.calls_on_its_own:
                continue
            function, uri = integration.function, integration.uri
            if not isinstance(function, Function) or not isinstance(uri, FunctionUri):
                continue
            if not route.shares_api(integration):
                continue
            for stage, name in shown:
                source = self.arn(*name.parts, "/", *route.key_text.parts)
                yield Call(function, uri, route, source, stage, integration.resource.place("IntegrationUri"))

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

    def _authorizer_calls(self) -> Iterator[Call]:
        for authorizer in self.authorizers:
            function, uri = authorizer.function, authorizer.uri
            if authorizer.text("AuthorizerCredentialsArn") is not None:
                continue
            if isinstance(function, Function) and isinstance(uri, FunctionUri):
                source = self.authorizer_arn(authorizer)
                yield Call(function, uri, authorizer, source, None, authorizer.resource.place("AuthorizerUri"))

    def authorizer_arn(self, authorizer: Authorizer) -> Text:
        """The ARN with which API Gateway invokes an authorizer's function."""
        return self.arn("authorizers/", Attribute(authorizer.id))

    def arn(self, *path: str | Attribute | Pseudo | Unresolved) -> Text:
        """`arn:…:execute-api:…:<api>/<path>` of this deployment.

        Source: API Gateway developer guide, "Amazon Resource Name (ARN) format reference".
        """
        return text([*arn_start("execute-api"), ":", *self.id_parts, "/", *path], self.at())


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
            return self.element(atom.resource, Function)
        reason = f'"{uri.name}" is no function of this template'
        return uri.name.unresolved or Unresolved(f"function:{uri.name}", reason)
