"""The events that functions get, field for field.

Sources: API Gateway developer guide, "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers" (the
authorizer's event); aws/aws-lambda-go, `events/testdata/apigw-websocket-request-*.json`, captured on AWS (the others).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from wsconform.local.gateway.inputs import Upgrade
from wsconform.records import record

Event = dict[str, Any]
Pairs = Sequence[tuple[str, str]]
Variables = Mapping[str, str]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOP_BY_HOP = frozenset({"connection", "upgrade", "content-length"})
_ADDED = frozenset({"x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"})
_FORWARDED = "X-Forwarded-For"


@record(frozen=True, slots=True, kw_only=True)
class Origin:
    """What every event of a connection says of it. `connected_at` in ms since the epoch."""

    api_id: str
    stage: str
    domain: str
    connection_id: str
    connected_at: int
    identity: Mapping[str, str | None]


def identity_of(request: Upgrade) -> dict[str, str | None]:
    """`requestContext.identity`: the user agent only if the client named one."""
    agent = next((value for name, value in request.headers if name.lower() == "user-agent"), None)
    address: dict[str, str | None] = {"sourceIp": request.source_ip}
    return address if agent is None else {"userAgent": agent, **address}


def milliseconds(now: float) -> int:
    """Seconds since the epoch in whole milliseconds."""
    return int(now * 1000)


def request_time(now: float) -> str:
    """A time as common log format has it, in UTC."""
    return _log_time(int(now))


@lru_cache(maxsize=4)
def _log_time(now: int) -> str:
    year, month, day, hour, minute, second, *_ = time.gmtime(now)
    return f"{day:02}/{_MONTHS[month - 1]}/{year}:{hour:02}:{minute:02}:{second:02} +0000"


def received_headers(request: Upgrade, trace: str) -> list[tuple[str, str]]:
    """The request's headers as API Gateway passes them on: with those it adds, sorted by name."""
    kept, given = [], {}
    for header in request.headers:
        key = header[0].lower()
        if key in _ADDED:
            given[key] = header[1]
        elif key not in _HOP_BY_HOP:
            kept.append(header)
    forwarded = given.get("x-forwarded-for")
    kept += [
        ("X-Amzn-Trace-Id", given.get("x-amzn-trace-id", trace)),
        (_FORWARDED, request.source_ip if forwarded is None else f"{forwarded}, {request.source_ip}"),
        ("X-Forwarded-Port", str(request.port)),
        ("X-Forwarded-Proto", "https" if request.secure else "http"),
    ]
    return sorted(kept, key=_by_name)


def _by_name(header: tuple[str, str]) -> str:
    return header[0].lower()


def authorizer_event(  # noqa: PLR0913, each is a field
    origin: Origin,
    headers: Pairs,
    query: Pairs,
    variables: Variables,
    *,
    arn: str,
    request_id: str,
    now: float,
) -> Event:
    """The event of a REQUEST authorizer. It alone has the headers that make the request an upgrade."""
    upgrade = [("Connection", "upgrade"), ("content-length", "0"), ("Upgrade", "websocket")]
    everything = sorted([*headers, *upgrade], key=_by_name)
    return {
        "type": "REQUEST",
        "methodArn": arn,
        **_valued("headers", "multiValueHeaders", everything),
        **_query(query),
        "stageVariables": dict(variables),
        "requestContext": _connecting(origin, None, request_id, now),
    }


def connect_event(  # noqa: PLR0913, each is a field
    origin: Origin,
    headers: Pairs,
    query: Pairs,
    variables: Variables,
    authorizer: Mapping[str, Any] | None,
    *,
    request_id: str,
    now: float,
) -> Event:
    """The event of `$connect`."""
    return {
        **_valued("headers", "multiValueHeaders", headers),
        **_query(query),
        **_variables(variables),
        "requestContext": _connecting(origin, authorizer, request_id, now),
        "isBase64Encoded": False,
    }


def message_event(  # noqa: PLR0913, each is a field
    origin: Origin,
    variables: Variables,
    authorizer: Mapping[str, Any] | None,
    route_key: str,
    body: str,
    *,
    request_id: str,
    message_id: str,
    now: float,
) -> Event:
    """The event of a message: none of the upgrade request's headers or query string is in it."""
    context: Event = {"routeKey": route_key}
    if authorizer is not None:
        context["authorizer"] = authorizer
    context["messageId"] = message_id
    context["eventType"] = "MESSAGE"
    context["extendedRequestId"] = request_id
    context["requestTime"] = request_time(now)
    context["messageDirection"] = "IN"
    _fill(context, origin, request_id, milliseconds(now))
    event: Event = {"requestContext": context, "body": body, "isBase64Encoded": False}
    return {**_variables(variables), **event} if variables else event


def disconnect_event(  # noqa: PLR0913, each is a field
    origin: Origin,
    variables: Variables,
    authorizer: Mapping[str, Any] | None,
    code: int,
    reason: str,
    *,
    request_id: str,
    now: float,
) -> Event:
    """The event of `$disconnect`. Its four headers are always these, three of them empty."""
    headers = [("Host", origin.domain), ("x-api-key", ""), (_FORWARDED, ""), ("x-restapi", "")]
    context: Event = {"routeKey": "$disconnect"}
    if authorizer is not None:
        context["authorizer"] = authorizer
    context |= {
        "disconnectStatusCode": code,
        "eventType": "DISCONNECT",
        "extendedRequestId": request_id,
        "requestTime": request_time(now),
        "messageDirection": "IN",
        "disconnectReason": reason,
    }
    _fill(context, origin, request_id, milliseconds(now))
    return {
        **_valued("headers", "multiValueHeaders", headers),
        **_variables(variables),
        "requestContext": context,
        "isBase64Encoded": False,
    }


def _connecting(origin: Origin, authorizer: Mapping[str, Any] | None, request_id: str, now: float) -> Event:
    context: Event = {"routeKey": "$connect"}
    if authorizer is not None:
        context["authorizer"] = authorizer
    context |= {
        "eventType": "CONNECT",
        "extendedRequestId": request_id,
        "requestTime": request_time(now),
        "messageDirection": "IN",
    }
    # On AWS the time of the request is a moment after that of the connection.
    _fill(context, origin, request_id, origin.connected_at + 1)
    return context


def _fill(context: Event, origin: Origin, request_id: str, at: int) -> None:
    context["stage"] = origin.stage
    context["connectedAt"] = origin.connected_at
    context["requestTimeEpoch"] = at
    context["identity"] = origin.identity
    context["requestId"] = request_id
    context["domainName"] = origin.domain
    context["connectionId"] = origin.connection_id
    context["apiId"] = origin.api_id


def _valued(single: str, several: str, pairs: Pairs) -> Event:
    """Pairs as events have them: the last value of each name, and all of them."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {single: dict(pairs), several: values}


def _query(query: Pairs) -> Event:
    return _valued("queryStringParameters", "multiValueQueryStringParameters", query) if query else {}


def _variables(variables: Variables) -> Event:
    return {"stageVariables": dict(variables)} if variables else {}
