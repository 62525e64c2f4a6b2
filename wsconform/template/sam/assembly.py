"""The user's resources and what SAM makes of them, put together."""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, child
from wsconform.template.parameters import read_parameters
from wsconform.template.sam.expansion import (
    CONNECTOR,
    WEBSOCKET_API,
    Expansion,
    Refusal,
    has_macros,
    resources_of,
    type_of,
)
from wsconform.template.sam.globals import merge_globals
from wsconform.template.sam.places import ApiPlaces, Placed, made_by_connectors, made_from_api, place_of_connector
from wsconform.template.sam.refusals import refusal
from wsconform.template.sam.translator import Translation, translate


def assemble(root: Mapping, key_spans: dict[str, Span], parameters: dict[str, str]) -> Expansion:
    """The expansion of a template that needs the translator. `parameters` as in `wsconform.template.sam.expand`."""
    resources = resources_of(root)
    declared = read_parameters(root)
    values = {name: one.default for name, one in declared.items() if one.default is not None} | parameters
    values = {
        name: value for name, value in values.items() if name not in declared or not declared[name].comes_from_ssm
    }
    unknown = declared.keys() - values.keys()

    merge = merge_globals(root, resources)
    causes = merge.causes
    merged = resources | merge.resources
    if not has_macros(resources):
        refusals = tuple(refusal(cause, root, merged, unknown) for cause in causes)
        return Expansion(merged, key_spans=key_spans, refusals=refusals, required=True)

    spoilt = {cause.resource for cause in causes}
    sound = {name: node for name, node in resources.items() if name not in spoilt}
    translation = translate(root, sound, merge.sections, values)
    causes += [cause for cause in translation.causes if cause not in causes]
    assembly = _Assembly(merged, key_spans, translation)
    assembly.assemble()
    return Expansion(
        assembly.resources,
        assembly.origins,
        assembly.key_spans,
        tuple(refusal(cause, root, merged, unknown) for cause in causes),
        tuple(assembly.losses),
        assembly.references,
        required=True,
    )


class _Assembly:
    """Puts the user's resources and the generated ones together, in the user's order."""

    def __init__(self, user: dict[str, Mapping], key_spans: dict[str, Span], translation: Translation) -> None:
        self._user = user
        self._translation = translation
        self._made = translation.resources
        self._generated = {name: resource for name, resource in self._made.items() if name not in user}
        self._of_connector: dict[str, list[str]] = {}
        for name, connector in made_by_connectors(self._generated):
            self._of_connector.setdefault(connector, []).append(name)
        self.key_spans = dict(key_spans)
        self.resources: dict[str, Mapping] = {}
        self.origins: dict[str, str] = {}
        self.losses: list[Refusal] = []
        self.references: dict[str, str] = {}

    def assemble(self) -> None:
        """Fill `resources` and what goes with them."""
        for name, node in self._user.items():
            kind = type_of(node)
            if kind == WEBSOCKET_API and self._translated(name):
                self._api(name, node)
            elif kind != CONNECTOR or name not in self._of_connector:
                self.resources[name] = node
            if kind == CONNECTOR:
                self._connector(name, name, self.key_spans[name], node)
            connectors = node.get("Connectors")
            if isinstance(connectors, Mapping):
                for key, embedded in connectors.entries.items():
                    self._connector(name + key, name, connectors.key_span(key), embedded)
        for name, node in self.resources.items():
            self.resources[name] = self._waiting(node)

    def _translated(self, name: str) -> bool:
        return (
            name not in self._translation.refused and self._made.get(name, {}).get("Type") == "AWS::ApiGatewayV2::Api"
        )

    def _add(self, name: str, placed: Placed, origin: str) -> None:
        self.resources[name] = placed.node
        self.key_spans[name] = placed.span
        self.origins[name] = origin

    def _api(self, api: str, node: Mapping) -> None:
        made = made_from_api(api, self._generated)
        places = ApiPlaces(self.key_spans[api], node, made)
        self._add(api, places.api(self._made[api]), api)
        for name, resource in made.items():
            self._add(name, places.other(name, resource), api)
        self.references |= _references(api, {resource["Type"]: name for name, resource in made.items()})
        self.losses += _losses(api, node, self.resources[api], [self.resources[name] for name in made])

    def _connector(self, connector: str, origin: str, key_span: Span, node: Node) -> None:
        for name in self._of_connector.get(connector, ()):
            self._add(name, place_of_connector(key_span, node, self._generated[name]), origin)

    def _waiting(self, node: Mapping) -> Mapping:
        """A resource that waits for a connector, waiting for what that became."""
        depends = node.get("DependsOn")
        if depends is None:
            return node
        waits: list[Node] = []
        changed = False
        for item in depends.items if isinstance(depends, Sequence) else (depends,):
            became = self._of_connector.get(item.text) if isinstance(item, Scalar) else None
            waits += [item] if became is None else [Scalar(name, item.span) for name in became]
            changed = changed or became is not None
        if not changed:
            return node
        return Mapping({**node.entries, "DependsOn": Sequence(tuple(waits), depends.span)}, node.key_spans, node.span)


