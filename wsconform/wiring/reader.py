"""Reads the wiring of a template, in each of its worlds."""

from __future__ import annotations

from wsconform.template.source import Source
from wsconform.template.stack import Evaluation, Stack
from wsconform.template.values import Attribute, Text, Unresolved
from wsconform.wiring.element import Element
from wsconform.wiring.model import (
    Api,
    ApiMapping,
    Authorizer,
    Deployment,
    DomainName,
    Function,
    Integration,
    IntegrationResponse,
    Model,
    Part,
    Permission,
    Route,
    RouteResponse,
    Stage,
    Wiring,
)
from wsconform.wiring.names import FUNCTION_TYPES, Names

API = "AWS::ApiGatewayV2::Api"
SAM_API = "AWS::Serverless::WebSocketApi"
PERMISSION = "AWS::Lambda::Permission"
DOMAIN = "AWS::ApiGatewayV2::DomainName"
PARTS: dict[str, type[Part]] = {
    "AWS::ApiGatewayV2::Route": Route,
    "AWS::ApiGatewayV2::Integration": Integration,
    "AWS::ApiGatewayV2::Authorizer": Authorizer,
    "AWS::ApiGatewayV2::Model": Model,
    "AWS::ApiGatewayV2::RouteResponse": RouteResponse,
    "AWS::ApiGatewayV2::IntegrationResponse": IntegrationResponse,
    "AWS::ApiGatewayV2::Deployment": Deployment,
    "AWS::ApiGatewayV2::Stage": Stage,
    "AWS::ApiGatewayV2::ApiMapping": ApiMapping,
}
_LISTS: dict[type[Part], str] = {
    Route: "routes",
    Integration: "integrations",
    Authorizer: "authorizers",
    Model: "models",
    RouteResponse: "route_responses",
    IntegrationResponse: "integration_responses",
    Deployment: "deployments",
    Stage: "stages",
    ApiMapping: "mappings",
}
SUPPORTING = frozenset(
    {
        "AWS::Lambda::Alias",
        "AWS::Lambda::Version",
        "AWS::Lambda::Url",
        "AWS::IAM::Role",
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::ManagedPolicy",
    }
)
RELEVANT = frozenset({API, SAM_API, PERMISSION, DOMAIN, *PARTS, *FUNCTION_TYPES, *SUPPORTING})
PASSED_OVER = frozenset(
    {"Tags", "Environment", "MemorySize", "VpcConfig", "Description", "Layers", "EphemeralStorage", "LoggingConfig"}
)
"""Properties on which no check depends: what they vary by makes no world of its own."""


def read_stack(source: Source, given: dict[str, str] | None = None) -> Stack:
    """The stack of a template, with the worlds in which its wiring can differ."""
    return Stack(source, given=given, types=RELEVANT, passed_over=PASSED_OVER)


def read_wiring(evaluation: Evaluation) -> Wiring:
    """The wiring of a stack in one world. HTTP APIs, and what belongs to them, are left out."""
    wiring = Wiring(evaluation)
    names = Names(evaluation)
    for resource_id in evaluation.ids([API]):
        element = Element(evaluation.resource(resource_id), names)
        wiring.elements[resource_id] = element
        wiring.apis.append(Api(wiring, key=resource_id, label=element.label, element=element))
    for resource_id in evaluation.ids(FUNCTION_TYPES):
        function = Function(evaluation.resource(resource_id), names, wiring)
        wiring.elements[resource_id] = function
        wiring.functions.append(function)
    for resource_id in evaluation.ids([PERMISSION]):
        permission = Permission(evaluation.resource(resource_id), names, wiring)
        wiring.elements[resource_id] = permission
        wiring.permissions.append(permission)
    for resource_id in evaluation.ids([DOMAIN]):
        domain = DomainName(evaluation.resource(resource_id), names)
        wiring.elements[resource_id] = domain
        wiring.domains.append(domain)
    _join_parts(wiring, names)
    _leave_http_alone(wiring)
    return wiring


def _join_parts(wiring: Wiring, names: Names) -> None:
    """Give every part to the API that its `ApiId` names."""
    apis = {api.key: api for api in wiring.apis}
    for resource_id in wiring.evaluation.ids(PARTS):
        resource = wiring.evaluation.resource(resource_id)
        part = PARTS[resource.type](resource, names, wiring)
        wiring.elements[resource_id] = part
        api = _api_of(part, apis, wiring)
        if api is None:
            wiring.adrift.append(part)
            continue
        wiring.api_of[resource_id] = api
        getattr(api, _LISTS[type(part)]).append(part)


def _api_of(part: Part, apis: dict[str, Api], wiring: Wiring) -> Api | None:
    """The API of a part; an unknown id is an API outside the template, one per unknown id."""
    value, written = part.text("ApiId"), part.value("ApiId")
    if value is None or not isinstance(written, Text):
        return None
    atom = value.atom
    if isinstance(atom, Attribute):
        return apis.get(atom.resource) if atom.name == "Ref" else None
    if isinstance(written.atom, Attribute) and value.literal is not None:
        return None  # the name of a resource of this template, such as a stage, is the id of no API
    unknown = value.unresolved
    if unknown is None:
        if not value.literal or any(value.literal in names_of(api) for api in wiring.apis):
            return None
        unknown = Unresolved(value.literal, f'the API "{value.literal}" is not in this template')
    if unknown.is_absent:
        return None
    if unknown.key not in apis:
        wiring.outside[unknown.key] = unknown
        apis[unknown.key] = Api(wiring, key=unknown.key, label=unknown.key, element=None)
        wiring.apis.append(apis[unknown.key])
    return apis[unknown.key]


def names_of(api: Api) -> tuple[str | None, ...]:
    """What an API of the template is called, and what is not its id: its logical id and its `Name`."""
    return () if api.element is None else (api.element.resource.logical_id, api.element.literal("Name"))


def _leave_http_alone(wiring: Wiring) -> None:
    """Drop the APIs that are no WebSocket APIs and have nothing of one; links to their parts still lead there."""
    wiring.apis = [
        api for api in wiring.apis if api.is_websocket or (api.element is not None and api.has_websocket_wiring)
    ]
