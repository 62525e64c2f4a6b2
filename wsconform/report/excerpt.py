"""The lines of a file that a report is about, with the exact value underlined.

  --> template.yaml:21:15
   |
19 |       ApiId: !Ref ChatApi
20 |       RouteKey: send
21 |       Target: !Sub integrations/${AdminIntegration}
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ AdminIntegration is in AdminApi
   |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

from wsconform.records import record
from wsconform.report.cells import ELLIPSIS, cells, fit, visible, wrap
from wsconform.report.style import PLAIN, Role, Style
from wsconform.template.nodes import Span

WIDTH = 100
"""Cells of a line where nobody says how wide the terminal is."""

MOST_LINES = 12
"""Lines of one excerpt; second places that would make it longer are left to the caller."""

_NARROWEST = 40
_CONTEXT = 2
_MOST_LABEL_LINES = 2


class Lines(Protocol):
    """A file that excerpts are taken from, such as a `wsconform.template.source.Source`."""

    @property
    def path(self) -> str:
        """Its name, as places have it."""

    @property
    def lines(self) -> Sequence[str]:
        """Its lines without their ends."""


SourceOf = Callable[[Span], Lines]
"""The file that a place is in; where it answers with another, the place is shown without an excerpt."""


@record(frozen=True, slots=True)
class Mark:
    """A place to underline, and what to say there."""

    span: Span
    label: str
    role: Role = "second"

    @property
    def sign(self) -> str:
        """What underlines it."""
        return "-" if self.role == "second" else "^"


class Excerpt(NamedTuple):
    """The lines of an excerpt, and those of the second places that had no room in it."""

    lines: list[str]
    left_out: list[Mark]


def excerpt(
    main: Mark, others: Sequence[Mark], source_of: SourceOf, *, style: Style = PLAIN, width: int = WIDTH
) -> Excerpt:
    """Show `main`, and as many of `others` as fit into `MOST_LINES`.

    Every line takes `width` cells at most (40 where that is less), but for those that name a place.
    """
    draw = _Drawing(main, source_of, style, max(width, _NARROWEST)).draw
    marks = [main]
    for other in others:
        if len(draw([*marks, other], 0)) > MOST_LINES:
            break
        marks.append(other)
    for context in range(_CONTEXT, -1, -1):
        lines = draw(marks, context)
        if len(lines) <= MOST_LINES:
            break
    return Excerpt(lines, list(others[len(marks) - 1 :]))


class _Row(NamedTuple):
    """A source line as shown, and the cells from `start` to `end` that are underlined."""

    text: str
    start: int
    end: int


@record(frozen=True, slots=True)
class _Drawing:
    main: Mark
    source_of: SourceOf
    style: Style
    width: int

    def draw(self, marks: Sequence[Mark], context: int) -> list[str]:
        """All blocks, one for each file, that of the main mark first."""
        files: dict[str, list[Mark]] = {}
        for mark in marks:
            files.setdefault(mark.span.file, []).append(mark)
        gutter = max(2, *(len(str(mark.span.line)) for mark in marks))
        drawn: list[str] = []
        for name, inside in files.items():
            drawn.append(self._place(inside[0].span, gutter, first=not drawn))
            source = self.source_of(inside[0].span)
            if source.path == name:
                drawn += self._block(source.lines, inside, context, gutter)
            else:
                drawn += self._without_lines(inside, gutter)
        return drawn

    def _room(self, gutter: int) -> int:
        return max(_NARROWEST // 4, self.width - gutter - 3)

    def _place(self, span: Span, gutter: int, *, first: bool) -> str:
        return " " * gutter + self.style("frame", "-->" if first else ":::") + f" {visible(str(span))}"

    def _without_lines(self, marks: Sequence[Mark], gutter: int) -> list[str]:
        """What is said of a file whose lines nobody has."""
        equals = " " * gutter + " " + self.style("frame", "=")
        labels = (visible(mark.label).strip() for mark in marks)
        return [f"{equals} {fit(label, self._room(gutter))}" for label in labels if label]

    def _block(self, lines: Sequence[str], marks: Sequence[Mark], context: int, gutter: int) -> list[str]:
        marked = {number: list(group) for number, group in groupby(sorted(marks, key=_line), key=_line)}
        numbers = set(marked)
        if self.main in marks:
            numbers.update(_around(lines, _line(self.main), context))
        room = self._room(gutter)
        bar = self._framed("", gutter)
        drawn = [bar]
        before = min(numbers) - 1
        for number in sorted(numbers):
            if number == before + 2:
                drawn.append(self._source_line(lines, before + 1, room, gutter))
            elif number > before + 1:
                drawn.append(self.style("frame", "..."))
            before = number
            if number not in marked:
                drawn.append(self._source_line(lines, number, room, gutter))
            for mark in marked.get(number, ()):
                row = _window(_at(lines, number), *_stretch(mark.span, _at(lines, number)), room)
                if mark is marked[number][0]:
                    drawn.append(self._framed(row.text, gutter, str(number)))
                drawn += [bar + line for line in self._underline(mark, row, room)]
        return [*drawn, bar]

    def _framed(self, text: str, gutter: int, number: str = "") -> str:
        return self.style("frame", f"{number:>{gutter}} |") + (f" {text}" if text else "")

    def _source_line(self, lines: Sequence[str], number: int, room: int, gutter: int) -> str:
        return self._framed(_window(_at(lines, number), 0, 1, room).text, gutter, str(number))

    def _underline(self, mark: Mark, row: _Row, room: int) -> list[str]:
        """The signs under a mark, with the label beside them, or below where it does not fit."""
        signs = mark.sign * (row.end - row.start)
        if _goes_on(mark.span):
            signs = signs[: room - row.start - 1] + ELLIPSIS
        label = visible(mark.label).strip()
        left = room - row.start - len(signs) - 1
        here = f" {' ' * row.start}{self.style(mark.role, signs)}"
        if not label:
            return [here]
        if cells(label) <= left:
            return [f"{here} {self.style(mark.role, label)}"]
        said = wrap(label, room)
        if len(said) > _MOST_LABEL_LINES:
            said[_MOST_LABEL_LINES - 1] += " " + ELLIPSIS
        said = [fit(line, room) for line in said[:_MOST_LABEL_LINES]]
        indent = " " * min(row.start, room - max(map(cells, said)))
        return [here, *(f" {indent}{self.style(mark.role, line)}" for line in said)]


def _line(mark: Mark) -> int:
    return max(1, mark.span.line)


def _at(lines: Sequence[str], number: int) -> str:
    """A line of the file, empty behind its end."""
    return lines[number - 1] if number <= len(lines) else ""


def _around(lines: Sequence[str], number: int, most: int) -> range:
    """The lines that tell where line `number` is: what is nested below it where something is, else those above it."""
    here = _indent(_at(lines, number))
    below = number
    while below - number < most and below < len(lines) and _indent(lines[below]) > here:
        below += 1
    if below > number:
        return range(number + 1, below + 1)
    above = max(1, number - most)
    while above < number and not _at(lines, above).strip():
        above += 1
    return range(above, number)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t")) if line.strip(" \t") else -1


def _goes_on(span: Span) -> bool:
    """Whether a span has anything below its first line."""
    return (span.end_line, span.end_column) > (span.line + 1, 1)


def _stretch(span: Span, line: str) -> tuple[int, int]:
    """The characters of `line`, the span's first, that are underlined: one at least, which may stand behind its end."""
    start = min(max(0, span.column - 1), len(line))
    end = span.end_column - 1 if span.end_line <= span.line else len(line.rstrip())
    return start, max(start + 1, min(end, len(line)))


