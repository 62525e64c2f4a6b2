"""What a route's integration is asked to do."""

from __future__ import annotations

import json

import orjson

from wsconform.local.deployed.model import DeployedIntegration, DeployedRoute, Deployment
from wsconform.local.gateway.integration.conclusion import (
    Begun,
    CallFunction,
    CallUrl,
    Conclusion,
    Done,
    failed,
)
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.expressions import parsed
from wsconform.local.gateway.integration.finish import replied
from wsconform.local.gateway.integration.parameters import parameters, url_fault
from wsconform.local.gateway.integration.request import converted, request_body
from wsconform.local.gateway.integration.responses import concluded
from wsconform.local.gateway.integration.validation import missing_parameter, why_invalid
from wsconform.local.outcome import Fetched

_ESCAPED = json.JSONEncoder(separators=(",", ":"), check_circular=False)  # nothing in an event holds itself


def begin(
    route: DeployedRoute,
    context: MessageContext,
    *,
    validate_proxies: bool = True,
    without_response: int = 500,
) -> Begun:
    """Begin a route's integration: a call to make, or the conclusion where none is made. Never raises.

    What the route requires of the request is looked at first. AWS's pages disagree on whether models count where the
    integration is a proxy, and are silent on `without_response`, the status of a non-proxy integration without an
    integration response.
    """
    refused = _refused(route, context, validate_proxies=validate_proxies)
    if refused is not None:
        return Done(refused)
    integration = route.integration
    if integration is None:
        return Done(_without_integration(route, context))
    if integration.type == "MOCK":
        return Done(replied(route, context, _mocked(integration, context, without_response)))
    if integration.type in {"AWS", "AWS_PROXY"}:
        return _function(integration, context)
    return _url(integration, context)


def uncallable(deployment: Deployment) -> tuple[str, ...]:
    """One line for each integration that calls an AWS service, which the local stage cannot: people are to know."""
    found = {
        (api.label, route.integration.label): route.integration
        for api in deployment.apis.values()
        for stage in api.stages.values()
        if stage.snapshot is not None
        for route in stage.snapshot.routes.values()
        if route.integration is not None and _calls_a_service(route.integration)
    }
    return tuple(_explained(integration) for _, integration in sorted(found.items(), key=lambda item: item[0]))


def _calls_a_service(integration: DeployedIntegration) -> bool:
    return integration.type in {"AWS", "AWS_PROXY"} and integration.target is None


def _explained(integration: DeployedIntegration) -> str:
    service = f"the AWS service {integration.service}" if integration.service else f'"{integration.uri}"'
    at = f" ({integration.place})" if integration.place else ""
    return f'"{integration.label}" calls {service}, which cannot be called here: it answers as a failing one does{at}'


def _refused(route: DeployedRoute, context: MessageContext, *, validate_proxies: bool) -> Conclusion | None:
    if context.connecting:
        missing = missing_parameter(route, context)
        if missing:
            return failed(400, "Missing required request parameters", f"the request lacks the {missing}")
    if not context.messaging:
        return None
    proxy = route.integration is not None and route.integration.type.endswith("_PROXY")
    if proxy and not validate_proxies:
        return None
    reason = why_invalid(route, context)
    return failed(400, "Bad request body", reason) if reason else None


def _without_integration(route: DeployedRoute, context: MessageContext) -> Conclusion:
    if context.connecting:  # the guide calls an integration of `$connect` optional
        return Conclusion(status=200)
    return failed(500, "Internal server error", f'the route "{route.key}" has no Target')


def _function(integration: DeployedIntegration, context: MessageContext) -> Begun:
    target = integration.target
    if target is None:
        return Done(failed(500, "Internal server error", _explained(integration)))
    if target.refusal is not None:
        at = f" ({target.refusal.place})" if target.refusal.place else ""
        return Done(failed(500, "Internal server error", f"{target.refusal.reason}{at}"))
    if integration.type == "AWS_PROXY":
        return CallFunction(as_json(context.event))
    body = request_body(integration, context)
    if isinstance(body, Conclusion):
        return Done(body)
    if not body:
        return CallFunction(b"{}")
    if parsed(body) is None:  # what Lambda is invoked with has to be JSON
        reason = (
            "the request is not JSON, which a Lambda function has to be given: a request template is missing or wrong"
        )
        return Done(failed(500, "Internal server error", reason))
    return CallFunction(body.encode(errors="replace"))


def _url(integration: DeployedIntegration, context: MessageContext) -> Begun:
    body = context.body or "" if integration.type == "HTTP_PROXY" else request_body(integration, context)
    if isinstance(body, Conclusion):
        return Done(body)
    content = converted(integration, body)
    if isinstance(content, Conclusion):
        return Done(content)
    binary = integration.content_handling == "CONVERT_TO_BINARY"
    sent = parameters(integration, context, "application/octet-stream" if binary else "application/json")
    fault = url_fault(sent.url)
    if fault:
        return Done(failed(500, "Internal server error", fault))
    return CallUrl(integration.method or "POST", sent.url, sent.headers, content, integration.timeout)


def _mocked(integration: DeployedIntegration, context: MessageContext, without_response: int) -> Conclusion:
    """A MOCK integration answers with the status that its request names."""
    body = request_body(integration, context)
    if isinstance(body, Conclusion):
        return body
    request = parsed(body)
    status = request.value.get("statusCode") if request is not None and isinstance(request.value, dict) else None
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status[:4])
    if not isinstance(status, int) or isinstance(status, bool):
        reason = f'"{integration.label}" (MOCK): its request template has to come to JSON with a "statusCode"'
        return failed(500, "Internal server error", reason)
    answer = Fetched(status, {}, body.encode(errors="replace"))
    return concluded(integration, answer, context, selector=str(status), without_response=without_response)


def as_json(value: object) -> bytes:
    """Compact JSON in UTF-8. Where that has no room for half a surrogate pair, all that is not ASCII is escaped."""
    try:
        return orjson.dumps(value)
    except TypeError:  # that, or a number of more than 64 bits
        return _ESCAPED.encode(value).encode()
