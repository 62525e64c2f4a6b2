"""Policies as an authorizer returns them, at run time.

Rules: IAM user guide, "IAM JSON policy element reference" and "Policy evaluation logic" (an explicit `Deny` wins,
nothing is allowed that no statement allows); API Gateway developer guide, "Output from an API Gateway Lambda
authorizer".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from wsconform.local.gateway.authorizer.conditions import Knowing, MalformedCondition, holds
from wsconform.local.gateway.authorizer.text import string_like
from wsconform.local.gateway.limits import RESOURCE
from wsconform.records import record

ACTION = "execute-api:Invoke"


class MalformedPolicyError(ValueError):
    """A document that is no policy; the message says where it departs."""


@record(frozen=True, slots=True)
class Statement:
    """One statement; `not_actions` and `not_resources` say that the texts are those it is not about."""

    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    condition: Mapping[str, Any]


def statements_of(document: object) -> tuple[Statement, ...]:
    """Read a policy document; a MalformedPolicyError where it is none."""
    if not isinstance(document, dict):
        raise MalformedPolicyError("the policyDocument is no object")
    given = document.get("Statement")
    several = given if isinstance(given, list) else [given]
    if given is None or not several:
        raise MalformedPolicyError("the policyDocument has no Statement")
    return tuple(_statement(one, f"statement {number}") for number, one in enumerate(several, 1))


def _statement(value: object, name: str) -> Statement:
    if not isinstance(value, dict):
        raise MalformedPolicyError(f"{name} of the policyDocument is no object")
    effect = value.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicyError(f'{name} of the policyDocument has an Effect that is neither "Allow" nor "Deny"')
    actions, not_actions = _texts(value, "Action", name)
    resources, not_resources = _texts(value, "Resource", name)
    for one in resources:
        if len(one) > RESOURCE:
            raise MalformedPolicyError(
                f"{name} of the policyDocument has a Resource of more than {RESOURCE} characters"
            )
    condition = value.get("Condition")
    if condition is not None and not isinstance(condition, dict):
        raise MalformedPolicyError(f"{name} of the policyDocument has a Condition that is no object")
    return Statement(effect, actions, not_actions, resources, not_resources, condition or {})


def _texts(statement: Mapping[str, Any], key: str, name: str) -> tuple[tuple[str, ...], bool]:
    turned = key not in statement
    value = statement.get(f"Not{key}") if turned else statement[key]
    several = value if isinstance(value, list) else [value]
    if not several or not all(isinstance(one, str) for one in several):
        raise MalformedPolicyError(f"{name} of the policyDocument has no {key} that is text or a list of text")
    return tuple(several), turned


@record(frozen=True, slots=True)
class Decision:
    """Whether a policy allows a resource, and why it came to that, for people."""

    allowed: bool
    why: str


def decide(statements: tuple[Statement, ...], resource: str, facts: Knowing) -> Decision:
    """Whether `statements` allow to invoke `resource`, an ARN. A MalformedPolicyError for a bad condition."""
    allowed = 0
    for number, one in enumerate(statements, 1):
        if _acts(one) and _names(one, resource) and _met(one, number, facts):
            if one.effect == "Deny":
                return Decision(allowed=False, why=f'statement {number} of the policy denies "{resource}"')
            allowed = allowed or number
    if allowed:
        return Decision(allowed=True, why=f"statement {allowed} of the policy allows it")
    return Decision(
        allowed=False, why=f'no statement of the policy allows "{resource}"{_nearest(statements, resource)}'
    )


def _acts(statement: Statement) -> bool:
    found = any(string_like(one.lower(), ACTION.lower()) for one in statement.actions)
    return found is not statement.not_actions


def _names(statement: Statement, resource: str) -> bool:
    return any(string_like(one, resource) for one in statement.resources) is not statement.not_resources


def _met(statement: Statement, number: int, facts: Knowing) -> bool:
    if not statement.condition:
        return True
    try:
        return holds(statement.condition, facts())
    except MalformedCondition as fault:
        raise MalformedPolicyError(f"statement {number} of the policyDocument: {fault}") from None


def _nearest(statements: tuple[Statement, ...], resource: str) -> str:
    """What the first statement that allows anything says instead."""
    for number, one in enumerate(statements, 1):
        if one.effect != "Allow":
            continue
        if not _acts(one):
            return f': statement {number} is about "{one.actions[0]}" instead of "{ACTION}"'
        if not _names(one, resource):
            return f': statement {number} is about "{one.resources[0]}"'
        return f": the Condition of statement {number} is not met"
    return ""
