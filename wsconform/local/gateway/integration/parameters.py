"""Request parameter mapping: headers and query of the HTTP request that an integration sends.

Rule: API Gateway developer guide, "WebSocket API data mapping": `integration.request.header|querystring|path.<name>` is
set from `route.request.header|querystring|body…`, `context.…`, `stageVariables.…` or `'static'`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from wsconform.local.deployed.model import DeployedIntegration
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.expressions import of_request
from wsconform.records import record

_TARGET = re.compile(r"integration\.request\.(header|querystring|path)\.(.+)")
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
# What belongs to the client's own connection, or is made anew for the next.
_NOT_FORWARDED = frozenset({"connection", "content-length", "host", "keep-alive", "te", "transfer-encoding", "upgrade"})


@record(frozen=True, slots=True)
class Parameters:
    """Where a request goes and what it carries beside its body."""

    url: str
    headers: tuple[tuple[str, str], ...]


def parameters(integration: DeployedIntegration, context: MessageContext, content_type: str) -> Parameters:
    """The URL and headers of an HTTP integration's request.

    A proxy integration forwards what the client's upgrade carried, `Sec-WebSocket-Version` included, which makes some
    servers answer 400 until it is mapped to something else; any other sends what is mapped and no more.
    """
    forwarded = integration.type == "HTTP_PROXY"
    headers = {"Content-Type": content_type}
    query: dict[str, str] = dict(context.query) if forwarded else {}
    path: dict[str, str] = {}
    if forwarded:
        headers |= {name: value for name, value in context.headers.items() if name.lower() not in _NOT_FORWARDED}
    for target, source in integration.request_parameters.items():
        matched = _TARGET.fullmatch(target)
        value = _value(source, context)
        if matched is None or not value:
            continue
        kind, name = matched.groups()
        if kind == "header":
            headers = {key: kept for key, kept in headers.items() if key.lower() != name.lower()} | {name: value}
        else:
            (query if kind == "querystring" else path)[name] = value
    return Parameters(_url(integration.uri, context, path, query), tuple(headers.items()))


def _value(source: str, context: MessageContext) -> str:
    if len(source) > 1 and source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    # The guide writes `route.request…`, the CloudFormation page still `method.request…`.
    name = source.removeprefix("method.").removeprefix("route.")
    return of_request(context)(name) or ""


def _url(uri: str, context: MessageContext, path: Mapping[str, str], query: Mapping[str, str]) -> str:
    filled = _VARIABLE.sub(lambda match: context.stage_variables.get(match[1], ""), uri)
    for name, value in path.items():
        filled = filled.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
    if not query:
        return filled
    return f"{filled}{'&' if '?' in filled else '?'}{urlencode(query, errors='replace')}"


def url_fault(url: str) -> str:
    """Why a URL cannot be called; empty where it can."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as fault:
        return f'the IntegrationUri "{url}" is no URL: {fault}'
    return "" if usable else f'the IntegrationUri "{url}" is not an http or https URL'
