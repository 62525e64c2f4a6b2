"""From the upgrade request to 101 or a refusal.

The request stays pending until authorization and then the `$connect` integration have finished; if either fails, no
connection is made (API Gateway developer guide, "Manage connected users and client apps: $connect and $disconnect
routes").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wsconform.local.deployed.model import KEY_IN_HEADER, DeployedAuthorizer, DeployedRoute
from wsconform.local.gateway import events, frames
from wsconform.local.gateway.authorizer.answer import Unauthorized, in_events, judge
from wsconform.local.gateway.authorizer.conditions import facts_of
from wsconform.local.gateway.authorizer.sources import missing_source
from wsconform.local.gateway.connections import Connection
from wsconform.local.gateway.effects import Accept, Effect, Happened, Refuse
from wsconform.local.gateway.endings import LOST, Endings
from wsconform.local.gateway.inputs import Upgrade
from wsconform.local.gateway.integration.begin import as_json
from wsconform.local.gateway.integration.conclusion import Conclusion
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.limits import AUTHORIZER_TIMEOUT, URL
from wsconform.local.gateway.routes import run
from wsconform.local.gateway.selection import CONNECT
from wsconform.local.gateway.state import DISABLED, Stage, State
from wsconform.local.outcome import Outcome
from wsconform.records import record

_KEY_HEADER = "x-api-key"
_KEY_OF_AUTHORIZER = "$context.authorizer.usageIdentifierKey"
_SUCCESSES = range(200, 300)
_SUBPROTOCOL = "sec-websocket-protocol"


@record(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """An upgrade that is pending. `route` is None where `$connect` is not in the snapshot."""

    connection: Connection
    request: Upgrade
    headers: Sequence[tuple[str, str]]
    request_id: str
    began: float
    stage: Stage
    route: DeployedRoute | None


class Handshake:
    """Decides on upgrade requests."""

    def __init__(self, state: State, endings: Endings) -> None:
        self._state = state
        self._endings = endings

    def upgrade(self, peer: object, request: Upgrade, now: float) -> list[Effect]:
        """Take an upgrade request: refuse it, accept it, or begin what decides."""
        state = self._state
        if state.connections.of(peer) is not None:
            return []
        name, _, rest = request.path.removeprefix("/").partition("/")
        stage = self._stage(request, name, rest)
        origin = events.Origin(
            api_id=state.api.id,
            stage=name,
            domain=state.domain,
            connection_id=state.ids.connection(),
            connected_at=events.milliseconds(now),
            identity=events.identity_of(request),
        )
        connection = Connection(peer, origin, now)
        request_id = state.ids.request()
        if not isinstance(stage, Stage):
            status, why = stage
            return self._refused(connection, request_id, status, why)
        attempt = _Attempt(
            connection=connection,
            request=request,
            headers=events.received_headers(request, state.ids.trace(now)),
            request_id=request_id,
            began=now,
            stage=stage,
            route=stage.routes.get(CONNECT),
        )
        state.connections.begin(connection)
        return self._admit(attempt, now)

    def _stage(self, request: Upgrade, name: str, rest: str) -> Stage | tuple[int, str]:
        """The stage that a path leads to, or a refusal that no route has a say in: its status, and why."""
        state = self._state
        if request.target_length > URL:
            return state.assumptions.long_url, f"the URL is {request.target_length} characters long, {URL} may be"
        if state.disabled:
            return state.assumptions.disabled_endpoint, DISABLED
        declared = state.api.stages.get(name)
        if declared is None:
            there = ", ".join(f'"{one}"' for one in state.api.stages)
            return state.assumptions.unknown_stage, f'there is no stage "{name}", there is {there or "none"}'
        if rest:
            return state.assumptions.path_after_stage, f'the path goes on after the stage with "/{rest}"'
        deployed = state.stages.get(name)
        return deployed or (403, declared.why_empty or f'stage "{name}" has no deployment')

    def _admit(self, attempt: _Attempt, now: float) -> list[Effect]:
        state, route = self._state, attempt.route
        if not state.connects.take(now) or not state.requests.take(now) or not attempt.stage.admits(CONNECT, now):
            return self._refuse(attempt, now, 429, "more requests than the throttle allows")
        if route is None:
            missing = attempt.stage.absent.get(CONNECT, "")
            return self._accept(attempt, now, None, missing and f"nobody is asked who connects: {missing}")
        fault = self._key_fault(attempt, route)
        if fault:
            return self._refuse(attempt, now, 403, fault)
        match route.authorization:
            case "CUSTOM":
                return self._ask_authorizer(attempt, route, now)
            case "AWS_IAM":
                return self._check_signature(attempt, route, now)
            case _:
                return self._key_of_nobody(attempt, route, now)

    def _key_fault(self, attempt: _Attempt, route: DeployedRoute) -> str:
        """What is wrong with the request's API key; empty too where an authorizer is to name the key."""
        api = self._state.api
        if not route.api_key_required or api.key_expression == _KEY_OF_AUTHORIZER:
            return ""
        if api.key_expression != KEY_IN_HEADER:
            return f'no API key is found by "{api.key_expression}"'
        given = [value for name, value in attempt.headers if name.lower() == _KEY_HEADER]
        if any(value in api.keys for value in given):
            return ""
        return f"the API key in {_KEY_HEADER} is {'wrong' if given else 'missing'}"

    def _check_signature(self, attempt: _Attempt, route: DeployedRoute, now: float) -> list[Effect]:
        caller = attempt.request.caller
        if caller.fault:
            return self._refuse(attempt, now, 403, caller.fault)
        refusal = self._state.api.may_invoke(caller.arn, self._arn(attempt))
        if refusal is not None:
            return self._refuse(attempt, now, 403, refusal.reason, refusal.place)
        return self._key_of_nobody(attempt, route, now)

    def _key_of_nobody(self, attempt: _Attempt, route: DeployedRoute, now: float) -> list[Effect]:
        if route.api_key_required and self._state.api.key_expression == _KEY_OF_AUTHORIZER:
            return self._refuse(attempt, now, 403, "the API key is to come from an authorizer, and there is none")
        return self._run_connect(attempt, route, now)

    def _ask_authorizer(self, attempt: _Attempt, route: DeployedRoute, now: float) -> list[Effect]:
        authorizer = route.authorizer
        if authorizer is None:
            return self._refuse(attempt, now, 500, "the route asks for an authorizer and names none")
        event = events.authorizer_event(
            attempt.connection.origin,
            attempt.headers,
            attempt.request.query,
            attempt.stage.variables,
            arn=self._arn(attempt),
            request_id=attempt.request_id,
            now=now,
        )
        ignore_case = self._state.assumptions.header_sources_ignore_case
        missing = missing_source(authorizer.sources, event, ignore_case=ignore_case)
        if missing:
            return self._refuse(attempt, now, 401, f"identity source {missing} is missing")
        target = authorizer.target
        if target.refusal is not None or target.function is None:
            refusal = target.refusal
            reason = refusal.reason if refusal is not None else "its function does not exist"
            why = f"authorizer {authorizer.label} may not be invoked: {reason}"
            return self._refuse(attempt, now, 500, why, refusal.place if refusal is not None else "")
        invoke = self._state.calls.invoke(
            attempt.connection,
            target.function,
            target.qualifier,
            as_json(event),
            now + AUTHORIZER_TIMEOUT,
            partial(self._judge, attempt, route, authorizer),
        )
        text = f"invoke {target.function} as authorizer {authorizer.label}"
        return [Happened("invoke", text, attempt.connection.id, CONNECT), invoke]

    def _judge(
        self,
        attempt: _Attempt,
        route: DeployedRoute,
        authorizer: DeployedAuthorizer,
        outcome: Outcome | None,
        now: float,
    ) -> list[Effect]:
        if outcome is None:
            why = f"authorizer {authorizer.label} did not answer within {AUTHORIZER_TIMEOUT:g} s"
            return self._refuse(attempt, now, 500, why)
        request, assumptions = attempt.request, self._state.assumptions
        identity = attempt.connection.origin.identity
        facts = partial(
            facts_of, source_ip=request.source_ip, user_agent=identity.get("userAgent"), secure=request.secure, now=now
        )
        answer = judge(outcome, self._arn(attempt), facts)
        if isinstance(answer, Unauthorized):
            return self._refuse(attempt, now, answer.status, f"{authorizer.label}: {answer.why}")
        state = self._state
        if (
            route.api_key_required
            and state.api.key_expression == _KEY_OF_AUTHORIZER
            and answer.key not in state.api.keys
        ):
            return self._refuse(attempt, now, 403, f"the usageIdentifierKey of {authorizer.label} is no API key")
        took = now - attempt.began  # nothing comes before the authorizer
        attempt.connection.authorizer = in_events(
            answer,
            round(took * 1000),
            as_text=assumptions.context_as_text,
            latency_as_number=assumptions.latency_as_number,
        )
        text = f'{authorizer.label} allowed "{answer.principal}" after {took * 1000:.0f} ms'
        told = Happened("result", text, attempt.connection.id, CONNECT, fields={"seconds": took})
        return [told, *self._run_connect(attempt, route, now)]

    def _run_connect(self, attempt: _Attempt, route: DeployedRoute, now: float) -> list[Effect]:
        if route.integration is None and not self._state.assumptions.connect_without_target:
            return self._refuse(attempt, now, 500, "the route $connect has no Target")
        event = events.connect_event(
            attempt.connection.origin,
            attempt.headers,
            attempt.request.query,
            attempt.stage.variables,
            attempt.connection.authorizer,
            request_id=attempt.request_id,
            now=attempt.began,
        )
        context = MessageContext(
            event=event,
            stage_variables=attempt.stage.variables,
            headers=event["headers"],
            query=event.get("queryStringParameters", {}),
        )
        concluded = partial(self._conclude, attempt)
        connection = attempt.connection
        return run(self._state, connection, connection.id, route, context, now, concluded)

    def _conclude(self, attempt: _Attempt, conclusion: Conclusion, now: float) -> list[Effect]:
        if conclusion.failure is not None:
            return self._refuse(attempt, now, conclusion.status, conclusion.failure.explanation)
        if conclusion.status not in _SUCCESSES:
            return self._refuse(
                attempt, now, conclusion.status, f"the integration of $connect answered {conclusion.status}"
            )
        return self._accept(attempt, now, conclusion.headers.get(_SUBPROTOCOL) or None)

    def _accept(self, attempt: _Attempt, now: float, subprotocol: str | None, explanation: str = "") -> list[Effect]:
        connection = attempt.connection
        self._state.connections.establish(connection, now)
        self._endings.watch(connection)
        offered = [value for name, value in attempt.request.headers if name.lower() == _SUBPROTOCOL]
        names = {one.strip() for value in offered for one in value.split(",")}
        if subprotocol is not None and subprotocol not in names:
            explanation = f'the integration answered subprotocol "{subprotocol}", which the client did not offer'
        elif subprotocol is None and offered:
            explanation = explanation or "the client offered subprotocols and gets none: browsers will not connect"
        text = "connected"
        if connection.authorizer is not None:
            text += f' as "{connection.principal}"'
        if subprotocol is not None:
            text += f" with subprotocol {subprotocol}"
        happened = Happened(
            "connect",
            text,
            connection.id,
            CONNECT if attempt.route is not None else "",
            explanation,
            {"stage": connection.stage, "sourceIp": attempt.request.source_ip, "principalId": connection.principal},
        )
        return [Accept(connection.peer, subprotocol), happened]

    def _arn(self, attempt: _Attempt) -> str:
        return self._state.api.arn(f"{attempt.connection.stage}/{CONNECT}")

    def _refuse(self, attempt: _Attempt, now: float, status: int, why: str, place: str = "") -> list[Effect]:
        at = f" ({place})" if place else ""
        refused = self._refused(attempt.connection, attempt.request_id, status, f"{why}{at}")
        if self._state.assumptions.disconnect_after_refusal:
            connection = attempt.connection
            refused += self._endings.tell(connection, LOST, self._state.assumptions.lost_reason, now)
        return refused

    def _refused(self, connection: Connection, request_id: str, status: int, why: str) -> list[Effect]:
        state = self._state
        state.calls.drop(connection)
        state.connections.end(connection)
        message = frames.message_of(status)
        match state.assumptions.refusal_body:
            case "ids":
                body = frames.error(message, connection.id, request_id).encode()
            case "message":
                body = frames.plain(message)
            case _:
                body = b""
        headers = frames.refusal_headers(status, request_id)
        fields = {"stage": connection.stage, "status": status, "requestId": request_id}
        return [
            Refuse(connection.peer, status, headers, body),
            Happened("refuse", f"connect refused {status}", connection.id, CONNECT, why, fields),
        ]
