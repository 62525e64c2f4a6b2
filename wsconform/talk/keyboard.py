"""Talks as a person does, with a line to type on while messages come in."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import History
from prompt_toolkit.patch_stdout import patch_stdout

from wsconform.live.connection import Connection
from wsconform.live.received import Closed, Lost, Pong, Received
from wsconform.talk.conversation import Conversation
from wsconform.talk.narrator import Narrator

HELP = (
    "a line is sent as a message; one that begins with / is a command, and // stands for a slash:",
    "  /ping [TEXT]   sends a ping and says when its answer came",
    "  /close [CODE]  leaves with a close frame, of the code 1000 unless another is given; so do Ctrl-C and Ctrl-D",
    "  /help          shows this",
)
COMMANDS = ("/ping", "/close", "/help")
_CODES = (1000, *range(3000, 5000))
_LONGEST_PING = 125


class Keyboard:
    """A person's side of a conversation. `examples` are messages that complete what is typed."""

    def __init__(self, connection: Connection, narrator: Narrator, history: History, examples: Iterable[str]) -> None:
        self._narrator = narrator
        self._session: PromptSession[str] = PromptSession(
            "> ",
            history=history,
            auto_suggest=AutoSuggestFromHistory(),
            completer=WordCompleter([*examples, *COMMANDS], sentence=True),
            complete_while_typing=False,
        )
        self._pinged: float | None = None
        self._prompting = threading.Lock()
        self._conversation = Conversation(connection, self._heard)

    def talk(self) -> Received | None:
        """Until either side leaves: how it ended."""
        code = 1000
        try:
            with patch_stdout(raw=True):
                while not self._conversation.ended.is_set():
                    with self._prompting:
                        line = self._session.prompt(pre_run=self._unless_ended)
                    leaving = self._typed(line)
                    if leaving is not None:
                        code = leaving
                        break
        except (EOFError, KeyboardInterrupt):
            pass
        return self._conversation.leave(code)

    def _unless_ended(self) -> None:
        """The stage may have left while nothing was asked for."""
        if self._conversation.ended.is_set():
            self._session.app.exit(exception=EOFError)

    def _heard(self, received: Received) -> None:
        if isinstance(received, Pong) and self._pinged is not None:
            self._narrator.aside("<", f"a pong, after {(time.monotonic() - self._pinged) * 1000:.0f} ms")
            self._pinged = None
            return
        self._narrator.heard(received)
        if isinstance(received, Closed | Lost):
            self._wake()

    def _wake(self) -> None:
        """End the prompt that waits for a line nobody would hear."""
        app = self._session.app
        loop = app.loop
        if loop is None:
            return

        def leave() -> None:
            if app.is_running and not app.is_done:
                app.exit(exception=EOFError)

        with contextlib.suppress(RuntimeError):  # it has ended just now
            loop.call_soon_threadsafe(leave)

    def _typed(self, line: str) -> int | None:
        """Do what a line says; the code to leave with, if it says so."""
        if not line.strip():
            return None
        if not line.startswith("/") or line.startswith("//"):
            self._conversation.send(line.removeprefix("/"))
            return None
        command, _, rest = line.strip().partition(" ")
        if command == "/close":
            return self._code(rest.strip())
        if command == "/ping":
            self._ping(rest.strip())
        elif command == "/help":
            for one in HELP:
                self._narrator.aside(".", one)
        else:
            self._narrator.aside("!", f'there is no command "{command}"; /help lists them, and // stands for a slash')
        return None

    def _code(self, written: str) -> int | None:
        if not written:
            return 1000
        if not written.isdecimal() or int(written) not in _CODES:
            self._narrator.aside("!", f'a client closes with 1000, or 3000 to 4999, and not with "{written}"')
            return None
        return int(written)

    def _ping(self, text: str) -> None:
        data = text.encode()
        if len(data) > _LONGEST_PING:
            self._narrator.aside("!", f"a ping has at most {_LONGEST_PING} bytes")
            return
        self._pinged = time.monotonic()
        self._conversation.ping(data)
