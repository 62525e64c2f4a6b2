"""What CloudFormation, Lambda or API Gateway would refuse to make, so that the stack is never there.

Only what AWS documents, or is known to answer, is refused here; each rule names what says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.local.deployed.site import Site
from wsconform.template.nodes import Span
from wsconform.template.stack import Stack
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Element, Elsewhere, Missing
from wsconform.wiring.identity import MalformedSource, read_source
from wsconform.wiring.model import CONNECT, Api, Authorizer, Integration, Route
from wsconform.wiring.references import dangling
from wsconform.wiring.selection import MalformedSelection, selection_of
from wsconform.wiring.uris import MalformedUri

_TYPES = ("AWS_PROXY", "AWS", "HTTP_PROXY", "HTTP", "MOCK")
_LEAST_TIMEOUT, _MOST_TIMEOUT = 50, 29_000


def refuse_parameters(stack: Stack) -> Iterator[tuple[str, Span | None, str]]:
    """Parameters without a value, and values that are not allowed (AWS CloudFormation User Guide, "Parameters")."""
    for name in stack.unknown_parameters:
        yield f'the template has no parameter "{name}"', None, f"leave --parameter {name}=… out"
    for name, parameter in stack.root.parameters.items():
        value = stack.given.get(name, parameter.default)
        if value is None:
            yield f'parameter "{name}" has no default and no value', parameter.span, f"give --parameter {name}=VALUE"
            continue
        items = [item.strip() for item in value.split(",")] if parameter.is_list else [value]
        if parameter.allowed and any(item not in parameter.allowed for item in items):
            allowed = ", ".join(f'"{one}"' for one in parameter.allowed)
            yield f'parameter "{name}" may not be "{value}"', parameter.span, f"give one of {allowed}"


def refuse_template(site: Site) -> None:
    """What is refused before anything is made: by SAM, and references to what is not there."""
    for module in site.stack.root.lineage():
        for refusal in module.expansion.refusals:
            if refusal.certain:
                site.problem(f"SAM refuses the template: {refusal.message}", refusal.span)
    for resource_id in site.stack.declared:
        if not site.evaluation.exists(resource_id):
            continue
        element = Element(site.evaluation.resource(resource_id), site.names)
        for at, name in dangling(element, site.wiring):
            site.problem(f'{element.label} refers to "{name}", which is not in this template', at)


def refuse_api(site: Site, api: Api) -> None:
    """What API Gateway refuses of an API and its parts."""
    element = api.element
    if element is None:
        return
    if api.protocol not in ("WEBSOCKET", None):
        site.problem(f"{api.label} is an {api.protocol} API, to which its parts cannot belong", api.at("ProtocolType"))
        return
    _refuse_selection(site, api)
    keys: set[str] = set()
    for route in api.routes:
        _refuse_route(site, route, keys)
    for integration in api.integrations:
        _refuse_integration(site, integration)
    for authorizer in api.authorizers:
        _refuse_authorizer(site, authorizer)
    for response in api.route_responses:
        key = site.read(response, "RouteResponseKey")
        if key != "$default":
            message = f'the RouteResponseKey of {response.label} is "{key}"; only $default is supported'
            site.problem(message, response.at("RouteResponseKey"))


def _refuse_selection(site: Site, api: Api) -> None:
    selection = selection_of(api)
    if selection is None:
        fix = "give it RouteSelectionExpression: $request.body.action"
        site.problem(f"{api.label} has no RouteSelectionExpression", api.at(), fix)
    elif isinstance(selection, MalformedSelection):
        message = f"the RouteSelectionExpression of {api.label} {selection.problem}"
        site.problem(message, api.at("RouteSelectionExpression"), f"write {selection.instead}")
    elif isinstance(selection, Unresolved):
        site.problem(selection.reason, api.at("RouteSelectionExpression"))


def _refuse_route(site: Site, route: Route, keys: set[str]) -> None:
    key = site.read(route, "RouteKey")
    if not key:
        site.problem(f"{route.label} has no RouteKey", route.resource.span)
    elif key in keys:
        site.problem(f'{route.label} makes the route "{key}" of {route.api.label} a second time', route.at("RouteKey"))
    keys.add(key)
    kind = site.read(route, "AuthorizationType", "NONE")
    if kind not in ("NONE", "AWS_IAM", "CUSTOM"):
        message = f'the AuthorizationType of {route.label} is "{kind}", which WebSocket APIs do not have'
        site.problem(message, route.at("AuthorizationType"), "use NONE, AWS_IAM or CUSTOM")
    elif kind != "NONE" and key != CONNECT:
        message = f"{route.label} has an AuthorizationType, and authorization is restricted to the $connect route"
        site.problem(message, route.at("AuthorizationType"), f"take it out of {route.label}")
    elif kind == "CUSTOM" and not isinstance(route.authorizer, Authorizer):
        _refuse_link(site, route, "AuthorizerId", route.authorizer, "names no authorizer")
    if route.text("Target") is not None and not isinstance(route.integration, Integration):
        _refuse_link(site, route, "Target", route.integration, "does not have the form integrations/<integration id>")
    elif isinstance(route.integration, Integration) and route.shares_api(route.integration) is False:
        message = f"the Target of {route.label} is {route.integration.label}, an integration of another API"
        site.problem(message, route.at("Target"))


def _refuse_link(site: Site, route: Route, name: str, link: object, otherwise: str) -> None:
    """A link that leads nowhere; one to what does not exist is refused as a reference already."""
    if isinstance(link, Missing):
        return
    if isinstance(link, Unresolved):
        site.problem(f"the {name} of {route.label} is not known: {link.reason}", route.at(name))
        return
    what = f"{link.what} " if isinstance(link, Elsewhere) else ""
    site.problem(f"the {name} of {route.label} {what}{otherwise}", route.at(name))


def _refuse_integration(site: Site, integration: Integration) -> None:
    kind = site.read(integration, "IntegrationType")
    label = integration.label
    if kind not in _TYPES:
        site.problem(
            f'the IntegrationType of {label} is "{kind}"',
            integration.at("IntegrationType"),
            f"use one of {', '.join(_TYPES)}",
        )
    uri = integration.uri
    if uri is None and kind in _TYPES and kind != "MOCK":
        site.problem(f"{label} has no IntegrationUri", integration.resource.span)
    elif isinstance(uri, MalformedUri) and kind != "MOCK" and not _is_only_misnamed(uri):
        site.problem(f"the IntegrationUri of {label} {uri.problem}", integration.at("IntegrationUri"))
    timeout = site.read(integration, "TimeoutInMillis", str(_MOST_TIMEOUT))
    if not timeout.isascii() or not timeout.isdigit() or not _LEAST_TIMEOUT <= int(timeout) <= _MOST_TIMEOUT:
        message = f'the TimeoutInMillis of {label} is "{timeout}", not between {_LEAST_TIMEOUT} and {_MOST_TIMEOUT}'
        site.problem(message, integration.at("TimeoutInMillis"))
    version = site.read(integration, "PayloadFormatVersion", "1.0")
    if version != "1.0":
        message = f'the PayloadFormatVersion of {label} is "{version}", which WebSocket APIs do not have'
        site.problem(message, integration.at("PayloadFormatVersion"), "leave it out")


def _refuse_authorizer(site: Site, authorizer: Authorizer) -> None:
    label = authorizer.label
    kind = site.read(authorizer, "AuthorizerType")
    if kind != "REQUEST":
        message = f'the AuthorizerType of {label} is "{kind}"; WebSocket APIs have REQUEST only'
        site.problem(message, authorizer.at("AuthorizerType"))
    if authorizer.uri is None:
        site.problem(f"{label} has no AuthorizerUri", authorizer.resource.span)
    elif isinstance(authorizer.uri, MalformedUri) and not _is_only_misnamed(authorizer.uri):
        site.problem(f"the AuthorizerUri of {label} {authorizer.uri.problem}", authorizer.at("AuthorizerUri"))
    if authorizer.value("AuthorizerPayloadFormatVersion") is not None:
        at = authorizer.at("AuthorizerPayloadFormatVersion")
        site.problem(f"{label} has an AuthorizerPayloadFormatVersion, which only HTTP APIs have", at)
    sources = authorizer.listed("IdentitySource")
    for item in sources if isinstance(sources, tuple) else ():
        value = authorizer.as_text(item)
        read = read_source(value) if value is not None else None
        if isinstance(read, MalformedSource):
            fix = f"write {read.instead}" if read.instead else ""
            site.problem(
                f'the IdentitySource "{value}" of {label} is not of a form that API Gateway takes', item.span, fix
            )


def _is_only_misnamed(uri: MalformedUri) -> bool:
    """Whether a URI has the right form and names a function by its logical id: that deploys, and fails when called."""
    return uri.problem.startswith('names a function "')
