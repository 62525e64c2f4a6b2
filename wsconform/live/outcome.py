"""What can come of an attempt to connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wsconform.live.connection import Connection

CONNECTION = "connection"
"""What is waited for where not even TCP, or TLS, comes about."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The upgrade was accepted."""

    connection: Connection
    subprotocol: str | None = None

    def __str__(self) -> str:
        return "connected"


@dataclass(frozen=True, slots=True)
class Refused:
    """The upgrade was answered with another status than 101. Header names are lower-case.

    What a stage may have given back of an identity is not in its `repr`.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"refused with {self.status}"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing came of it in time: `step` is what was waited for."""

    step: str
    within: float

    def __str__(self) -> str:
        return f"no {self.step} within {self.within:g} s"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is nobody at the address."""

    reason: str

    def __str__(self) -> str:
        return f"not reachable: {self.reason}"


@dataclass(frozen=True, slots=True)
class Untrusted:
    """The TLS handshake failed: for the stage's `certificate`, or before it came to that."""

    reason: str
    certificate: bool = True

    def __str__(self) -> str:
        return f"no TLS connection: {self.reason}"


@dataclass(frozen=True, slots=True)
class HungUp:
    """The connection ended before there was an answer."""

    def __str__(self) -> str:
        return "the answer broke off in the handshake"


@dataclass(frozen=True, slots=True)
class NotHttp:
    """What answered speaks another protocol; `tls` where that is TLS."""

    tls: bool = False

    def __str__(self) -> str:
        return "the answer is no HTTP" + (" but TLS, as at wss://" if self.tls else "")


@dataclass(frozen=True, slots=True)
class Malformed:
    """What answered does not keep to the protocol; `reason` completes "the answer …"."""

    reason: str

    def __str__(self) -> str:
        return f"the answer {self.reason}"


Handshake = Opened | Refused | Unanswered | Unreachable | Untrusted | HungUp | NotHttp | Malformed
