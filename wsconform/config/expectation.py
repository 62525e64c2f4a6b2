"""What a route is to answer: the message that is sent, and the reply that has to come."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WITHIN = 10.0
"""Seconds for a reply to come."""


class NoExpectationError(ValueError):
    """An expectation that cannot be read; the message completes "the setting …"."""


@dataclass(frozen=True, slots=True)
class Exactly:
    """The reply is this JSON."""

    value: Any

    def problem(self, text: str) -> str | None:
        """What is wrong with a reply; None when nothing is."""
        found = _json(text)
        return None if found == self.value and _same_types(found, self.value) else _not_equal(text)

    def __str__(self) -> str:
        return f"the text {json.dumps(self.value, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Containing:
    """The reply is JSON that has at least this."""

    value: Any

    def problem(self, text: str) -> str | None:
        """What is wrong with a reply; None when nothing is."""
        return None if _contains(_json(text), self.value) else _not_equal(text)

    def __str__(self) -> str:
        return f"JSON with {json.dumps(self.value, ensure_ascii=False)} in it"


@dataclass(frozen=True, slots=True)
class Satisfying:
    """The reply is JSON that a JSON Schema accepts."""

    schema: dict[str, Any]

    def problem(self, text: str) -> str | None:
        """What is wrong with a reply; None when nothing is."""
        from jsonschema.validators import validator_for
        from referencing import Registry
        from referencing.exceptions import Unresolvable

        found = _json(text)
        if found is _NO_JSON:
            return _not_equal(text)
        # With a registry of its own, a reference to elsewhere is not fetched.
        validator = validator_for(self.schema)(self.schema, registry=Registry())
        try:
            error = next(iter(validator.iter_errors(found)), None)
        except (Unresolvable, re.error, RecursionError, ArithmeticError) as fault:
            return f"{_not_equal(text)}: the schema cannot be used: {str(fault).partition(chr(10))[0]}"
        if error is None:
            return None
        return f"{_not_equal(text)}: at {error.json_path}, it does not satisfy {error.validator!r} of the schema"

    def __str__(self) -> str:
        return "JSON that the schema accepts"


@dataclass(frozen=True, slots=True)
class Matching:
    """The whole reply matches a regular expression."""

    pattern: re.Pattern[str]

    def problem(self, text: str) -> str | None:
        """What is wrong with a reply; None when nothing is."""
        return None if self.pattern.fullmatch(text) else _not_equal(text)

    def __str__(self) -> str:
        return f"a text like /{self.pattern.pattern}/"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No reply comes."""

    def problem(self, text: str) -> str | None:
        """What is wrong with a reply: that it came."""
        return _not_equal(text)

    def __str__(self) -> str:
        return "no reply"


Reply = Exactly | Containing | Satisfying | Matching | Nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is sent to a route (None: a message that selects it, and no more), and what comes back.

    `within` are the seconds for the reply to come; `repeat` says how often this is tried on one connection.
    """

    send: str | None = None
    reply: Reply
    within: float = WITHIN
    repeat: int = 2


_FORMS = ("expect", "expect-subset", "expect-schema", "expect-regex", "expect-nothing")
_KEYS = ("send", "within", "repeat", *_FORMS)


def read_expectation(table: Mapping[str, Any]) -> Expectation:
    """An expectation from its table of settings. Raises NoExpectationError."""
    from wsconform.check.registry import unknown_name

    for key in table:
        if key not in _KEYS:
            raise NoExpectationError(f"has a key too many: {unknown_name('key', key, _KEYS)}")
    for key, value in table.items():
        _require_json(key, value)
    forms = [key for key in _FORMS if key in table]
    if len(forms) != 1:
        raise NoExpectationError(f"must have one of {', '.join(_FORMS)}, and has {' and '.join(forms) or 'none'}")
    within, repeat = table.get("within", WITHIN), table.get("repeat", 2)
    if isinstance(within, bool) or not isinstance(within, int | float) or not 0 < within <= 600:  # noqa: PLR2004
        raise NoExpectationError(f"must have seconds up to 600 as within, and has {within!r}")
    if isinstance(repeat, bool) or not isinstance(repeat, int) or not 1 <= repeat <= 100:  # noqa: PLR2004
        raise NoExpectationError(f"must have a number from 1 to 100 as repeat, and has {repeat!r}")
    send = table.get("send")
    if send is not None and not isinstance(send, str):
        send = json.dumps(send)
    return Expectation(send=send, reply=_reply(forms[0], table[forms[0]]), within=float(within), repeat=repeat)


def _require_json(key: str, value: object) -> None:
    """Refuse what TOML has and JSON has not: dates, times, and numbers that are none."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise NoExpectationError(
            f"has something as {key} that JSON has not, such as a date; write it as text"
        ) from None


def _reply(form: str, value: Any) -> Reply:  # noqa: ANN401 (whatever TOML gives)
    match form:
        case "expect":
            return Exactly(value)
        case "expect-subset":
            return Containing(value)
        case "expect-schema" if isinstance(value, dict):
            return _schema(value)
        case "expect-regex" if isinstance(value, str):
            try:
                return Matching(re.compile(value, re.DOTALL))
            except re.error as error:
                raise NoExpectationError(f'has no regular expression in "{value}": {error}') from None
        case "expect-nothing" if value is True:
            return Nothing()
    wanted = {"expect-schema": "a table", "expect-regex": "text", "expect-nothing": "true"}[form]
    raise NoExpectationError(f"must have {wanted} as {form}, and has {value!r}")


def _schema(schema: dict[str, Any]) -> Satisfying:
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for

    try:
        validator_for(schema).check_schema(schema)
    except SchemaError as error:
        raise NoExpectationError(f"has no JSON Schema as expect-schema: {error.message}") from None
    return Satisfying(schema)


_NO_JSON = object()
"""In place of a text that is no JSON."""


def _json(text: str) -> Any:  # noqa: ANN401 (whatever JSON holds)
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return _NO_JSON
    return found


def _contains(found: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and _contains(found[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(_contains, found, wanted))
    return found == wanted and _same_types(found, wanted)


def _same_types(one: object, other: object) -> bool:
    """Whether what Python takes for equal is so in JSON: true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_same_types(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return all(map(_same_types, one, other))
    return isinstance(one, bool) == isinstance(other, bool)


def _not_equal(text: str) -> str:
    return f"the text {text}"
