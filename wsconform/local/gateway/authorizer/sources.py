"""Identity sources: what has to be in the upgrade request before the authorizer is asked.

Rule: API Gateway developer guide, "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers" (all of them
are required; one that is missing, null or empty is answered 401 without a call).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wsconform.local.gateway.json_path import find

_WRITTEN = {"header": "route.request.header", "querystring": "route.request.querystring"}


def missing_source(sources: tuple[tuple[str, str], ...], event: Mapping[str, Any], *, ignore_case: bool) -> str:
    """The first of `sources` that the authorizer's event lacks, as the template has it; empty where all are there.

    `ignore_case` is about headers; names in the query string have a case.
    """
    for kind, name in sources:
        if not _value(kind, name, event, ignore_case=ignore_case):
            return f"{_WRITTEN.get(kind, kind)}.{name}"
    return ""


def _value(kind: str, name: str, event: Mapping[str, Any], *, ignore_case: bool) -> object:
    match kind:
        case "header" if ignore_case:
            headers: Mapping[str, str] = event["headers"]
            wanted = name.lower()
            return any(value for key, value in headers.items() if key.lower() == wanted)
        case "header":
            return event["headers"].get(name)
        case "querystring":
            return event.get("queryStringParameters", {}).get(name)
        case "stageVariables":
            return event["stageVariables"].get(name)
        case _:
            found = find(f".{name}", event["requestContext"])
            return None if found is None else found.value
