"""The frames and bodies in which the gateway itself speaks.

Clients know error frames by their bytes, so each is laid out as API Gateway has it: the spaces are not regular.
"""

from __future__ import annotations

import json
from http import HTTPStatus

FORBIDDEN = "Forbidden"
INTERNAL = "Internal server error"
TOO_MANY = "Too Many Requests"
INVALID_BODY = "Bad request body"
TIMED_OUT = "Endpoint request timed out"

_MESSAGES = {401: "Unauthorized", 403: FORBIDDEN, 429: TOO_MANY, 500: INTERNAL, 502: INTERNAL, 504: TIMED_OUT}
_ERROR_TYPES = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    429: "TooManyRequestsException",
    500: "InternalServerErrorException",
    502: "InternalServerErrorException",
    504: "InternalServerErrorException",
}


def error(message: str, connection_id: str, request_id: str) -> str:
    """The frame that tells a client that its message came to nothing."""
    return f'{{"message": "{message}", "connectionId":"{connection_id}", "requestId":"{request_id}"}}'


def invalid(connection_id: str, message_id: str) -> str:
    """The frame after a failed model validation ("Set up routes … in API Gateway", developer guide)."""
    return f'{{"message" : "{INVALID_BODY}", "connectionId": "{connection_id}", "messageId": "{message_id}"}}'


def message_of(status: int) -> str:
    """What a refusal with `status` says."""
    if status in _MESSAGES:
        return _MESSAGES[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def refusal_headers(status: int, request_id: str) -> tuple[tuple[str, str], ...]:
    """The headers of a refused upgrade, but for its length, which whoever sends it adds."""
    headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", request_id)]
    if status in _ERROR_TYPES:
        headers.append(("x-amzn-ErrorType", _ERROR_TYPES[status]))
    return tuple(headers)


def plain(message: str) -> bytes:
    """A body that holds a message and no more."""
    return json.dumps({"message": message}, separators=(",", ":")).encode()
