"""What a function returns to a Lambda proxy integration.

Rules: API Gateway developer guide, "Lambda proxy integrations in API Gateway" (output format), and Lambda developer
guide, "Handling Lambda errors with an API Gateway API" (a result of another form is a 502).
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from wsconform.local.gateway.integration.conclusion import Conclusion
from wsconform.records import record

_LOWEST_STATUS = 200
_HIGHEST_STATUS = 599


@record(frozen=True, slots=True)
class Malformed:
    """A result that is not in the format; `reason` says where it departs."""

    reason: str


def proxy_result(payload: bytes) -> Conclusion | Malformed:
    """Read a result, which is JSON: keys that the format does not know are passed over, Base64 is decoded."""
    try:
        result = json.loads(payload)
    except (ValueError, RecursionError):
        return Malformed("the function's result is not JSON")
    if not isinstance(result, dict):
        return Malformed(f"the function returned {_named(result)} instead of an object with a statusCode")
    status = _status(result)
    headers = _headers(result)
    body = _body(result)
    for part in (status, headers, body):
        if isinstance(part, Malformed):
            return part
    return Conclusion(status=status, body=body, headers=headers)  # type: ignore[arg-type]  # none is Malformed here


def _status(result: dict[str, Any]) -> int | Malformed:
    if "statusCode" not in result:
        return Malformed("the function's result has no statusCode")
    value = result["statusCode"]
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    if not isinstance(value, int) or isinstance(value, bool):
        return Malformed(f"the statusCode of the function's result is {_named(value)} instead of a number")
    if not _LOWEST_STATUS <= value <= _HIGHEST_STATUS:
        return Malformed(f"the statusCode of the function's result is {value}, which cannot answer a request")
    return value


def _headers(result: dict[str, Any]) -> dict[str, str] | Malformed:
    headers = {}
    single, several = result.get("headers"), result.get("multiValueHeaders")
    for key, given in (("headers", single), ("multiValueHeaders", several)):
        if given is not None and not isinstance(given, dict):
            return Malformed(f"{key} of the function's result is {_named(given)} instead of an object")
    for name, value in (single or {}).items():
        text = _header(value)
        if text is None:
            return Malformed(f'the header "{name}" of the function\'s result is {_named(value)} instead of text')
        headers[name.lower()] = text
    for name, values in (several or {}).items():
        texts = [_header(value) for value in values] if isinstance(values, list) else [None]
        if None in texts:
            return Malformed(f'"{name}" in multiValueHeaders of the function\'s result is not a list of text')
        headers[name.lower()] = ", ".join(text for text in texts if text is not None)
    return headers


def _header(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, (bool, int, float)) else None


def _body(result: dict[str, Any]) -> str | bytes | Malformed | None:
    body, encoded = result.get("body"), result.get("isBase64Encoded")
    if encoded is not None and not isinstance(encoded, bool):
        return Malformed(f"isBase64Encoded of the function's result is {_named(encoded)} instead of true or false")
    if body is None:
        return None
    if not isinstance(body, str):
        return Malformed(f"the body of the function's result is {_named(body)} instead of text (JSON.stringify it)")
    if not encoded:
        return body
    try:
        decoded = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return Malformed("the body of the function's result is not Base64, as isBase64Encoded says")
    return text_or_bytes(decoded)


def text_or_bytes(data: bytes) -> str | bytes:
    """The text that `data` is in UTF-8, or `data` where it is none: that can only go out as a binary message."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _named(value: object) -> str:
    if value is None:
        return "nothing (null)"
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return kinds[type(value)]
