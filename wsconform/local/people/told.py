"""Writes what happens on a stage to the output of a command."""

from __future__ import annotations

import sys
import threading
import time

import click

from wsconform.local.happenings import Happening
from wsconform.local.people.lines import json_line, json_log_line, line, log_line
from wsconform.report.style import Style


class Told:
    """Writes lines to standard output, from any thread. Once nobody reads them any more, it is silent."""

    def __init__(self, style: Style, *, as_json: bool) -> None:
        self._style = style
        self._as_json = as_json
        self._lock = threading.Lock()
        self._heard = True

    def happened(self, happening: Happening) -> None:
        """Write an event."""
        self._write(json_line(happening) if self._as_json else line(happening, self._style))

    def logged(self, function: str, text: str) -> None:
        """Write what a function logged."""
        if self._as_json:
            self._write(json_log_line(function, text, time.time()))
        else:
            self._write(log_line(function, text, self._style))

    def line(self, text: str) -> None:
        """Write a line for people; nothing where programs read."""
        if not self._as_json:
            self._write(text)

    def _write(self, text: str) -> None:
        if not self._heard:
            return
        with self._lock:
            try:
                click.echo(text, color=self._style.color)
                sys.stdout.flush()
            except (OSError, ValueError):
                self._heard = False
