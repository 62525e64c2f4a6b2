"""What can come of an attempt to connect, and of waiting for a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsconform.live.client import Connection


@dataclass(frozen=True, slots=True)
class Opened:
    """The upgrade was accepted."""

    connection: Connection
    subprotocol: str | None = None

    def __str__(self) -> str:
        return "connected"


@dataclass(frozen=True, slots=True)
class Refused:
    """The upgrade was answered with another status than 101. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: str = ""

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
    """The TLS handshake failed."""

    reason: str

    def __str__(self) -> str:
        return f"no TLS connection: {self.reason}"


@dataclass(frozen=True, slots=True)
class Malformed:
    """What answered does not keep to the protocol; `reason` completes "the answer …"."""

    reason: str

    def __str__(self) -> str:
        return f"the answer {self.reason}"


Handshake = Opened | Refused | Unanswered | Unreachable | Untrusted | Malformed


@dataclass(frozen=True, slots=True)
class Text:
    """A text message."""

    text: str

    def __str__(self) -> str:
        return f"the text {self.text}"


@dataclass(frozen=True, slots=True)
class Binary:
    """A binary message."""

    data: bytes

    def __str__(self) -> str:
        return f"a binary message of {len(self.data)} bytes"


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping."""

    data: bytes

    def __str__(self) -> str:
        return "a pong"


@dataclass(frozen=True, slots=True)
class Closed:
    """The stage closed the connection; 1005 stands for a close frame without a code."""

    code: int
    reason: str = ""

    def __str__(self) -> str:
        return f"closed with {self.code}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection ended without a closing handshake, or broke the protocol."""

    reason: str

    def __str__(self) -> str:
        return f"the connection was lost: {self.reason}"


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing came."""

    within: float

    def __str__(self) -> str:
        return f"nothing within {self.within:g} s"


Received = Text | Binary | Pong | Closed | Lost | Silence
