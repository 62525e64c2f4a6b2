"""Permissions for API Gateway that allow nothing that it does."""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.template.values import Part, Text, Unresolved
from wsconform.wiring.element import Missing
from wsconform.wiring.iam.pattern import Match
from wsconform.wiring.model import Api, Function, Integration, Permission, Route, Wiring
from wsconform.wiring.permissions.coverage import coverage
from wsconform.wiring.permissions.grants import APIS
from wsconform.wiring.permissions.nearest import is_foreign
from wsconform.wiring.uris import HttpUri, ServiceUri


def is_idle(permission: Permission) -> bool:
    """Whether a permission for API Gateway matches no call, nor one that is missing for a fault of its own.

    Not told of permissions that other APIs may use: those whose source is not a WebSocket API of this stack.
    """
    wiring = permission.wiring
    grant = coverage(wiring).unused.get(permission.id)
    function = permission.function
    if grant is None or isinstance(function, Missing | Unresolved) or wiring.evaluation.stack.gaps:
        return False
    if grant.principal.match is not Match.YES or grant.action.match is not Match.YES or is_foreign(grant):
        return False
    if not any(grant.names(api) for api in wiring.apis) and _has_other_apis(wiring):
        return False
    sources = (source for api in wiring.apis for source in _sources(api, function))
    return all(grant.covers(source).match is Match.NO for source in sources)


def _has_other_apis(wiring: Wiring) -> bool:
    websocket = {api.key for api in wiring.apis}
    return any(one not in websocket for one in wiring.evaluation.ids(APIS))


def _sources(api: Api, function: object) -> Iterator[Text]:
    """The sources of all calls of an API that are, or may be meant to be, to a function."""
    stages = [stage.name.parts for stage in api.stages] or [(Unresolved(f"stage of {api.key}", "there is no stage"),)]
    for key in _keys(api, function):
        for name in stages:
            yield api.arn(*name, "/", *key)
    misdirected = coverage(api.wiring).misdirected
    for authorizer in api.authorizers:
        called = authorizer.function
        if called is function or not isinstance(called, Function) or authorizer.id in misdirected:
            yield api.authorizer_arn(authorizer)
            # Where a route names an authorizer of another API, either may be what the permission was written for.
            yield from (route.api.authorizer_arn(authorizer) for route in authorizer.routes if route.api is not api)


def _keys(api: Api, function: object) -> Iterator[tuple[Part, ...]]:
    """The keys of the routes that call a function, or may be meant to; any key where another check finds what is wrong.

    That is a route that joins no API, one whose key is refused, and an integration that no route targets.
    """
    anything = (Unresolved(f"route of {api.key}", "the route is at fault itself"),)
    if any(one.function is function and not one.routes for one in api.integrations):
        yield anything
    for route in api.routes:
        if _may_call(route, function):
            yield anything if route.is_refused else route.key_text.parts
    for part in api.wiring.adrift:
        if isinstance(part, Route) and _may_call(part, function):
            yield anything


def _may_call(route: Route, function: object) -> bool:
    integration = route.integration
    if integration is None:
        return route.is_message
    if not isinstance(integration, Integration):
        return True
    called = integration.function
    if isinstance(called, Function):
        return called is function or any(route in one.api.routes for one in called.authorizers)
    # A URI that does not fit the type is at fault itself; the function may be what was meant.
    match integration.uri:
        case None:
            return integration.type not in ("HTTP", "HTTP_PROXY", "MOCK")
        case HttpUri():
            return integration.type not in ("HTTP", "HTTP_PROXY")
        case ServiceUri():
            return integration.type == "AWS_PROXY"
    return True
