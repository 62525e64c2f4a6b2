"""What becomes of an integration: a call to make, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from wsconform.records import record

FailureKind = Literal[
    "Bad request body",
    "Endpoint request timed out",
    "Forbidden",
    "Internal server error",
    "Missing required request parameters",
    "Unsupported Media Type",
]


@record(frozen=True, slots=True)
class Failure:
    """An integration that API Gateway gives up. `kind` is the message that a client sees of it.

    `explanation` is what AWS would not tell, lower-case without a stop.
    """

    kind: FailureKind
    explanation: str


@record(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """How an integration ended.

    `status` answers the handshake where the route is `$connect`, and is without effect elsewhere. `body` is the reply
    to send: None for nothing, bytes for a binary message. `headers` are those of the integration's response, names in
    lower case. With a `failure` there is neither body nor header.
    """

    status: int
    body: str | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None


@record(frozen=True, slots=True)
class CallFunction:
    """Invoke the function of the integration's target with this event."""

    payload: bytes


@record(frozen=True, slots=True)
class CallUrl:
    """Send an HTTP request. `timeout` in seconds."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    timeout: float


@record(frozen=True, slots=True)
class Done:
    """Nothing is called."""

    conclusion: Conclusion


Begun = CallFunction | CallUrl | Done


def failed(status: int, kind: FailureKind, explanation: str) -> Conclusion:
    """The conclusion of an integration that failed."""
    return Conclusion(status=status, failure=Failure(kind, explanation))
