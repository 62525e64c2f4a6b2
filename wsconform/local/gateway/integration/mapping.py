"""Mapping templates: what a request or response template may say, and what it comes to.

Rules: API Gateway developer guide, "WebSocket API mapping template reference" (`$context`, `$input`, `$stageVariables`,
`$util`).
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from wsconform.local.gateway.integration import java
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.expressions import header, parsed
from wsconform.local.gateway.integration.velocity import MappingError, render
from wsconform.local.gateway.json_path import find

__all__ = ["MappingError", "mapped"]

_JAVASCRIPT = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "'": "\\'",
    "\\": "\\\\",
    "/": "\\/",
}
_PRINTABLE = range(0x20, 0x7F)


def mapped(template: str, payload: str, context: MessageContext) -> str:
    """What a template makes of a payload: the message, or the integration's response. Raises `MappingError`."""
    return render(
        template,
        {
            "input": _input(payload, context),
            "context": copy.deepcopy(dict(context.request)),  # a template may set what it likes
            "stageVariables": dict(context.stage_variables),
            "util": dict(_UTIL),
        },
    )


def _input(payload: str, context: MessageContext) -> dict[str, Any]:
    document = parsed(payload or "{}")  # no body counts as an empty object

    def path(expression: str) -> object:
        found = find(expression, document.value) if document is not None else None
        return "" if found is None else found.value

    def as_json(expression: str) -> str:
        found = find(expression, document.value) if document is not None else None
        return '""' if found is None else java.as_json(found.value)

    def params(name: str | None = None) -> object:
        if name is None:
            return {"path": {}, "querystring": dict(context.query), "header": dict(context.headers)}
        return context.query.get(name) or header(context.headers, name)

    return {"body": payload, "path": path, "json": as_json, "params": params}


def _escape_javascript(value: object) -> str:
    return "".join(_escaped(character) for character in java.text(value))


def _escaped(character: str) -> str:
    if character in _JAVASCRIPT:
        return _JAVASCRIPT[character]
    if ord(character) in _PRINTABLE:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex().upper()}" for at in range(0, len(units), 2))


def _parse_json(value: object) -> object:
    try:
        return json.loads(java.text(value))
    except ValueError:
        raise MappingError("$util.parseJson is given what is not JSON") from None


def _base64_decode(value: object) -> str:
    try:
        return base64.b64decode(java.text(value)).decode(errors="replace")
    except ValueError:
        raise MappingError("$util.base64Decode is given what is not Base64") from None


_UTIL: Mapping[str, Callable[[object], object]] = {
    "base64Decode": _base64_decode,
    "base64Encode": lambda value: base64.b64encode(java.text(value).encode(errors="replace")).decode(),
    "escapeJavaScript": _escape_javascript,
    "parseJson": _parse_json,
    "urlDecode": lambda value: unquote_plus(java.text(value)),
    "urlEncode": lambda value: quote_plus(java.text(value), safe="*", errors="replace"),
}
