"""What libyaml says of text that is no YAML, with the place and with what to do about it."""

from __future__ import annotations

import re

import yaml
from yaml.reader import ReaderError

from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Span

# YAML 1.1, section 5.1.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").search
_TWO_TAGS = re.compile(r"(![A-Za-z0-9]+)\s+(![A-Za-z0-9]+)").search

_FIXES = (
    ("mapping values are not allowed", 'quote the value if its ":" is text, else look at the indentation of this line'),
    ("unexpected end of stream", "close what is opened there"),
    ("Unicode character escape", "write the character itself instead of its escape"),
    ("unknown escape character", 'in double quotes, write "\\\\" for a backslash, or use single quotes'),
    ("sequence entries are not allowed", 'begin the list on the next line, or quote the value if its "-" is text'),
    ("expected key", "look at the indentation of this line and of the one above it"),
    ("expected '-' indicator", "look at the indentation of this line and of the one above it"),
    ("expected <document start>", "look at the indentation of this line: it must be that of the first line"),
    ("expected ','", "close the bracket, or put a comma between the items"),
    ("incompatible YAML document", "remove the line: CloudFormation reads YAML 1.1"),
    ("mapping keys are not allowed", 'quote the value if its "?" is text'),
    ("could not find expected ':'", 'put ": " behind the key, or indent the line as part of the text above'),
)


def syntax_fault(error: Exception, text: str, lines: tuple[str, ...], name: str) -> TemplateError:
    """The parser's `error` about `text`, as a message with its place."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return _marked(error, error.problem_mark.line, error.problem_mark.column, lines, name)
    if isinstance(error, ReaderError) and (found := _UNPRINTABLE(text)):
        line, column = place_of(text, found.start())
        return TemplateError(
            f"character U+{ord(found[0]):04X} cannot stand in YAML as it is",
            path=name,
            span=Span(name, line, column, line, column + 1),
            fix=f'remove it, or write it as "\\U{ord(found[0]):08X}" in double quotes',
        )
    return TemplateError(f"this is no YAML: {error}", path=name)


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of the character at `offset`."""
    before = re.split("\r\n|[\n\r\x85\u2028\u2029]", text[:offset])
    return len(before), len(before[-1]) + 1


def _marked(
    error: yaml.MarkedYAMLError, line_index: int, column_index: int, lines: tuple[str, ...], name: str
) -> TemplateError:
    line = lines[line_index] if line_index < len(lines) else ""
    span = Span(name, line_index + 1, column_index + 1, line_index + 1, column_index + 2)
    problem = error.problem or "it cannot be read"
    here = line[column_index : column_index + 1]
    if here == "\t" or "tab character" in problem:
        return TemplateError(
            "a tab indents this line, and YAML indents by spaces",
            path=name,
            span=span,
            fix="replace the tab by spaces",
        )
    message = f"this is no YAML: {problem}"
    if error.context and error.context_mark is not None:
        begin = error.context_mark
        message += f", {error.context} that begins at line {begin.line + 1}, column {begin.column + 1}"
    return TemplateError(message, path=name, span=span, fix=_fix(problem, error.context or "", line, here))


def _fix(problem: str, context: str, line: str, here: str) -> str:
    if tags := _TWO_TAGS(line):
        outer = tags[1].removeprefix("!")
        full = outer if outer in {"Ref", "Condition"} else f"Fn::{outer}"
        return f'a value can have one tag: write "{full}: {tags[2]} …" on a line of its own'
    if "scanning an alias" in context:
        return 'quote the value: a "*" at its start repeats an anchor'
    if "cannot start any token" in problem:
        return f'quote the value: YAML keeps "{here}" at the start of a value for itself'
    return next((fix for sign, fix in _FIXES if sign in problem), "")
