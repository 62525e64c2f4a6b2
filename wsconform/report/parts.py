"""What reports in words are made of: headlines, places, labelled paragraphs, counts and lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wsconform.report.cells import visible, wrap
from wsconform.report.excerpt import Mark, SourceOf, excerpt
from wsconform.report.style import Role, Style

INDENT = "  "
MOST_PLACES = 3
MOST_NAMES = 3


def headline(role: Role, kind: str, text: str, style: Style) -> str:
    """What something is, and what it says."""
    return style(role, visible(kind)) + style("strong", f": {visible(text)}")


def places(main: Mark, others: Sequence[Mark], source_of: SourceOf, style: Style, width: int) -> Iterator[str]:
    """The excerpt, and the second places that have no room in it by their names."""
    lines, left_out = excerpt(main, others, source_of, style=style, width=width)
    yield from lines
    for mark in left_out[:MOST_PLACES]:
        yield f"{INDENT}{style('second', 'also:')} {visible(f'{mark.span}: {mark.label}')}"
    if len(left_out) > MOST_PLACES:
        yield f"{INDENT}{style('second', 'also:')} {count(len(left_out) - MOST_PLACES, 'more place')}"


def said(word: str, text: str, style: Style, width: int) -> Iterator[str]:
    """A labelled paragraph, indented under its label; nothing where there is no text."""
    indent = " " * (len(INDENT) + len(word) + 2)
    before = f"{INDENT}{style('strong', word + ':')} "
    for paragraph in text.splitlines():
        for line in wrap(visible(paragraph), width - len(indent)):
            yield before + line
            before = indent


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """`A`, `A and B`, `A, B and C`, `A, B, C and 2 more`."""
    shown = [*names[:most], f"{len(names) - most} more"] if len(names) > most else list(names)
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
