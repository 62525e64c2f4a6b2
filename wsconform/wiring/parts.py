"""The parts of an API, and the functions, permissions and domain names around it.

An element reads its own properties through `text`, `number`, `flag` and `listed`, which give canonical values, and
its neighbours through links. A link that leads nowhere says why instead of being None.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

from wsconform.records import record
from wsconform.template.intrinsics import unknown
from wsconform.template.values import Attribute, Text, Unresolved, text
from wsconform.wiring.element import Broken, Element, Elsewhere, Missing
from wsconform.wiring.names import arn_start
from wsconform.wiring.route_keys import SYSTEM_KEYS, is_reserved
from wsconform.wiring.uris import FunctionUri, MalformedUri, Uri, parse_function, parse_uri

if TYPE_CHECKING:  # they are made of these
    from wsconform.wiring.model import Api, Wiring

CONNECT, DISCONNECT, DEFAULT = SYSTEM_KEYS

E = TypeVar("E", bound=Element)


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

    @cached_property
    def is_refused(self) -> bool:
        """Whether API Gateway takes no route of this key: it is empty, reserved, or that of an earlier route."""
        key = self.literal("RouteKey")
        if not key:
            return key is not None
        return (is_reserved(key) and key not in SYSTEM_KEYS) or self.api.route(key) is not self

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
