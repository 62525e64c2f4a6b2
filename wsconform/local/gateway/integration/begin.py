"""What a route's integration is asked to do."""

from __future__ import annotations

import json

from wsconform.local.deployed.model import DeployedIntegration, DeployedRoute
from wsconform.local.gateway.integration.conclusion import Begun, CallFunction, Conclusion, Done, failed
from wsconform.local.gateway.integration.context import MessageContext


def begin(route: DeployedRoute, context: MessageContext) -> Begun:
    """Begin a route's integration: a call to make, or the conclusion where none is made. Never raises."""
    integration = route.integration
    if integration is None:
        return _without_integration(route, context)
    if integration.target is not None:
        return _function(integration, context)
    return Done(failed(500, "Internal server error", f'integrations of type "{integration.type}" are not run yet'))


def _without_integration(route: DeployedRoute, context: MessageContext) -> Done:
    if context.connecting:  # the guide calls an integration of `$connect` optional
        return Done(Conclusion(status=200))
    return Done(failed(500, "Internal server error", f'the route "{route.key}" has no Target'))


def _function(integration: DeployedIntegration, context: MessageContext) -> Begun:
    target = integration.target
    if target is not None and target.refusal is not None:
        at = f" ({target.refusal.place})" if target.refusal.place else ""
        return Done(failed(500, "Internal server error", f"{target.refusal.reason}{at}"))
    return CallFunction(as_json(context.event))


def as_json(value: object) -> bytes:
    """Compact JSON in UTF-8. Escapes all that is not ASCII where half a surrogate pair leaves no other way."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
