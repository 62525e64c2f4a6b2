"""What can come of waiting for a message."""

from __future__ import annotations

from dataclasses import dataclass


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
        return f"nothing within {self.within:.3g} s"


Received = Text | Binary | Pong | Closed | Lost | Silence
