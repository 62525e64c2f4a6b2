"""Messages from clients: to their routes, and back what the gateway or a two-way route answers.

Rules: API Gateway developer guide, "Working with routes for WebSocket APIs" (choosing) and "Set up route responses for
a WebSocket API" (answering); what a function returns as `statusCode` has no effect on a message.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from wsconform.local.deployed.model import DeployedRoute
from wsconform.local.gateway import events, frames
from wsconform.local.gateway.connections import Connection
from wsconform.local.gateway.effects import Effect, Happened, Send
from wsconform.local.gateway.integration.conclusion import Conclusion, Failure
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.routes import run
from wsconform.local.gateway.selection import DEFAULT, Chosen
from wsconform.local.gateway.state import Stage, State


class _Message(NamedTuple):
    """A message on its way."""

    connection: Connection
    route: DeployedRoute
    request_id: str
    message_id: str


class Messages:
    """Takes the messages of open connections. Those of one connection do not wait for one another."""

    def __init__(self, state: State) -> None:
        self._state = state

    def message(self, connection: Connection, text: str, now: float) -> list[Effect]:
        """Take one whole text message."""
        state = self._state
        connection.last_active = now
        request_id = state.ids.request()
        stage = state.stages.get(connection.stage)
        if stage is None:
            explanation = f'stage "{connection.stage}" is not deployed any more'
            return self._error(connection, "", frames.FORBIDDEN, request_id, explanation)
        chosen = stage.selector.choose(text)
        route = chosen.route
        if route is None:
            why = _unrouted(chosen, stage)
            return self._error(connection, "", frames.FORBIDDEN, request_id, why)
        if not state.requests.take(now) or not stage.admits(route.key, now):
            return self._throttled(connection, route, request_id)
        message_id = state.ids.request()
        event = events.message_event(
            connection.origin,
            stage.variables,
            connection.authorizer,
            route.key,
            text,
            request_id=request_id,
            message_id=message_id,
            now=now,
        )
        context = MessageContext(event=event, body=text, stage_variables=stage.variables)
        message = _Message(connection, route, request_id, message_id)
        # A message that ends at $default without meaning to is worth a word.
        explanation = f"the message {chosen.why}" if route.key == DEFAULT and chosen.key != DEFAULT else ""
        happened = Happened(
            "message",
            f"message of {len(text)} characters to {route.key}",
            connection.id,
            route.key,
            explanation,
            {"requestId": request_id, "messageId": message_id, "characters": len(text)},
        )
        concluded = partial(self._concluded, message)
        return [happened, *run(state, connection, connection.id, route, context, now, concluded)]

    def _throttled(self, connection: Connection, route: DeployedRoute, request_id: str) -> list[Effect]:
        why = "more requests than the throttle allows"
        if self._state.assumptions.limits_answer:
            return self._error(connection, route.key, frames.TOO_MANY, request_id, why)
        return [Happened("error", "message dropped", connection.id, route.key, why)]

    def _concluded(self, message: _Message, conclusion: Conclusion, now: float) -> list[Effect]:
        connection, route = message.connection, message.route
        if conclusion.failure is not None:
            return self._failed(message, conclusion.failure)
        body = conclusion.body
        if body is None and route.two_way and self._state.assumptions.empty_reply == "frame":
            body = ""
        if body is None:
            return []
        connection.last_active = now
        unit = "characters" if isinstance(body, str) else "bytes"
        happened = Happened("reply", f"replied {len(body)} {unit}", connection.id, route.key)
        return [Send(connection.peer, body), happened]

    def _failed(self, message: _Message, failure: Failure) -> list[Effect]:
        connection, route = message.connection, message.route
        assumptions = self._state.assumptions
        silent = (failure.kind == frames.TIMED_OUT and not assumptions.limits_answer) or (
            route.integration is None and assumptions.message_without_target == "silence"
        )
        if silent:
            return [Happened("error", failure.kind, connection.id, route.key, failure.explanation)]
        if failure.kind == frames.INVALID_BODY:
            frame = frames.invalid(connection.id, message.message_id)
            happened = Happened("error", f'answered "{failure.kind}"', connection.id, route.key, failure.explanation)
            return [Send(connection.peer, frame), happened]
        return self._error(connection, route.key, failure.kind, message.request_id, failure.explanation)

    @staticmethod
    def _error(connection: Connection, route_key: str, text: str, request_id: str, explanation: str) -> list[Effect]:
        happened = Happened(
            "error", f'answered "{text}"', connection.id, route_key, explanation, {"requestId": request_id}
        )
        return [Send(connection.peer, frames.error(text, connection.id, request_id)), happened]


def _unrouted(chosen: Chosen, stage: Stage) -> str:
    """Why a message has no route, for people."""
    for key in (chosen.key, DEFAULT):
        if key is not None and key in stage.absent:
            return f"the message {chosen.why}: {stage.absent[key]}"
    return f"the message {chosen.why}, and there is no {DEFAULT}"
