"""Where what the SAM translator generates has its place in what the user wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import field
from typing import Any

from wsconform.records import record
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, child, plain, walk

_API = "AWS::ApiGatewayV2::Api"
_ROUTE = "AWS::ApiGatewayV2::Route"
_INTEGRATION = "AWS::ApiGatewayV2::Integration"
_STAGE = "AWS::ApiGatewayV2::Stage"
_AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"
_DOMAIN = "AWS::ApiGatewayV2::DomainName"
_MAPPING = "AWS::ApiGatewayV2::ApiMapping"
_RECORDS = "AWS::Route53::RecordSetGroup"
_PERMISSION = "AWS::Lambda::Permission"

_SUB_NAME = re.compile(r"\$\{([^!}.][^}.]*)")

Plain = dict[str, Any]


@record(frozen=True, slots=True)
class Placed:
    """A generated resource as located nodes, and where it is as a whole."""

    node: Mapping
    span: Span


@record(slots=True)
class _Origin:
    """What a generated resource is made of: user's nodes by generated property, places of the other properties.

    `at` is where everything else stands.
    """

    at: Span
    nodes: dict[str, tuple[Node, Span]] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)

    def take(self, generated: str, source: Node | None, *path: str) -> None:
        """The generated property is the user's node at `path` below `source`, if there is one."""
        parent, node = child(source, *path[:-1]), child(source, *path)
        if isinstance(parent, Mapping) and node is not None:
            self.nodes[generated] = (node, parent.key_span(path[-1]))

    def put(self, generated: str, source: Node | None, *path: str) -> None:
        """The generated property is made from the user's node at `path` below `source`, and stands where that does."""
        node = child(source, *path)
        if node is not None:
            self.spans[generated] = node.span

    def place(self, resource: Plain) -> Placed:
        """The generated resource in its place."""
        return Placed(self._map(resource, self.at), self.at)

    def _build(self, value: Any, at: Span) -> Node:  # noqa: ANN401 (any plain value)
        if isinstance(value, dict):
            return self._map(value, at)
        if isinstance(value, list):
            return Sequence(tuple(self._build(item, at) for item in value), at)
        return Scalar(value, at)

    def _map(self, value: Plain, at: Span) -> Mapping:
        entries: dict[str, Node] = {}
        key_spans: dict[str, Span] = {}
        for key, item in value.items():
            if key in self.nodes:
                node, key_spans[key] = self.nodes[key]
                entries[key] = self._filled(key, node, item)
            else:
                key_spans[key] = self.spans.get(key, at)
                entries[key] = self._build(item, key_spans[key])
        return Mapping(entries, key_spans, at)

    def _filled(self, key: str, node: Node, value: Any) -> Node:  # noqa: ANN401 (any plain value)
        """The user's node, or the generated value in its place where the translator made something else of it."""
        if isinstance(node, Scalar) and node.value != value:
            return self._build(value, node.span)
        if key == "Tags" and isinstance(node, Mapping) and isinstance(value, dict):
            tags = {name: (tag, node.key_span(name)) for name, tag in node.entries.items()}
            return _Origin(node.span, tags)._map(value, node.span)  # noqa: SLF001 (of its own kind)
        return node


def mentioned(value: Any) -> set[str]:  # noqa: ANN401 (any plain value)
    """The logical ids that a value refers to: `Ref`, `Fn::GetAtt`, `Fn::Sub`, and `Id` as connectors have it."""
    found: set[str] = set()
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, list):
            stack += here
        elif isinstance(here, dict):
            stack += here.values()
            for key in ("Ref", "Id", "Fn::GetAtt"):
                name = here.get(key)
                if isinstance(name, list) and name:
                    name = name[0]
                if isinstance(name, str):
                    found.add(name.partition(".")[0])
            pattern = here.get("Fn::Sub")
            if isinstance(pattern, list) and pattern:
                pattern = pattern[0]
            if isinstance(pattern, str):
                found.update(_SUB_NAME.findall(pattern))
    return found


