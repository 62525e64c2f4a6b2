"""What an integration may know of the connect, message or disconnect that it is called for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from wsconform.records import record


@record(frozen=True, slots=True, kw_only=True)
class MessageContext:
    """One event on its way to an integration.

    `event` is the event of a Lambda proxy integration; `body` the message's text, None for `$connect` and
    `$disconnect`. `headers` and `query` are those of the upgrade request, in its spelling, and empty for messages.
    """

    event: Mapping[str, Any]
    body: str | None = None
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def request(self) -> Mapping[str, Any]:
        """The event's `requestContext`, which selection expressions and templates know as `context`."""
        found: Mapping[str, Any] = self.event.get("requestContext", {})
        return found

    @property
    def connecting(self) -> bool:
        """Whether this is `$connect`, whose answer is a status rather than a message."""
        return self.request.get("eventType") == "CONNECT"

    @property
    def messaging(self) -> bool:
        """Whether this is a message, which has a body to validate and somebody who waits for a reply."""
        return self.request.get("eventType") == "MESSAGE"
