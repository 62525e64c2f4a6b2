"""The `Condition` of a policy's statement.

Rules: IAM user guide, "IAM JSON policy elements: Condition operators" and "AWS global condition context keys". Known
of an upgrade request are its address, user agent, transport and time; a key that is not known is absent.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from wsconform.local.gateway.authorizer.text import string_like

Facts = Mapping[str, str]
"""What is known of a request: condition keys in lower case."""
Knowing = Callable[[], Facts]
"""Finds out what is known, which few policies ask for."""


class MalformedCondition(ValueError):  # noqa: N818, it is told, not raised to a user
    """A condition that IAM could not evaluate; the message says why."""


def facts_of(*, source_ip: str, user_agent: str | None, secure: bool, now: float) -> Facts:
    """The condition keys of an upgrade request."""
    facts = {
        "aws:sourceip": source_ip,
        "aws:securetransport": "true" if secure else "false",
        "aws:currenttime": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now)),
    }
    if user_agent is not None:
        facts["aws:useragent"] = user_agent
    return facts


def holds(condition: Mapping[str, object], facts: Facts) -> bool:
    """Whether all of a condition is met; a MalformedCondition where it cannot be said."""
    return all(_holds(operator, keys, facts) for operator, keys in condition.items())


def _holds(operator: str, keys: object, facts: Facts) -> bool:
    if not isinstance(keys, dict):
        raise MalformedCondition(f'"{operator}" in its Condition holds no object')
    return all(_one(operator, str(key), value, facts) for key, value in keys.items())


def _one(operator: str, key: str, value: object, facts: Facts) -> bool:
    wanted = [_shown(one) for one in (value if isinstance(value, list) else [value])]
    found = facts.get(key.lower())
    base = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    if base == "Null":
        return any((one == "true") is (found is None) for one in wanted)
    name = base.removesuffix("IfExists")
    turned = "Not" in name
    compare = _OPERATORS.get(name.replace("Not", ""))
    if compare is None:
        raise MalformedCondition(f'there is no condition operator "{operator}"')
    if found is None:
        return turned or name != base or operator.startswith("ForAllValues:")
    try:
        return any(compare(found, one) for one in wanted) is not turned
    except (ValueError, ArithmeticError):
        raise MalformedCondition(f'"{operator}" in its Condition cannot compare "{key}" with {wanted}') from None


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise MalformedCondition("its Condition compares with something that is not text")


def _instant(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _within(found: str, wanted: str) -> bool:
    return ipaddress.ip_address(found) in ipaddress.ip_network(wanted, strict=False)


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda found, wanted: found == wanted,
    "StringEqualsIgnoreCase": lambda found, wanted: found.lower() == wanted.lower(),
    "StringLike": lambda found, wanted: string_like(wanted, found),
    "ArnEquals": lambda found, wanted: string_like(wanted, found),
    "ArnLike": lambda found, wanted: string_like(wanted, found),
    "Bool": lambda found, wanted: found == wanted.lower(),
    "IpAddress": _within,
    "NumericEquals": lambda found, wanted: float(found) == float(wanted),
    "NumericLessThan": lambda found, wanted: float(found) < float(wanted),
    "NumericLessThanEquals": lambda found, wanted: float(found) <= float(wanted),
    "NumericGreaterThan": lambda found, wanted: float(found) > float(wanted),
    "NumericGreaterThanEquals": lambda found, wanted: float(found) >= float(wanted),
    "DateEquals": lambda found, wanted: _instant(found) == _instant(wanted),
    "DateLessThan": lambda found, wanted: _instant(found) < _instant(wanted),
    "DateLessThanEquals": lambda found, wanted: _instant(found) <= _instant(wanted),
    "DateGreaterThan": lambda found, wanted: _instant(found) > _instant(wanted),
    "DateGreaterThanEquals": lambda found, wanted: _instant(found) >= _instant(wanted),
}