def made_from_api(api: str, generated: AnyMapping[str, Plain]) -> dict[str, Plain]:
    """Those of the generated resources that a WebSocket API became, besides the API itself; told by their content."""
    of_api = {
        name: resource
        for name, resource in generated.items()
        if "aws:sam:connectors" not in (resource.get("Metadata") or {})
        and (
            resource["Properties"].get("ApiId") == {"Ref": api}
            or (resource["Type"] == _PERMISSION and api in mentioned(resource["Properties"].get("SourceArn")))
        )
    }
    domains = {
        name
        for mapping in of_api.values()
        if mapping["Type"] == _MAPPING
        for name in mentioned(mapping["Properties"].get("DomainName"))
    }
    return of_api | {
        name: resource
        for name, resource in generated.items()
        if (resource["Type"] == _DOMAIN and name in domains)
        or (resource["Type"] == _RECORDS and domains & mentioned(resource["Properties"]))
    }


def made_by_connectors(generated: AnyMapping[str, Plain]) -> Iterator[tuple[str, str]]:
    """Each generated resource that a connector became, with the connector's id as the translator notes it."""
    for name, resource in generated.items():
        for connector in (resource.get("Metadata") or {}).get("aws:sam:connectors", {}):
            yield name, connector


class ApiPlaces:
    """The places of what one WebSocket API is translated to."""

    def __init__(self, key_span: Span, node: Mapping, generated: AnyMapping[str, Plain]) -> None:
        """`node` is the user's resource with its Globals, `generated` what `made_from_api` tells."""
        self._key_span = key_span
        self._node = node
        self._properties = node.get("Properties")
        self._routes = {
            name: resource["Properties"]["RouteKey"]
            for name, resource in generated.items()
            if resource["Type"] == _ROUTE
        }
        self._keys = {
            integration: self._routes[name]
            for name in self._routes
            for integration in mentioned(generated[name]["Properties"].get("Target"))
        }

    def api(self, resource: Plain) -> Placed:
        """The API itself."""
        origin = _Origin(self._key_span)
        for name in (
            "ApiKeySelectionExpression",
            "Description",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "IpAddressType",
            "Name",
            "RouteSelectionExpression",
            "Tags",
        ):
            origin.take(name, self._properties, name)
        for name in ("Condition", "DeletionPolicy", "DependsOn", "UpdateReplacePolicy"):
            origin.take(name, self._node, name)
        origin.put("Type", self._node, "Type")
        origin.put("ProtocolType", self._node, "Type")
        placed = origin.place(resource)
        metadata = self._node.get("Metadata")
        if metadata is None:
            return placed
        # The translator drops it, but what it says (of suppressed findings, say) is meant.
        key_spans = {**placed.node.key_spans, "Metadata": self._node.key_span("Metadata")}
        return Placed(Mapping({**placed.node.entries, "Metadata": metadata}, key_spans, placed.node.span), placed.span)

    def other(self, name: str, resource: Plain) -> Placed:
        """Any other resource that the API is translated to."""
        kind = resource["Type"]
        if kind == _ROUTE:
            return self._route(self._routes[name]).place(resource)
        if kind == _INTEGRATION and name in self._keys:
            return self._integration(self._keys[name]).place(resource)
        if kind == _PERMISSION:
            return self._permission(resource).place(resource)
        if kind == _AUTHORIZER:
            return self._authorizer().place(resource)
        if kind == _STAGE:
            return self._stage().place(resource)
        if kind in (_DOMAIN, _MAPPING, _RECORDS):
            return self._domain(kind, resource).place(resource)
        return _Origin(self._key_span).place(resource)

    def _key(self, *path: str) -> Span:
        """Where the key at `path` below the properties stands; the API's own where there is none."""
        parent = child(self._properties, *path[:-1])
        return (
            parent.key_span(path[-1]) if isinstance(parent, Mapping) and path[-1] in parent.entries else self._key_span
        )

    def _route(self, key: str) -> _Origin:
        origin = _Origin(self._key("Routes", key))
        for name in (
            "ApiKeyRequired",
            "ModelSelectionExpression",
            "OperationName",
            "RequestModels",
            "RequestParameters",
            "RouteResponseSelectionExpression",
        ):
            origin.take(name, self._properties, "Routes", key, name)
        origin.take("AuthorizationType", self._properties, "Auth", "AuthType")
        origin.put("AuthorizerId", self._properties, "Auth", "AuthArn")
        origin.put("Target", self._properties, "Routes", key, "FunctionArn")
        return origin

    def _integration(self, key: str) -> _Origin:
        origin = _Origin(self._key("Routes", key))
        origin.take("FunctionArn", self._properties, "Routes", key, "FunctionArn")
        origin.put("IntegrationUri", self._properties, "Routes", key, "FunctionArn")
        origin.take("TimeoutInMillis", self._properties, "Routes", key, "IntegrationTimeout")
        return origin

    def _permission(self, resource: Plain) -> _Origin:
        pattern = resource["Properties"]["SourceArn"].get("Fn::Sub")
        arn = pattern[0] if isinstance(pattern, list) else str(pattern)
        if arn.endswith("/authorizers/*"):
            origin = _Origin(self._key("Auth"))
            origin.take("FunctionName", self._properties, "Auth", "AuthArn")
            return origin
        key = arn.rpartition("/")[2]
        origin = _Origin(self._key("Routes", key))
        origin.take("FunctionName", self._properties, "Routes", key, "FunctionArn")
        origin.take("__StageName__", self._properties, "StageName")
        return origin

    def _authorizer(self) -> _Origin:
        origin = _Origin(self._key("Auth"))
        origin.take("AuthArn", self._properties, "Auth", "AuthArn")
        origin.put("AuthorizerUri", self._properties, "Auth", "AuthArn")
        origin.put("AuthorizerType", self._properties, "Auth", "AuthType")
        origin.take("AuthorizerCredentialsArn", self._properties, "Auth", "InvokeRole")
        origin.take("IdentitySource", self._properties, "Auth", "IdentitySource")
        origin.take("Name", self._properties, "Auth", "Name")
        return origin

    def _stage(self) -> _Origin:
        origin = _Origin(self._key("StageName"))
        for name in (
            "AccessLogSettings",
            "DefaultRouteSettings",
            "RouteSettings",
            "StageName",
            "StageVariables",
            "Tags",
        ):
            origin.take(name, self._properties, name)
        origin.put("DependsOn", self._properties, "RouteSettings")
        return origin

    def _domain(self, kind: str, resource: Plain) -> _Origin:
        origin = _Origin(self._key("Domain"))
        origin.put("DomainName", self._properties, "Domain", "DomainName")
        if kind == _MAPPING:
            origin.put("Stage", self._properties, "StageName")
            for path in walk(child(self._properties, "Domain", "BasePath") or Sequence((), origin.at)):
                if isinstance(path, Scalar) and path.text.strip("/") == resource["Properties"].get("ApiMappingKey"):
                    origin.spans["ApiMappingKey"] = path.span
                    origin.at = path.span
        elif kind == _RECORDS:
            origin.at = self._key("Domain", "Route53")
            for name in ("EvaluateTargetHealth", "HostedZoneName", "Region", "SetIdentifier"):
                origin.take(name, self._properties, "Domain", "Route53", name)
            origin.put("HostedZoneId", self._properties, "Domain", "Route53", "HostedZoneId")
        else:
            origin.take("DomainName", self._properties, "Domain", "DomainName")
            origin.take("EndpointType", self._properties, "Domain", "EndpointConfiguration")
            for name in ("CertificateArn", "OwnershipVerificationCertificateArn", "SecurityPolicy"):
                origin.take(name, self._properties, "Domain", name)
            origin.take("Tags", self._properties, "Tags")
        return origin


def place_of_connector(key_span: Span, node: Node, resource: Plain) -> Placed:
    """What a connector became: its statements stand at its `Permissions`, what it was given keeps its place."""
    properties = child(node, "Properties")
    origin = _Origin(key_span)
    for name in ("Action", "PolicyDocument"):
        origin.put(name, properties, "Permissions")
    origin.put("Roles", properties, "Source")
    origin.put("FunctionName", properties, "Destination")
    given = {json.dumps(plain(here)): here for here in walk(node) if isinstance(here, Mapping)}

    def reuse(value: Any, made: Node) -> Node:  # noqa: ANN401 (any plain value)
        if isinstance(value, dict) and isinstance(made, Mapping):
            known = given.get(json.dumps(value))
            if known is not None:
                return known
            entries = {key: reuse(value[key], item) for key, item in made.entries.items()}
            return Mapping(entries, made.key_spans, made.span)
        if isinstance(value, list) and isinstance(made, Sequence):
            return Sequence(tuple(map(reuse, value, made.items)), made.span)
        return made

    placed = origin.place(resource)
    whole = reuse(resource, placed.node)
    return Placed(whole, placed.span) if isinstance(whole, Mapping) else placed