def _references(api: str, by_type: dict[str, str]) -> dict[str, str]:
    """What `!Ref ChatApi.Stage` and the like stand for.

    Source: SAM developer guide, "AWS::Serverless::WebSocketApi" (return values) and "Referencing generated resources".
    """
    from samtranslator.model.sam_resources import SamWebSocketApi

    return {
        f"{api}.{name}": by_type[kind] for name, kind in SamWebSocketApi.referable_properties.items() if kind in by_type
    }


_OF_ROUTE = frozenset(
    {
        "ApiKeyRequired",
        "FunctionArn",
        "IntegrationTimeout",
        "ModelSelectionExpression",
        "OperationName",
        "RequestModels",
        "RequestParameters",
        "RouteResponseSelectionExpression",
    }
)
"""Source: SAM developer guide, "WebSocketApiRoute"."""
_OF_AUTH = frozenset({"AuthType", "AuthArn", "IdentitySource", "InvokeRole", "Name"})
"""Source: SAM developer guide, "WebSocketApiAuth"."""


def _losses(api: str, node: Mapping, made: Mapping, generated: list[Mapping]) -> Iterator[Refusal]:
    """What of a WebSocket API is missing from what it became."""
    condition = node.get("Condition")
    if isinstance(condition, Scalar) and made.get("Condition") is None:
        message = f'SAM drops the Condition "{condition.text}" of "{api}": the API is made whether it holds or not'
        yield Refusal(message, api, condition.span)
    auth = child(node, "Properties", "Auth")
    if isinstance(auth, Mapping):
        for name in _strange(auth, _OF_AUTH):
            yield Refusal(f'SAM drops "{name}" of Auth of "{api}": Auth has no such property', api, auth.key_span(name))
    routes = child(node, "Properties", "Routes")
    if not isinstance(routes, Mapping):
        return
    kept = [key.text for one in generated if isinstance(key := child(one, "Properties", "RouteKey"), Scalar)]
    for route in routes.entries:
        if route not in kept:
            twin = next((other for other in kept if _bare(other) == _bare(route)), "another")
            message = f'SAM drops route "{route}" of "{api}": route "{twin}" gets the same logical id'
            yield Refusal(message, api, routes.key_span(route))
        settings = routes.entries[route]
        if not isinstance(settings, Mapping):
            continue
        for name in _strange(settings, _OF_ROUTE):
            message = f'SAM drops "{name}" of route "{route}" of "{api}": a route has no such property'
            yield Refusal(message, api, settings.key_span(name))


def _bare(route_key: str) -> str:
    """What of a route key stands in the logical ids that SAM makes of it, whatever its case."""
    return route_key.lower().removeprefix("$")


def _strange(settings: Mapping, known: frozenset[str]) -> Iterator[str]:
    """The keys of a map that are no properties, and no intrinsic function in the place of the map."""
    return (name for name in settings.entries if name not in known and name != "Ref" and not name.startswith("Fn::"))
