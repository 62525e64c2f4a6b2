"""What API Gateway allows of everything.

Rules: API Gateway developer guide, "Quotas for configuring and running a WebSocket API in API Gateway" and "Protect
your WebSocket APIs" (throttling); management API reference, `PostToConnection`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wsconform.local.deployed.model import Throttle

MESSAGE = 131_072
"""The longest message, in bytes: from a client, and as the data of a POST."""
FRAME = 32_768
"""The longest frame, in bytes."""
IDLE = 600.0
"""Seconds without a message in either direction after which a connection is closed."""
DURATION = 7_200.0
"""Seconds after which every connection is closed."""
AUTHORIZER_TIMEOUT = 29.0
"""Seconds that an authorizer is waited for."""
AUTHORIZER_RESULT = 8_192
"""The longest result of an authorizer, in bytes."""
RESOURCE = 512
"""The longest `Resource` in an authorizer's policy, in characters."""
URL = 4_096
"""The longest URL of an upgrade request, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The account's own throttles: new connections, and all requests. Not enforced unless given.

    AWS has 500 new connections a second, and 10,000 requests a second with a burst of 5,000; both can be raised, and
    other APIs of the account share them.
    """

    connects: Throttle = field(default_factory=Throttle)
    requests: Throttle = field(default_factory=Throttle)


class Bucket:
    """A token bucket: `rate` tokens a second come in, up to `burst`."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, throttle: Throttle) -> None:
        rate, burst = throttle.rate, throttle.burst
        self._rate = rate
        # Without a burst a second's worth may come at once; without a rate nothing is bound.
        self._burst = float(burst) if burst is not None else (rate or 0.0)
        self._tokens = self._burst
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Whether one more request is within the bounds; it is counted if it is."""
        if self._rate is None:
            return True
        if now > self._at:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
