"""Ids in the form that AWS gives them.

`connectionId` is opaque, base64url with padding ("How to call @connections", API Gateway developer guide, has
`L0SM9cOFvHcCIhw=`); request ids of WebSocket APIs look alike. Lambda's request ids are UUIDs.
"""

from __future__ import annotations

import binascii
import random
import re

_BYTES = 11
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_WELL_FORMED = re.compile(r"(?=(?:.{4}){4,16}\Z)[A-Za-z0-9_-]+={1,2}", re.DOTALL)


class Ids:
    """Where ids come from; with a `seed` the same ones in every run."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311, ids are names here and open nothing

    def connection(self) -> str:
        """A connection's id, 16 characters."""
        raw = self._random.getrandbits(8 * _BYTES).to_bytes(_BYTES, "big")
        return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE).decode()

    def request(self) -> str:
        """A request's id or a message's, of the same form."""
        return self.connection()

    def invocation(self) -> str:
        """An invocation's id at Lambda."""
        bits = self._random.getrandbits(128)
        digits = f"{bits & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62:032x}"  # version 4, variant 1
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def trace(self, now: float) -> str:
        """The value of `X-Amzn-Trace-Id`, as "Tracing concepts" of the X-Ray developer guide describes it."""
        return f"Root=1-{int(now):08x}-{self._random.randbytes(12).hex()}"


def is_well_formed(connection_id: str) -> bool:
    """Whether a text could be a connection's id; `@connections` answers 400 to one that could not."""
    return _WELL_FORMED.fullmatch(connection_id) is not None