def _window(line: str, start: int, end: int, room: int) -> _Row:
    """`line` where it fits into `room` cells, else the part of it around the characters from `start` to `end`.

    Costs what `room` says, however long the line is.
    """
    if start == len(line):
        line += " "
    left = _left(line, start, end, room)
    shown = [ELLIPSIS] if left else []
    used = len(shown)
    edges = {}
    last = min(len(line), left + 4 * room)  # combining characters take no cells
    for index, character in enumerate(line[left:last], left):
        if index in (start, end):
            edges[index] = used
        piece = visible(character)
        wide = cells(piece)
        if used + wide > room - (index + 1 < len(line)):
            shown.append(ELLIPSIS)
            used += 1
            break
        shown.append(piece)
        used += wide
    begin = edges.get(start, used)
    return _Row("".join(shown).rstrip(), begin, max(begin + 1, edges.get(end, used)))


def _left(line: str, start: int, end: int, room: int) -> int:
    """The first character to show: that of the line wherever the underlined part can be seen so."""
    if start <= room:
        before = cells(visible(line[:start]))
        if before <= room // 2 or (end <= 2 * room and cells(visible(line[:end])) < room + (end == len(line))):
            return 0
    needed = cells(visible(line[start : min(end, start + room)]))
    lead = min(room // 3, max(room // 8, room - needed - 2))
    left = start
    while left > max(0, start - 4 * room):
        lead -= cells(visible(line[left - 1]))
        if lead < 0:
            break
        left -= 1
    return left
