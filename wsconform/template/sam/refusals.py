"""What the SAM translator refuses, in plain words and at the user's own line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from wsconform.records import record
from wsconform.template.nodes import Mapping, Node, Scalar, Span, child, walk
from wsconform.template.sam.expansion import Refusal


@record(frozen=True, slots=True)
class Cause:
    """An error in the translator's own words. `path` leads from the resource (or the root) to what it is about."""

    resource: str | None
    text: str
    path: tuple[str, ...] = ()


_EARLIER = re.compile(r"Fn::(Transform|ForEach)\b")
_BY_TRANSFORM = "a transform that runs before SAM's may change it"


@record(frozen=True, slots=True)
class _Place:
    span: Span
    node: Node | None
    is_value: bool = False


def refusal(cause: Cause, root: Mapping, resources: dict[str, Mapping], unknown: Collection[str]) -> Refusal:
    """The refusal that a cause amounts to.

    `resources` are the resource nodes with their Globals; `unknown` names the parameters whose value is not known.
    """
    node = resources.get(cause.resource) if cause.resource is not None else None
    section = root.get("Resources")
    if cause.resource is not None and node is not None and isinstance(section, Mapping):
        whole = _Place(section.key_span(cause.resource), node.get("Properties"))
        found = _about(cause, node)
        who = f'SAM refuses "{cause.resource}"'
    else:
        whole = _Place(root.key_span("Resources"), None)
        found = _at(root, cause.path, key=True)
        who = "SAM refuses the template"
    place = found or whole
    message = f"{who}: {_plainly(cause.text)}"
    if not place.is_value:
        unknown = [name for name in unknown if f"'{name}'" in cause.text]
    reason = _undecided(place.node, unknown)
    if _EARLIER.search(cause.text):
        reason = _BY_TRANSFORM
    if reason:
        return Refusal(f"{message}; {reason}", cause.resource, place.span, certain=False)
    return Refusal(message, cause.resource, place.span)


def _plainly(said: str) -> str:
    """The translator's sentence as a message of ours: lower-case, no trailing stop, values in double quotes."""
    said = " ".join(said.split())
    said = re.sub(r"^property (\S+) not defined for resource of type (\S+)$", r"\2 has no property '\1'", said)
    if "{" not in said:
        said = re.sub(r"'([^']*)'", r'"\1"', said)
    said = re.sub(r"\.\s+([A-Z])(?=[a-z]*\b)", lambda match: "; " + match[1].lower(), said.rstrip(". "))
    first = re.match(r"[A-Z][a-z]*(?= )", said)
    return said[0].lower() + said[1:] if first else said


def _undecided(node: Node | None, unknown: Collection[str]) -> str:
    """Why the refusal of `node` may not hold when the stack is deployed; empty where nothing speaks for that."""
    for here in walk(node) if node is not None else ():
        if not isinstance(here, Mapping):
            continue
        if any(_EARLIER.match(key) for key in here.entries):
            return _BY_TRANSFORM
        name = here.get("Ref")
        if isinstance(name, Scalar) and name.text in unknown:
            return f'the value of parameter "{name.text}" is not known'
    return ""


def _at(node: Node | None, path: tuple[str, ...], *, key: bool = False) -> _Place | None:
    """The place at `path`: of the key, or of the value."""
    if not path:
        return None
    parent, value = child(node, *path[:-1]), child(node, *path)
    if not isinstance(parent, Mapping) or value is None:
        return None
    return _Place(parent.key_span(path[-1]), value) if key else _Place(value.span, value, is_value=True)


def _about(cause: Cause, node: Mapping) -> _Place | None:
    """What in a resource an error is about: as a table tells, else what the error names, else None."""
    if cause.path:
        return _at(node, cause.path, key=True)
    properties = node.get("Properties")
    for pattern, find in _KNOWN:
        match = pattern.search(cause.text)
        if match and (place := find(match, properties)):
            return place
    return _named(cause.text, node)


def _value(*path: str) -> Callable[[re.Match[str], Node | None], _Place | None]:
    return lambda _, properties: _at(properties, path)


def _key(*path: str) -> Callable[[re.Match[str], Node | None], _Place | None]:
    return lambda _, properties: _at(properties, path, key=True)


def _route(match: re.Match[str], properties: Node | None) -> _Place | None:
    return _at(properties, ("Routes", match[1]), key=True)


def _route_without_function(_: re.Match[str], properties: Node | None) -> _Place | None:
    routes = child(properties, "Routes")
    for key in routes.entries if isinstance(routes, Mapping) else ():
        if child(routes, key, "FunctionArn") is None:
            return _at(routes, (key,), key=True)
    return None


def _request_parameters(_: re.Match[str], properties: Node | None) -> _Place | None:
    routes = child(properties, "Routes")
    for key in routes.entries if isinstance(routes, Mapping) else ():
        if key != "$connect" and (place := _at(routes, (key, "RequestParameters"), key=True)):
            return place
    return None


def _beside_auth_type(_: re.Match[str], properties: Node | None) -> _Place | None:
    auth = child(properties, "Auth")
    extra = [key for key in auth.entries if key != "AuthType"] if isinstance(auth, Mapping) else []
    return _at(auth, (extra[0],), key=True) if extra else None


# Errors whose place cannot be told from a property they name.
_KNOWN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Node | None], _Place | None]], ...] = tuple(
    (re.compile(pattern), find)
    for pattern, find in (
        (r"at least one route", _value("Routes")),
        (r"Route key '(.*?)' must be", _route),
        (r"must have associated function", _route_without_function),
        (r"Request parameters are only", _request_parameters),
        (r"named \$default", _value("StageName")),
        (r"generated from StageName", _value("StageName")),
        (r"Authorization is only available", _key("Auth")),
        (r"AuthType must be specified", _key("Auth")),
        (r"AuthArn must be specified", _value("Auth", "AuthType")),
        (r"No additional configurations", _beside_auth_type),
        (r"Mutual TLS", _key("Domain", "MutualTlsAuthentication")),
        (r"Custom Domains only works", _key("Domain")),
        (r"[Bb]asepath", _value("Domain", "BasePath")),
        (r"property (\S+) not defined", lambda match, properties: _at(properties, (match[1],), key=True)),
    )
)


def _named(said: str, node: Mapping) -> _Place | None:
    """The first property that an error names, in quotes or by its CamelCase name, wherever it stands."""
    names = re.findall(r"'([^']+)'", said) + re.findall(r"\b[A-Z][a-z]+[A-Z]\w*\b", said)
    properties = node.get("Properties")
    for name in names:
        path = tuple(name.split("."))
        if place := _at(properties, path) or _at(node, path):
            return place
    for name in names:
        for here in walk(properties) if properties is not None else ():
            if place := _at(here, (name,)):
                return place
    return None
