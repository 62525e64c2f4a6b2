"""What the gateway tells the shell to do, in order.

`peer` is the shell's own handle of a WebSocket connection, `token` that of a management call; `ticket` is the gateway's
handle of something it waits for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from wsconform.local.gateway.integration.conclusion import CallUrl
from wsconform.records import record

Kind = Literal["connect", "refuse", "message", "invoke", "result", "push", "reply", "error", "management", "disconnect"]


@record(frozen=True, slots=True)
class Accept:
    """Answer an upgrade with 101, with a subprotocol if one is named."""

    peer: object
    subprotocol: str | None = None


@record(frozen=True, slots=True)
class Refuse:
    """Answer an upgrade with another status."""

    peer: object
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@record(frozen=True, slots=True)
class Send:
    """Send one message: text as str, binary as bytes."""

    peer: object
    data: str | bytes


@record(frozen=True, slots=True)
class Close:
    """Begin the closing handshake."""

    peer: object
    code: int
    reason: str


@record(frozen=True, slots=True)
class Answer:
    """Answer a management call."""

    token: object
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@record(frozen=True, slots=True)
class Invoke:
    """Invoke a function; `completed` is told its outcome. `request_id` is Lambda's, `qualifier` an alias or version."""

    ticket: int
    function: str
    payload: bytes
    request_id: str
    qualifier: str = ""


@record(frozen=True, slots=True)
class Fetch:
    """Call a URL; `completed` is told its outcome."""

    ticket: int
    call: CallUrl


@record(frozen=True, slots=True)
class Happened:
    """Something that people or logs want to know. `kind` is one of `Kind`.

    `text` is one readable line without time and connection; `explanation` is what AWS would not tell: which permission
    is missing, which statement denied. `fields` go to the JSON log.
    """

    kind: Kind
    text: str
    connection_id: str = ""
    route: str = ""
    explanation: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


Effect = Accept | Refuse | Send | Close | Answer | Invoke | Fetch | Happened
