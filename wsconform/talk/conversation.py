"""A connection that is listened to while somebody types."""

from __future__ import annotations

import queue
import selectors
import socket
import threading
from collections.abc import Callable

from wsconform.live.connection import Connection
from wsconform.live.received import Closed, Lost, Received, Silence

AT_ONCE = 0.2
"""Seconds for which a frame that comes in pieces is waited for before what is to be sent has its turn again."""
FAREWELL = 3.0
"""Seconds in which a stage may answer a close frame."""


class Conversation:
    """Owns an open connection: one thread reads and writes, and any other may ask it to.

    `heard` is told of each message, and of the end, in that thread. `ended` is set once the connection has ended, and
    `end` says how.
    """

    def __init__(self, connection: Connection, heard: Callable[[Received], None]) -> None:
        self._connection = connection
        self._heard = heard
        self._wanted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._bell, self._ear = socket.socketpair()
        self._leaving = False
        self.end: Received | None = None
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._converse, name="wsconform-conversation", daemon=True)
        self._thread.start()

    def send(self, text: str) -> None:
        """Send a text message."""
        self._want(lambda: self._connection.send(text))

    def ping(self, data: bytes) -> None:
        """Send a ping; its answer is heard as any message is."""
        self._want(lambda: self._connection.ping(data))

    def leave(self, code: int = 1000) -> Received | None:
        """Close with a close frame, wait for the stage's own, and say how it ended. The connection is gone then."""
        self._want(lambda: self._leave(code))
        self._thread.join(FAREWELL * 2)
        self._connection.drop()
        self._bell.close()
        self._ear.close()
        return self.end

    def _leave(self, code: int) -> None:
        self._leaving = True
        self.end = self._connection.close(code, within=FAREWELL)

    def _want(self, act: Callable[[], None]) -> None:
        self._wanted.put(act)
        try:
            self._bell.send(b"!")
        except OSError:  # it has ended and is tidied up
            return

    def _converse(self) -> None:
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._connection, selectors.EVENT_READ)
                selector.register(self._ear, selectors.EVENT_READ)
                while self.end is None:
                    self._turn(selector)
        except (OSError, ValueError):  # the socket is gone
            self.end = self.end or Lost("the connection ended")
        finally:
            self.ended.set()
        if not self._leaving and self.end is not None:
            self._heard(self.end)

    def _turn(self, selector: selectors.BaseSelector) -> None:
        """Wait for something to do, and do it."""
        # Where something waits to be read there is no waiting; but a flood must not keep from sending, and leaving.
        ready = [key.fileobj for key, _ in selector.select(0 if self._connection.pending() else None)]
        if self._ear in ready:
            self._ear.recv(1)
            self._wanted.get()()
        if self.end is None and (self._connection in ready or self._connection.pending()):
            received = self._connection.receive(AT_ONCE)
            self._connection.forget()
            if isinstance(received, Closed | Lost):
                self.end = received
            elif not isinstance(received, Silence):
                self._heard(received)
