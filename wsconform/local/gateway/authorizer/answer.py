"""What an authorizer's answer comes to.

Rules: API Gateway developer guide, "Output from an API Gateway Lambda authorizer" (principalId, policyDocument, a flat
context) and "Use API Gateway Lambda authorizers" (an error that says `Unauthorized` is 401, any other 500).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field

from wsconform.local.gateway.authorizer.conditions import Knowing
from wsconform.local.gateway.authorizer.policy import MalformedPolicyError, decide, statements_of
from wsconform.local.gateway.limits import AUTHORIZER_RESULT
from wsconform.local.outcome import Crashed, Outcome, Raised, Returned, TimedOut, Unrunnable
from wsconform.records import record

Scalar = str | int | float | bool


@record(frozen=True, slots=True, kw_only=True)
class Authorized:
    """A client that is let in. `context` is what the authorizer says of it, `key` its API key if one is named."""

    principal: str
    context: Mapping[str, Scalar] = field(default_factory=dict)
    key: str = ""


@record(frozen=True, slots=True)
class Unauthorized:
    """A client that is not: the status of the refusal, and why, for people."""

    status: int
    why: str


def judge(outcome: Outcome, arn: str, facts: Knowing) -> Authorized | Unauthorized:
    """Judge how the call of an authorizer ended; `arn` is the method ARN it was asked about. Never raises."""
    match outcome:
        case Returned(payload):
            return _judge(payload, arn, facts)
        case Raised(_, "Unauthorized"):
            return Unauthorized(401, "the authorizer raised Unauthorized")
        case Raised(kind, message):
            return Unauthorized(500, f"the authorizer raised {kind}: {message}")
        case TimedOut(after):
            return Unauthorized(500, f"the authorizer ran into its Timeout of {after:g} s")
        case Crashed(reason):
            return Unauthorized(500, f"the authorizer ended before it answered: {reason}")
        case Unrunnable(reason):
            return Unauthorized(500, f"the authorizer cannot run here: {reason}")
        case _:
            return Unauthorized(500, "the authorizer is no function")


def _judge(payload: bytes, arn: str, facts: Knowing) -> Authorized | Unauthorized:
    if len(payload) > AUTHORIZER_RESULT:
        return Unauthorized(500, f"the authorizer's result is {len(payload)} bytes long, {AUTHORIZER_RESULT} may be")
    try:
        result = json.loads(payload)
    except (ValueError, RecursionError):
        return Unauthorized(500, "the authorizer's result is not JSON")
    fault = _malformed(result)
    if fault:
        return Unauthorized(500, fault)
    try:
        decision = decide(statements_of(result["policyDocument"]), arn, facts)
    except MalformedPolicyError as malformed:
        return Unauthorized(500, str(malformed))
    if not decision.allowed:
        return Unauthorized(403, decision.why)
    key = result.get("usageIdentifierKey")
    return Authorized(
        principal=str(result["principalId"]),
        context=result.get("context") or {},
        key=key if isinstance(key, str) else "",
    )


def _malformed(result: object) -> str:
    """Why a result is no authorizer's; empty where it is one, its policy aside."""
    if not isinstance(result, dict):
        return "the authorizer's result is no object"
    if "policyDocument" not in result:
        hint = ""
        if "isAuthorized" in result:
            hint = ": isAuthorized is for HTTP APIs"
        elif "statusCode" in result:
            hint = ": a statusCode does not refuse, raise Unauthorized or return a policy that denies"
        return f"the authorizer's result has no policyDocument{hint}"
    principal = result.get("principalId")
    if not isinstance(principal, (str, int, float)) or isinstance(principal, bool) or principal == "":
        return "the authorizer's result has no principalId"
    return _fault(result.get("context"))


def _fault(context: object) -> str:
    if context is None:
        return ""
    if not isinstance(context, dict):
        return "the authorizer's context is no object"
    for name, value in context.items():
        if not isinstance(value, (str, int, float)):
            return f'"{name}" in the authorizer\'s context is neither text, number nor boolean'
    return ""


def in_events(authorized: Authorized, latency: int, *, as_text: bool, latency_as_number: bool) -> dict[str, Scalar]:
    """`requestContext.authorizer` of every event of the connection; `latency` is in milliseconds."""
    context = {name: _text(value) if as_text else value for name, value in authorized.context.items()}
    return {
        **context,
        "principalId": authorized.principal,
        "integrationLatency": latency if latency_as_number else str(latency),
    }


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else json.dumps(value)
