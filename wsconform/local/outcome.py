"""How an invocation of a function, or a call of a URL, ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from wsconform.records import record


@record(frozen=True, slots=True)
class Returned:
    """The function's handler returned; `payload` is its result as JSON."""

    payload: bytes


@record(frozen=True, slots=True)
class Raised:
    """The handler raised, or could not be loaded. `payload` is Lambda's JSON: errorType, errorMessage, stackTrace."""

    type: str
    message: str
    payload: bytes


@record(frozen=True, slots=True)
class TimedOut:
    """The function's own `Timeout` (seconds) ran out, and its process was ended."""

    after: float


@record(frozen=True, slots=True)
class Crashed:
    """The process ended before it answered; `reason` says how, in words."""

    reason: str


@record(frozen=True, slots=True)
class Unrunnable:
    """The function cannot run on this machine; `reason` says what is missing."""

    reason: str


Invoked = Returned | Raised | TimedOut | Crashed | Unrunnable


@record(frozen=True, slots=True)
class Fetched:
    """A URL answered. Header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@record(frozen=True, slots=True)
class Unreachable:
    """A URL did not answer."""

    reason: str


Outcome = Invoked | Fetched | Unreachable
