r"""Selection expressions of models, templates and the like: variables and static text, mixed.

Rule: API Gateway developer guide, "WebSocket selection expressions": `$name` or `${name}` stands for a value, `\$` for
a dollar sign, and what cannot be found for the empty string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.json_path import Found, as_text, find

Lookup = Callable[[str], str | None]
"""What a variable stands for: None where the name means nothing, so that `$default` stays what it is."""

_PIECE = re.compile(r"\\\$|\$\{([^{}]+)\}|\$([A-Za-z_][\w-]*(?:\.[\w*-]+|\[[^\[\]]*\])*)")


def evaluate(expression: str, lookup: Lookup) -> str:
    """The text that an expression comes to."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            return "$"
        found = lookup(name.strip())
        return match[0] if found is None else found

    return _PIECE.sub(value, expression)


def of_request(context: MessageContext) -> Lookup:
    """`request.body.…`, `request.header.…`, `request.querystring.…`, `context.…` and `stageVariables.…`."""

    def lookup(name: str) -> str | None:
        place, _, rest = name.removeprefix("route.").partition(".")
        if place != "request":
            return shared(name, context)
        kind, _, key = rest.partition(".")
        if kind == "header":
            return header(context.headers, key)
        if kind == "querystring":
            return context.query.get(key, "")
        return in_json(rest.removeprefix("body"), context.body) if rest.startswith("body") else None

    return lookup


def shared(name: str, context: MessageContext) -> str | None:
    """The variables that requests and responses share: `context.…` and `stageVariables.…`."""
    place, _, rest = name.partition(".")
    if place == "stageVariables":
        return context.stage_variables.get(rest, "")
    if place == "context":
        found = find(f".{rest}", context.request)
        return "" if found is None else as_text(found.value)
    return None


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any case; empty where it is not there."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def in_json(path: str, text: str | None) -> str:
    """What a JSONPath finds in a JSON text, as text; the text itself for no path, empty for nothing."""
    if not path:
        return text or ""
    found = find(path, document.value) if (document := parsed(text)) is not None else None
    return "" if found is None else as_text(found.value)


def parsed(text: str | None) -> Found | None:
    """The value of a JSON text; None where it is none."""
    try:
        return None if text is None else Found(json.loads(text))
    except (ValueError, RecursionError):
        return None
