"""`@connections`: what others do to a connection.

Rules: API Gateway developer guide, "Use @connections commands in your backend service", and the API's model in
botocore (`apigatewaymanagementapi`), by whose error names SDKs raise: they come in `x-amzn-ErrorType`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from wsconform.local.gateway import frames
from wsconform.local.gateway.connections import Connection
from wsconform.local.gateway.effects import Answer, Effect, Happened, Kind, Send
from wsconform.local.gateway.endings import Endings
from wsconform.local.gateway.ids import is_well_formed
from wsconform.local.gateway.inputs import UNSIGNED, Caller, ManagementCall
from wsconform.local.gateway.limits import FRAME, MESSAGE
from wsconform.local.gateway.state import DISABLED, State

_METHODS = frozenset({"POST", "GET", "DELETE"})
_CLOSED, _REASON = 1000, "Connection Closed Normally"


class Management:
    """Answers management calls."""

    def __init__(self, state: State, endings: Endings) -> None:
        self._state = state
        self._endings = endings

    def call(self, call: ManagementCall, now: float) -> list[Effect]:
        """Answer one call."""
        parts = call.path.removeprefix("/").split("/")
        astray = self._astray(parts)
        if astray:
            return self._refuse(call, "", 403, "ForbiddenException", frames.FORBIDDEN, astray)
        if call.method not in _METHODS:
            text = f"No method found matching route {call.path.removeprefix('/')} for http method {call.method}"
            return self._refuse(call, "", 403, "ForbiddenException", text)
        stage, _, connection_id = parts
        refused = self._unauthorized(call, stage)
        if refused:
            return refused
        if not self._state.requests.take(now):
            return self._limited(call, connection_id, "more requests than the account's throttle allows")
        if not is_well_formed(connection_id):
            return self._refuse(call, connection_id, 400, "BadRequestException", "Invalid connectionId")
        longest = MESSAGE if self._state.assumptions.posts_over_a_frame else FRAME
        if call.method == "POST" and len(call.body) > longest:
            why = f"the data is {len(call.body)} bytes long, {longest} may be"
            return self._refuse(call, connection_id, 413, "PayloadTooLargeException", "Message too long", why)
        connection = self._state.connections.named(connection_id)
        if connection is None or connection.stage != stage:
            why = self._why_gone(connection_id)
            return self._refuse(call, connection_id, 410, "GoneException", "", why)
        match call.method:
            case "POST":
                return self._post(call, connection, now)
            case "GET":
                return self._get(call, connection)
            case _:
                return self._delete(call, connection, now)

    def _post(self, call: ManagementCall, connection: Connection, now: float) -> list[Effect]:
        if connection.full:
            return self._limited(call, connection.id, "the client does not read, and what waits for it is at its bound")
        connection.last_active = now
        data: str | bytes
        try:
            data = call.body.decode()
        except UnicodeDecodeError:
            binary = self._state.assumptions.bytes_as_binary
            data = call.body if binary else call.body.decode(errors="replace")
        return [
            Send(connection.peer, data),
            *self._answer(call, connection, 200, b"", "push", f"pushed {len(call.body)} bytes"),
        ]

    def _get(self, call: ManagementCall, connection: Connection) -> list[Effect]:
        identity = connection.origin.identity
        shown = {
            "connectedAt": _iso(connection.origin.connected_at / 1000),
            "identity": {"sourceIp": identity["sourceIp"], "userAgent": identity.get("userAgent")},
            "lastActiveAt": _iso(connection.last_active),
        }
        body = json.dumps(shown, separators=(",", ":")).encode()
        return self._answer(call, connection, 200, body, "management", "GET answered 200")

    def _delete(self, call: ManagementCall, connection: Connection, now: float) -> list[Effect]:
        answered = self._answer(call, connection, 204, b"", "management", "DELETE answered 204")
        return [*answered, *self._endings.close(connection, _CLOSED, _REASON, _REASON, now)]

    def _answer(  # noqa: PLR0913, PLR0917, the answer and what people are told
        self, call: ManagementCall, connection: Connection, status: int, body: bytes, kind: Kind, text: str
    ) -> list[Effect]:
        fields = {"status": status, "method": call.method, "caller": call.caller.arn}
        headers = self._headers(body)
        return [
            Answer(call.token, status, headers, body),
            Happened(kind, text, connection.id, fields=fields),
        ]

    def _unauthorized(self, call: ManagementCall, stage: str) -> list[Effect]:
        caller, api = call.caller, self._state.api
        connection_id = call.path.rpartition("/")[2]
        if caller.fault:
            error, text = _bad_signature(caller)
            return self._refuse(call, connection_id, 403, error, text, caller.fault)
        # IAM is asked about the path as it is declared, not about the id in it.
        path = f"{stage}/{call.method}/@connections/{{connectionId}}"
        refusal = api.may_manage(caller.arn, api.arn(path))
        if refusal is None:
            return []
        here = api.account
        shown = f"arn:{here.partition}:execute-api:{here.region}:********{here.id[-4:]}:{api.id}/{path}"
        text = f"User: {caller.arn} is not authorized to perform: execute-api:ManageConnections on resource: {shown}"
        at = f" ({refusal.place})" if refusal.place else ""
        return self._refuse(call, connection_id, 403, "AccessDeniedException", text, f"{refusal.reason}{at}")

    def _limited(self, call: ManagementCall, connection_id: str, why: str) -> list[Effect]:
        return self._refuse(call, connection_id, 429, "LimitExceededException", frames.TOO_MANY, why)

    def _refuse(  # noqa: PLR0913, PLR0917, the refusal and what people are told
        self, call: ManagementCall, connection_id: str, status: int, error: str, text: str, explanation: str = ""
    ) -> list[Effect]:
        # SDKs show the message; a connection that is gone comes without one.
        body = frames.plain(text) if text else b"{}"
        headers = (*self._headers(body), ("x-amzn-ErrorType", error))
        fields = {"status": status, "error": error, "method": call.method, "path": call.path, "caller": call.caller.arn}
        happened = Happened(
            "management",
            f"{call.method} answered {status} {error}",
            connection_id if is_well_formed(connection_id) else "",
            "",
            explanation or text,
            fields,
        )
        return [Answer(call.token, status, headers, body), happened]

    def _headers(self, body: bytes) -> tuple[tuple[str, str], ...]:
        request_id = ("x-amzn-RequestId", self._state.ids.invocation())
        return (("Content-Type", "application/json"), request_id) if body else (request_id,)

    def _astray(self, parts: list[str]) -> str:
        """Why a path leads to no connection; empty where it is `<stage>/@connections/<id>`."""
        if self._state.disabled:
            return DISABLED
        match parts:
            case [stage, "@connections", connection_id] if connection_id and stage in self._state.stages:
                return ""
        there = ", ".join(f'"/{one}/@connections/…"' for one in self._state.stages)
        return f'the path "/{"/".join(parts)}" is not {there or "that of a stage with a deployment"}'

    def _why_gone(self, connection_id: str) -> str:
        if self._state.connections.is_pending(connection_id):
            return "its handshake is not over: nothing can be sent before $connect has returned"
        return "the connection is closed, or never was"


def _bad_signature(caller: Caller) -> tuple[str, str]:
    if caller.fault == UNSIGNED:
        return "MissingAuthenticationTokenException", "Missing Authentication Token"
    text = "The request signature we calculated does not match the signature you provided."
    return "InvalidSignatureException", text


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
