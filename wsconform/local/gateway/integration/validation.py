"""Whether a message is what the route's model asks for.

Rule: API Gateway developer guide, "Request validation for WebSocket APIs": the model selection expression chooses a
model, `$default` catches the rest, no model at all means invalid; models are JSON Schema draft 4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from wsconform.local.deployed.model import DeployedRoute
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.expressions import evaluate, header, of_request, parsed


def why_invalid(route: DeployedRoute, context: MessageContext) -> str:
    """Why the message does not satisfy the route's model; empty where it does, or the route selects none."""
    if route.model_selection is None:
        return ""
    key = evaluate(route.model_selection, of_request(context))
    chosen = key if key in route.models else "$default"
    if chosen not in route.models:
        return f'the model selection expression comes to "{key}", which has no model, and there is no "$default"'
    document = parsed(context.body)
    if document is None:
        return f'the message is not JSON, which the model for "{chosen}" asks for'
    return _complaint(route.models[chosen], document.value, chosen)


def missing_parameter(route: DeployedRoute, context: MessageContext) -> str:
    """The first parameter that the route requires and the request lacks, as `kind "name"`; empty where none is."""
    for kind, name in route.required_parameters:
        there = context.query.get(name) if kind == "querystring" else header(context.headers, name)
        if not there:
            return f'{kind} "{name}"'
    return ""


def _complaint(schema: object, value: object, chosen: str) -> str:
    from jsonschema.exceptions import SchemaError, best_match
    from referencing.exceptions import Unresolvable

    try:
        error = best_match(_validator(_ById(schema)).iter_errors(value))
    except (SchemaError, Unresolvable, re.error, RecursionError, ArithmeticError, TypeError, ValueError) as fault:
        return f'the model for "{chosen}" cannot be used: {str(fault).partition(chr(10))[0]}'
    if error is None:
        return ""
    where = f" at {error.json_path}" if error.json_path != "$" else ""
    return f'the message does not satisfy the model for "{chosen}"{where}: {_shortened(error.message)}'


class _ById:
    """A schema as a key of the cache. Schemas are not hashable, and those of a deployment never change."""

    __slots__ = ("schema",)

    def __init__(self, schema: object) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.schema is other.schema


@lru_cache(maxsize=512)
def _validator(key: _ById) -> Any:  # noqa: ANN401, jsonschema's own protocol says no more
    from jsonschema import Draft4Validator
    from referencing import Registry

    schema = json.loads(key.schema) if isinstance(key.schema, str) else _plain(key.schema)
    Draft4Validator.check_schema(schema)
    # With a registry of its own, a reference to elsewhere is not fetched.
    return Draft4Validator(schema, registry=Registry())


def _plain(schema: Any) -> Any:  # noqa: ANN401, JSON
    """The schema in dictionaries and lists: the validator knows no other mapping."""
    if isinstance(schema, Mapping):
        return {key: _plain(value) for key, value in schema.items()}
    return [_plain(item) for item in schema] if isinstance(schema, (list, tuple)) else schema


def _shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
