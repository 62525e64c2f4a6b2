"""JSON text to nodes, with places.

By JSON's own rules, not by YAML's: tabs may indent, slashes be escaped and characters be written as surrogate pairs,
all of which libyaml refuses.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span
from wsconform.template.reading import MAX_DEPTH, MAX_NODES, duplicate_key, number, too_deep, too_many

_skip = re.compile(r"[ \t\r\n]*").match
_plain_string = re.compile(r'"([^"\\\x00-\x1f]*)"').match
_colon = re.compile(r"[ \t\r\n]*:[ \t\r\n]*").match
_separator = re.compile(r"[ \t\r\n]*([,\]}])[ \t\r\n]*").match
_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").match
_word = re.compile(r"true|false|null").match
_line_ends = re.compile(r"\r\n|\r|\n").finditer
_lone_surrogate = re.compile("[\ud800-\udfff]").search

_decode = json.JSONDecoder().raw_decode

_FIXES = (
    ("property name", "write keys in double quotes"),
    ("extra data", "a template is one value: remove what follows it"),
    ("unterminated string", "close the string with a double quote"),
    ("control character", "escape it, a line end as \\n and a tab as \\t"),
    ("escape", 'write "\\\\" for a backslash'),
)
_WORDS = {"true": True, "false": False, "null": None}


class NotJSONError(TemplateError):
    """Text that is no JSON; it may be YAML."""


def build(text: str, name: str) -> Node:
    """The one value that `text` is.

    Raises NotJSONError, in the words of Python's own parser, and TemplateError on what is JSON but no template, such as
    a key that stands twice.
    """
    reader = _Reader(text, name)
    try:
        return reader.document()
    except _MalformedError as stop:
        raise reader.syntax_fault(stop.offset) from None


class _MalformedError(Exception):
    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._starts = [0, *(end.end() for end in _line_ends(text))]
        self._count = 0

    def document(self) -> Node:
        node, offset = self._value(self._skip(0), 1)
        end = self._skip(offset)
        if end < len(self._text):
            raise _MalformedError(end)
        return node

    def _value(self, offset: int, depth: int) -> tuple[Node, int]:
        """The value at `offset`, `depth` collections deep, itself included, and the offset behind it."""
        self._count += 1
        if self._count > MAX_NODES:
            raise too_many(self._span(offset, offset + 1))
        text = self._text
        begin = text[offset : offset + 1]
        if begin == '"':
            string, end = self._string(offset)
            return Scalar(string, self._flat_span(offset, end)), end
        if begin in {"{", "["}:
            if depth > MAX_DEPTH:
                raise too_deep(self._span(offset, offset + 1))
            return self._mapping(offset, depth) if begin == "{" else self._sequence(offset, depth)
        if found := _number(text, offset):
            return Scalar(number(found[0]), self._flat_span(offset, found.end())), found.end()
        if found := _word(text, offset):
            return Scalar(_WORDS[found[0]], self._flat_span(offset, found.end())), found.end()
        raise _MalformedError(offset)

    def _string(self, offset: int) -> tuple[str, int]:
        if found := _plain_string(self._text, offset):
            return found[1], found.end()
        try:
            string, end = _decode(self._text, offset)
        except json.JSONDecodeError as error:
            raise _MalformedError(error.pos) from None
        if lone := _lone_surrogate(string):
            raise TemplateError(
                f'the escape "\\u{ord(lone[0]):04x}" is half of a pair, and no character by itself',
                path=self._name,
                span=self._flat_span(offset, end),
                fix="write the character itself",
            )
        return string, end

    def _mapping(self, start: int, depth: int) -> tuple[Mapping, int]:
        text = self._text
        entries: dict[str, Node] = {}
        key_spans: dict[str, Span] = {}
        offset = self._skip(start + 1)
        if text[offset : offset + 1] == "}":
            return Mapping(entries, key_spans, self._span(start, offset + 1)), offset + 1
        while text[offset : offset + 1] == '"':
            key, end = self._string(offset)
            span = self._flat_span(offset, end)
            if key in entries:
                raise duplicate_key(key, key_spans[key], span)
            colon = _colon(text, end)
            if not colon:
                raise _MalformedError(self._skip(end))
            entries[key], end = self._value(colon.end(), depth + 1)
            key_spans[key] = span
            separator = _separator(text, end)
            if not separator or separator[1] == "]":
                raise _MalformedError(self._skip(end))
            if separator[1] == "}":
                end = separator.end(1)
                return Mapping(entries, key_spans, self._span(start, end)), end
            offset = separator.end()
        raise _MalformedError(offset)

    def _sequence(self, start: int, depth: int) -> tuple[Sequence, int]:
        text = self._text
        items: list[Node] = []
        offset = self._skip(start + 1)
        if text[offset : offset + 1] == "]":
            return Sequence((), self._span(start, offset + 1)), offset + 1
        while True:
            item, end = self._value(offset, depth + 1)
            items.append(item)
            separator = _separator(text, end)
            if not separator or separator[1] == "}":
                raise _MalformedError(self._skip(end))
            if separator[1] == "]":
                end = separator.end(1)
                return Sequence(tuple(items), self._span(start, end)), end
            offset = separator.end()

    def _skip(self, offset: int) -> int:
        found = _skip(self._text, offset)
        return found.end() if found else offset

    def _flat_span(self, start: int, end: int) -> Span:
        """The span of what cannot go over a line end."""
        line = bisect_right(self._starts, start)
        before = self._starts[line - 1] - 1
        return Span(self._name, line, start - before, line, end - before)

    def _span(self, start: int, end: int) -> Span:
        line, end_line = bisect_right(self._starts, start), bisect_right(self._starts, end - 1)
        return Span(
            self._name, line, start - self._starts[line - 1] + 1, end_line, end - self._starts[end_line - 1] + 1
        )

    def syntax_fault(self, offset: int) -> NotJSONError:
        """What Python's parser says of this text; this reader stops where that does, save at what only Python takes."""
        said = "expecting value"
        if not self._text.startswith(("NaN", "Infinity", "-Infinity"), offset):
            try:
                json.loads(self._text)
            except json.JSONDecodeError as error:
                said, offset = error.msg[:1].lower() + error.msg[1:], error.pos
                said = said.removesuffix(" at").removesuffix(" starting")
            except (ValueError, RecursionError):
                pass
        here = self._text[offset : offset + 1]
        return NotJSONError(
            f"this is no JSON: {said}",
            path=self._name,
            span=self._span(offset, offset + 1),
            fix=self._fix(said, offset, here),
        )

    def _fix(self, said: str, offset: int, here: str) -> str:
        if not here:
            return "close what is still open"
        if here == "'":
            return "strings stand in double quotes"
        if here in {"/", "#"}:
            return "remove the comment: JSON has none"
        if here == "," or (here in {"}", "]"} and self._text[:offset].rstrip(" \t\r\n").endswith(",")):
            return "remove the comma that nothing follows"
        if self._text.startswith(("NaN", "Infinity", "-Infinity"), offset):
            return "write a number: JSON has no NaN and no Infinity"
        return next((fix for sign, fix in _FIXES if sign in said), "")
