"""How a failure looks in pytest's output: an excerpt of the template, and no traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

from wsconform.records import record
from wsconform.report.excerpt import WIDTH
from wsconform.report.style import PLAIN, Style
from wsconform.report.text import render_error
from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Span


class Terminal(Protocol):
    """What is used of pytest's terminal writer."""

    hasmarkup: bool
    fullwidth: int

    def line(self, s: str = "") -> None:
        """Write a line."""


@record(frozen=True, slots=True)
class Crash:
    """Where something failed, for pytest's summaries and the tools that read them."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


class Excerpt(str):
    """Why something failed, in place of a traceback: plain as text, coloured and as wide as it is in a terminal.

    Its first line is the headline: what is left of it where a report has room for one line only.
    """

    __slots__ = ("_render", "reprcrash")
    _render: Callable[[Style, int], str]
    reprcrash: Crash

    @classmethod
    def at(cls, place: Span, render: Callable[[Style, int], str]) -> Self:
        """What `render` gives for a style and a width, about a place."""
        text = cls(render(PLAIN, WIDTH))
        text._render = render
        text.reprcrash = Crash(place.file, place.line, text.partition("\n")[0])
        return text

    def toterminal(self, tw: Terminal) -> None:
        """Write it to a terminal."""
        tw.line(self._render(Style(color=tw.hasmarkup), tw.fullwidth))


def unreadable(error: TemplateError) -> Excerpt:
    """What is wrong with a template as a whole."""

    def render(look: Style, width: int) -> str:
        return render_error(error, style=look, width=width)

    return Excerpt.at(error.span or Span(error.path, 1, 1, 1, 1), render)
