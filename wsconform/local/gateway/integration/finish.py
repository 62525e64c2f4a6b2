"""What the outcome of a route's integration means."""

from __future__ import annotations

import json
from dataclasses import replace

from wsconform.local.deployed.model import DeployedIntegration, DeployedRoute
from wsconform.local.gateway.integration.conclusion import Conclusion, failed
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.expressions import in_json
from wsconform.local.gateway.integration.proxy_result import Malformed, proxy_result, text_or_bytes
from wsconform.local.gateway.integration.responses import concluded
from wsconform.local.outcome import (
    Crashed,
    Fetched,
    Invoked,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Unreachable,
    Unrunnable,
)

_BAD_GATEWAY = 502


def finish(
    route: DeployedRoute, outcome: Outcome, context: MessageContext, *, without_response: int = 500
) -> Conclusion:
    """Conclude a route's integration by the outcome of the call that it began with. Never raises.

    `without_response` is the status of a non-proxy integration for whose answer there is no integration response.
    """
    integration = route.integration
    if integration is None:  # the route lost it in between
        return Conclusion(status=200)
    if isinstance(outcome, Unreachable):
        conclusion = failed(504, "Internal server error", f"the integration's URL did not answer: {outcome.reason}")
    elif isinstance(outcome, Fetched):
        conclusion = _fetched(integration, outcome, context, without_response)
    elif integration.type == "AWS":
        conclusion = _unproxied(integration, outcome, context, without_response)
    else:
        conclusion = _proxied(outcome)
    return replied(route, context, conclusion)


def timed_out(route: DeployedRoute) -> Conclusion:
    """Conclude an integration that did not answer within its timeout."""
    seconds = route.integration.timeout if route.integration is not None else 0.0
    return failed(504, "Endpoint request timed out", f"the integration did not answer within {seconds:g} s")


def replied(route: DeployedRoute, context: MessageContext, conclusion: Conclusion) -> Conclusion:
    """Only a route with a RouteResponse replies, and then with a body that holds something; only messages wait."""
    body = conclusion.body if context.messaging and route.two_way and conclusion.body else None
    if isinstance(body, str) and not body.isascii():  # half a surrogate pair, which JSON can hold, cannot be sent
        body = body.encode(errors="replace").decode()
    return conclusion if body is conclusion.body else replace(conclusion, body=body)


def _proxied(outcome: Invoked) -> Conclusion:
    if not isinstance(outcome, Returned):
        return failed(_BAD_GATEWAY, "Internal server error", why_not(outcome))
    result = proxy_result(outcome.payload)
    if isinstance(result, Malformed):
        return failed(_BAD_GATEWAY, "Internal server error", f"malformed Lambda proxy response: {result.reason}")
    return result


def _unproxied(
    integration: DeployedIntegration, outcome: Invoked, context: MessageContext, without_response: int
) -> Conclusion:
    """A function's error is an answer too: its `errorMessage` chooses the integration response."""
    if isinstance(outcome, Unrunnable):
        return failed(500, "Internal server error", why_not(outcome))
    payload, message = _lambda_answer(outcome)
    return concluded(
        integration, Fetched(200, {}, payload), context, selector=message, without_response=without_response
    )


def _lambda_answer(outcome: Returned | Raised | TimedOut | Crashed) -> tuple[bytes, str]:
    match outcome:
        case Returned(payload):
            return payload, ""
        case Raised(_, message, payload):
            return payload, in_json(".errorMessage", payload.decode(errors="replace")) or message
        case _:
            reason = why_not(outcome)
            return _error(reason), reason


def _error(message: str) -> bytes:
    return json.dumps({"errorMessage": message}).encode()


def _fetched(
    integration: DeployedIntegration, answer: Fetched, context: MessageContext, without_response: int
) -> Conclusion:
    if integration.type == "HTTP":
        selector = str(answer.status)
        return concluded(integration, answer, context, selector=selector, without_response=without_response)
    return Conclusion(status=answer.status, body=text_or_bytes(answer.body), headers=answer.headers)


def why_not(outcome: Raised | TimedOut | Crashed | Unrunnable) -> str:
    """Why a function did not return, for people."""
    match outcome:
        case Raised(kind, message):
            return f"the function raised {kind}: {message}" if message else f"the function raised {kind}"
        case TimedOut(after):
            return f"the function ran into its Timeout of {after:g} s"
        case Crashed(reason):
            return f"the function ended before it answered: {reason}"
        case Unrunnable(reason):
            return f"the function cannot run here: {reason}"
