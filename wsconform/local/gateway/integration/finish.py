"""What the outcome of a route's integration means."""

from __future__ import annotations

from wsconform.local.deployed.model import DeployedRoute
from wsconform.local.gateway.integration.conclusion import Conclusion, failed
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.proxy_result import Malformed, proxy_result
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


def finish(route: DeployedRoute, outcome: Outcome, context: MessageContext) -> Conclusion:
    """Conclude a route's integration by the outcome of the call that it began with. Never raises."""
    if isinstance(outcome, (Fetched, Unreachable)):
        return failed(500, "Internal server error", "integrations that call a URL are not run yet")
    return _of_replies(route, context, _proxied(outcome))


def timed_out(route: DeployedRoute) -> Conclusion:
    """Conclude an integration that did not answer within its timeout."""
    seconds = route.integration.timeout if route.integration is not None else 0.0
    return failed(504, "Endpoint request timed out", f"the integration did not answer within {seconds:g} s")


def _of_replies(route: DeployedRoute, context: MessageContext, conclusion: Conclusion) -> Conclusion:
    """Only a route with a RouteResponse replies, and then with a body that holds something."""
    if not context.connecting and route.two_way and conclusion.body:
        return conclusion
    return Conclusion(status=conclusion.status, headers=conclusion.headers, failure=conclusion.failure)


def _proxied(outcome: Invoked) -> Conclusion:
    if not isinstance(outcome, Returned):
        return failed(_BAD_GATEWAY, "Internal server error", why_not(outcome))
    result = proxy_result(outcome.payload)
    if isinstance(result, Malformed):
        return failed(_BAD_GATEWAY, "Internal server error", f"malformed Lambda proxy response: {result.reason}")
    return Conclusion(status=result.status, body=result.body, headers=result.headers)


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
