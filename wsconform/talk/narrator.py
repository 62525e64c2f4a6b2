"""Shows what is said on a connection: for people with times and in form, for programs as it came."""

from __future__ import annotations

import json
import sys
import threading
import time

import click

from wsconform.commands.shell import terminal_width, to_stderr
from wsconform.live.causes import usual_causes
from wsconform.live.outcome import Handshake, Refused, Untrusted
from wsconform.live.plan import ApiPlan
from wsconform.live.received import Binary, Closed, Lost, Pong, Received, Text
from wsconform.live.secret import Redactor
from wsconform.live.transcript import shortened
from wsconform.report.cells import cells, visible
from wsconform.report.excerpt import WIDTH
from wsconform.report.style import Role, Style

_ORDERLY = (1000, 1001, 1005)
_MOST_BODY = 1_000


class Narrator:
    """Writes messages to standard output, and all else to standard error. May be used from any thread.

    `plain` writes each message as it came; `quiet` leaves out what is in order. Secrets are taken out.
    """

    def __init__(self, style: Style, redact: Redactor, *, plain: bool, quiet: bool = False) -> None:
        self._style = style
        self._redact = redact
        self._plain = plain
        self._quiet = quiet
        self._lock = threading.Lock()

    def hide(self, redact: Redactor) -> None:
        """Take other secrets out from now on."""
        self._redact = redact

    def heard(self, received: Received) -> None:
        """Write what came."""
        if isinstance(received, Text):
            self._message(received.text)
        elif isinstance(received, Closed):
            self.aside("." if received.code in _ORDERLY else "!", str(received))
        elif isinstance(received, Lost):
            self.aside("!", str(received))
        elif isinstance(received, Binary | Pong):
            self.aside("<", str(received))

    def said(self, text: str) -> None:
        """Write what was sent, where that is not on the screen already."""
        if not self._plain:
            self._write(self._line(">", "quiet", visible(self._redact(text))))

    def aside(self, sign: str, text: str) -> None:
        """Write a remark; `sign` is `!` for what is not in order."""
        if self._quiet and sign != "!":
            return
        role: Role = "error" if sign == "!" else "quiet"
        with self._lock:
            line = visible(self._redact(text)) if self._plain else self._line(sign, role, visible(self._redact(text)))
            to_stderr(line, color=self._style.color)

    def event(self, line: str) -> None:
        """Write what happened on the local stage: a line that is made for people."""
        with self._lock:
            to_stderr(self._redact(line), color=self._style.color)

    def not_connected(self, outcome: Handshake, api: ApiPlan | None) -> None:
        """Write why there is no connection, with the body of the answer, what it is usually due to, and what helps."""
        with self._lock:
            to_stderr(
                f"{self._style('error', 'error:')} {visible(self._redact(str(outcome)))}", color=self._style.color
            )
            if isinstance(outcome, Refused) and outcome.body.strip():
                to_stderr(f"  body: {shortened(visible(self._redact(outcome.body.strip())), _MOST_BODY)}")
            for number, cause in enumerate(usual_causes(outcome, api)):
                to_stderr(f"  {'usually:' if not number else '     or:'} {visible(self._redact(cause))}")
            if _remedy(outcome):
                to_stderr(f"  fix: {_remedy(outcome)}")

    def _message(self, text: str) -> None:
        if self._plain:
            self._write(self._redact(text))
            return
        shown = _pretty(self._redact(text), terminal_width(WIDTH) - 15)
        self._write(self._line("<", "good", *shown))

    def _line(self, sign: str, role: Role, first: str, *more: str) -> str:
        now = time.time()
        at = f"{time.strftime('%H:%M:%S', time.localtime(now))}.{int(now % 1 * 1000):03}"
        lines = [f"{self._style('quiet', at)} {self._style(role, sign)} {first}"]
        return "\n".join(lines + [f"{' ' * 15}{line}" for line in more])

    def _write(self, text: str) -> None:
        with self._lock:
            click.echo(text, color=self._style.color)
            if sys.stdout is not None:
                sys.stdout.flush()


def _remedy(outcome: Handshake) -> str:
    """What whoever connects can do; empty where it is not up to them."""
    if isinstance(outcome, Refused) and outcome.status == 401:  # noqa: PLR2004 (HTTP's)
        return "give a value for each identity source with --allow NAME=env:VARIABLE"
    if isinstance(outcome, Untrusted) and outcome.certificate:
        return "name the authority that signed its certificate with --ca FILE"
    return ""


def _pretty(text: str, room: int) -> list[str]:
    """JSON in one line where there is room for it, else with each value on a line; other text as it is."""
    try:
        found = json.loads(text)
        short = json.dumps(found, ensure_ascii=False)
        lines = [short] if cells(short) <= room else json.dumps(found, ensure_ascii=False, indent=2).splitlines()
    except (ValueError, RecursionError):
        lines = text.split("\n")
    return [visible(line) for line in lines]
