"""Talks as a script does: messages that are given, replies that have to come."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from wsconform.config.expectation import Expectation, Nothing
from wsconform.live.connection import Connection
from wsconform.live.received import Closed, Lost, Pong, Received, Silence, Text
from wsconform.talk.conversation import FAREWELL, Conversation
from wsconform.talk.narrator import Narrator


def require(
    connection: Connection, messages: Iterable[str], expectations: Sequence[Expectation], narrator: Narrator
) -> bool:
    """Send each message and wait for its reply: whether all came as expected.

    One expectation counts for every message, several for one each. Without any message, what comes by itself has to be
    as expected.
    """
    number = -1
    for number, message in enumerate(messages):
        expected = expectations[min(number, len(expectations) - 1)]
        narrator.said(message)
        connection.send(message)
        if not _comes(connection, expected, narrator):
            return False
    return number >= 0 or all(_comes(connection, expected, narrator) for expected in expectations)


def _comes(connection: Connection, expected: Expectation, narrator: Narrator) -> bool:
    received = _next(connection, expected.within)
    if not isinstance(received, Silence):
        narrator.heard(received)
    if isinstance(received, Text):
        problem = expected.reply.problem(received.text)
    else:
        problem = None if isinstance(expected.reply, Nothing) and isinstance(received, Silence) else str(received)
    if problem is not None:
        narrator.aside("!", f"expected {expected.reply} within {expected.within:g} s, and got {problem}")
    return problem is None


def _next(connection: Connection, within: float) -> Received:
    deadline = time.monotonic() + within
    while True:
        received = connection.receive(max(0.001, deadline - time.monotonic()))
        if not isinstance(received, Pong):
            return Silence(within) if isinstance(received, Silence) else received


def pour(connection: Connection, messages: Iterable[str], narrator: Narrator, *, wait: float) -> bool:
    """Send messages as they come, write what comes, and leave after `wait` seconds of silence.

    Whether the stage kept the connection, or closed it in order.
    """
    latest = time.monotonic()

    def heard(received: Received) -> None:
        nonlocal latest
        latest = time.monotonic()
        narrator.heard(received)

    conversation = Conversation(connection, heard)
    try:
        for message in messages:
            if conversation.ended.is_set():
                break
            narrator.said(message)
            conversation.send(message)
            latest = time.monotonic()
        while (left := latest + wait - time.monotonic()) > 0 and not conversation.ended.wait(left):
            pass
        ended = conversation.end
    finally:
        conversation.leave()
    return not (isinstance(ended, Lost) or (isinstance(ended, Closed) and ended.code not in (1000, 1001, 1005)))


def part(connection: Connection) -> None:
    """Leave with a close frame."""
    connection.close(within=FAREWELL)
