"""Identity sources: what has to be in the upgrade request before the authorizer is asked.

Rule: API Gateway developer guide, "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers" (all of them
are required; one that is missing, null or empty is answered 401 without a call).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wsconform.local.gateway.inputs import Upgrade
from wsconform.local.gateway.json_path import find

_WRITTEN = {"header": "route.request.header", "querystring": "route.request.querystring"}


def missing_source(
    sources: tuple[tuple[str, str], ...],
    request: Upgrade,
    variables: Mapping[str, str],
    context: Mapping[str, Any],
    *,
    ignore_case: bool,
) -> str:
    """The first of `sources` that the request lacks, as the template has it; empty where all are there."""
    for kind, name in sources:
        if not _value(kind, name, request, variables, context, ignore_case=ignore_case):
            return f"{_WRITTEN.get(kind, kind)}.{name}"
    return ""


def _value(  # noqa: PLR0913, where to look is what there is to know
    kind: str,
    name: str,
    request: Upgrade,
    variables: Mapping[str, str],
    context: Mapping[str, Any],
    *,
    ignore_case: bool,
) -> object:
    if kind == "header":
        wanted = name.lower() if ignore_case else name
        return "".join(value for key, value in request.headers if (key.lower() if ignore_case else key) == wanted)
    if kind == "querystring":
        return "".join(value for key, value in request.query if key == name)
    if kind == "stageVariables":
        return variables.get(name, "")
    found = find(f".{name}", context)
    return None if found is None else found.value
