"""YAML text to nodes.

Built from the events of PyYAML's C parser, not from its composer: that one recurses once per level of nesting and is
done before anybody could bound depth or aliases. Short forms are named by cfn-flip's constructor.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

import yaml

from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, walk
from wsconform.template.reading import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_NODES,
    duplicate_key,
    nearest,
    number,
    shown,
    too_deep,
    too_long,
    too_many,
)

_Event: TypeAlias = Any  # PyYAML's types have the marks of an event optional, though the parser always sets them
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# CloudFormation user guide, "Intrinsic function reference" and "Rule-specific intrinsic functions".
SHORT_FORMS = frozenset(
    {"Ref", "Condition", "GetAtt", "Sub", "Join", "Select", "Split", "FindInMap", "If", "Equals", "And", "Or", "Not"}
    | {"ImportValue", "GetStackOutput", "Base64", "Cidr", "GetAZs", "Length", "ToJsonString", "Transform"}
    | {"Contains", "EachMemberEquals", "EachMemberIn", "RefAll", "ValueOf", "ValueOfAll"}
)

_STANDARD = "tag:yaml.org,2002:"
# CloudFormation user guide, "CloudFormation template formats": no binary, omap, pairs, set and timestamp tags.
_STANDARD_TAGS: dict[type[yaml.Event], tuple[str, ...]] = {
    yaml.ScalarEvent: ("str", "null", "bool", "int", "float"),
    yaml.SequenceStartEvent: ("seq",),
    yaml.MappingStartEvent: ("map",),
}

_TRUE = ("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE = ("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF")
_NULL = ("", "~", "null", "Null", "NULL")
_WORDS: dict[str, bool | None] = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False) | dict.fromkeys(_NULL)
# YAML 1.1's numbers less those that CloudFormation users mean as text: octal, sexagesimal, with underscores.
_NUMBER_STARTS = frozenset("-.0123456789")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*(?:[eE][-+][0-9]+)?)?|\.[0-9]+(?:[eE][-+][0-9]+)?").fullmatch

# An anchor and a tag may both stand before a value, in either order.
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]*){0,2}").match

_BLOCK_STYLES = ("|", ">")

_Place = tuple[int, int]


def build(text: str, lines: tuple[str, ...], name: str) -> Node | None:
    """The one document in `text`, or None where there is nothing but comments. `lines` are those of `text`, for places.

    Raises TemplateError on whatever is no YAML, goes beyond the bounds, or could mean nothing to CloudFormation.
    """
    if "%TAG" in text:
        _refuse_tag_directive(lines, name)
    try:
        return _Reader(text, lines, name).document()
    except (yaml.YAMLError, OverflowError, ValueError) as error:
        # Where libyaml is missing, PyYAML's own scanner lets chr() refuse an escape.
        from wsconform.template.yaml_faults import syntax_fault

        raise syntax_fault(error, text, lines, name) from None


def resolve(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar: null, booleans and plain decimal numbers; all else, dates too, is its text."""
    if text in _WORDS:
        return _WORDS[text]
    return number(text) if text[0] in _NUMBER_STARTS and _NUMBER(text) else text


def _refuse_tag_directive(lines: tuple[str, ...], name: str) -> None:
    """A `%TAG` directive renames tags, no template needs one, and libyaml takes the square of their number in time."""
    for number_, line in enumerate(lines, 1):
        if line.startswith("%TAG"):
            span = Span(name, number_, 1, number_, 5)
            raise TemplateError(
                'a "%TAG" directive has no use in a template',
                path=name,
                span=span,
                fix="remove the line",
            )


class _Anchored(NamedTuple):
    """A value that aliases may repeat, how many nodes it has, and how many levels lie below it."""

    node: Node
    size: int
    height: int


class _Reader:
    """Turns events into nodes, and plays the loader that cfn-flip's constructor asks for a tagged node's value."""

    def __init__(self, text: str, lines: tuple[str, ...], name: str) -> None:
        self._next = _Loader(text).get_event
        self._lines = lines
        self._name = name
        self._anchors: dict[str, _Anchored | None] = {}  # None while the value is still being read
        self._lengths: dict[Node, int] = {}  # of the values that aliases repeat
        self._count = 0
        self._repeated = 0
        self._deepest = 0
        self._end: _Place = (1, 1)  # where what was read last ends

    def document(self) -> Node | None:
        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        root = self._node(self._next(), 1)
        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return root
        raise self._fault(
            "a second document begins here, and a template is one document",
            self._span(event),
            fix='remove the "---" or what follows it',
        )

    @staticmethod
    def construct_scalar(node: yaml.ScalarNode) -> object:
        """What multi_constructor asks of its loader: here, values are nodes already."""
        return node.value

    def _node(self, event: _Event, depth: int) -> Node:
        """The node that `event` begins, `depth` collections deep, itself included."""
        if event.__class__ is yaml.AliasEvent:
            return self._alias(event, depth)
        anchor = event.anchor
        if anchor is None:
            return self._fresh(event, depth)
        self._anchors[anchor] = None
        count, deepest = self._count, self._deepest
        self._deepest = depth
        node = self._fresh(event, depth)
        self._anchors[anchor] = _Anchored(node, self._count - count, self._deepest - depth)
        self._deepest = max(deepest, self._deepest)
        return node

    def _alias(self, event: _Event, depth: int) -> Node:
        """The anchored value, standing where the alias stands; what is below it keeps its own places."""
        span = self._span(event)
        target = self._target(event.anchor, span)
        self._count += target.size
        if self._count > MAX_NODES:
            raise too_many(span)
        if target.node not in self._lengths:
            self._lengths[target.node] = _length(target.node)
        self._repeated += self._lengths[target.node]
        if self._repeated > MAX_CHARACTERS:
            raise too_long(span)
        self._deepest = max(self._deepest, depth + target.height)
        if self._deepest > MAX_DEPTH:
            raise too_deep(span)
        self._end = (span.end_line, span.end_column)
        return replace(target.node, span=span)

    def _target(self, anchor: str, span: Span) -> _Anchored:
        target = self._anchors.get(anchor)
        if target is not None:
            return target
        if anchor in self._anchors:
            raise self._fault(
                f'alias "*{shown(anchor)}" stands within the value that it repeats, which would never end',
                span,
                fix="write the value out",
            )
        near = nearest(shown(anchor), islice(self._anchors, 1000))
        raise self._fault(
            f'alias "*{shown(anchor)}" repeats a value that no anchor above it names',
            span,
            fix=f'did you mean "*{shown(near)}"?' if near else "mark the value with its anchor, or quote the text",
        )

    def _fresh(self, event: _Event, depth: int) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            raise too_many(self._span(event))
        if event.__class__ is yaml.ScalarEvent:
            return self._scalar(event)
        mark = event.start_mark
        start = outer = (mark.line + 1, mark.column + 1)
        short = None
        if event.tag is not None:
            short = self._short_form(event)
            depth += short is not None
        if event.tag is not None or event.anchor is not None:
            start = self._value_start(start)
        if depth > self._deepest:
            self._deepest = depth
            if depth > MAX_DEPTH:
                raise too_deep(self._span(event))
        node = (
            self._sequence(start, depth) if event.__class__ is yaml.SequenceStartEvent else self._mapping(start, depth)
        )
        return node if short is None else self._call(short, node, self._between(outer, self._end))

    def _scalar(self, event: _Event) -> Node:
        text, tag, mark, end_mark = event.value, event.tag, event.start_mark, event.end_mark
        start = (mark.line + 1, mark.column + 1)
        end = (end_mark.line + 1, end_mark.column + 1)
        if event.style in _BLOCK_STYLES:
            end = self._block_end(start, end)
        elif start[0] > len(self._lines):
            start = end = self._file_end()
        self._end = end
        if tag is None and event.anchor is None:
            # The most frequent node by far.
            return Scalar(resolve(text) if event.implicit[0] else text, Span(self._name, *start, *end))
        inner = self._between(min(self._value_start(start), end), end)
        if tag is None:
            return Scalar(resolve(text) if event.implicit[0] else text, inner)
        short = self._short_form(event)
        if short is not None:
            return self._call(short, Scalar(text, inner), self._between(start, end))
        return Scalar(text if tag in {"!", f"{_STANDARD}str"} else resolve(text), inner)

    def _sequence(self, start: _Place, depth: int) -> Sequence:
        items: list[Node] = []
        while (event := self._next()).__class__ is not yaml.SequenceEndEvent:
            items.append(self._node(event, depth + 1))
        self._close(event)
        return Sequence(tuple(items), self._between(start, self._end))

    def _mapping(self, start: _Place, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        key_spans: dict[str, Span] = {}
        merged: list[Mapping] = []
        while (event := self._next()).__class__ is not yaml.MappingEndEvent:
            key, span = self._key(event)
            if key == "<<" and event.__class__ is yaml.ScalarEvent and event.implicit[0]:
                merged.extend(self._merge_sources(depth, span))
                continue
            if key in key_spans:
                raise duplicate_key(key, key_spans[key], span)
            entries[key] = self._node(self._next(), depth + 1)
            key_spans[key] = span
        self._close(event)
        if merged:
            entries = {key: node for source in merged for key, node in source.entries.items()} | entries
            key_spans = {key: span for source in merged for key, span in source.key_spans.items()} | key_spans
        return Mapping(entries, key_spans, self._between(start, self._end))

    def _key(self, event: _Event) -> tuple[str, Span]:
        """A key's text as written, where it is a scalar that stands for itself."""
        span = self._span(event)
        if event.__class__ is yaml.ScalarEvent:
            if event.style in _BLOCK_STYLES:
                start = (span.line, span.column)
                span = self._between(start, self._block_end(start, (span.end_line, span.end_column)))
            if event.tag is not None and self._short_form(event) is not None:
                raise self._fault(
                    f'the intrinsic "{shown(event.tag)}" cannot be a key', span, fix="write the key out as text"
                )
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(Scalar(event.value, span), 1, 0)
            return event.value, span
        begun = event.__class__
        if begun is yaml.AliasEvent:
            node = self._target(event.anchor, span).node
            if isinstance(node, Scalar):
                return node.text, span
            begun = yaml.SequenceStartEvent if isinstance(node, Sequence) else yaml.MappingStartEvent
        kind = "list" if begun is yaml.SequenceStartEvent else "map"
        raise self._fault(
            f"a {kind} cannot be a key", span, fix="keys are text: quote it if its brackets are meant as text"
        )

    def _merge_sources(self, depth: int, span: Span) -> list[Mapping]:
        """The maps behind the `<<` at `span`, the one that counts most last: an earlier one in a list wins.

        What an alias merges lies no deeper than the map that it is merged into.
        """
        event = self._next()
        node = self._node(event, depth if event.__class__ is yaml.AliasEvent else depth + 1)
        nodes = list(reversed(node.items)) if isinstance(node, Sequence) else [node]
        maps = [source for source in nodes if isinstance(source, Mapping) and not _is_short_form(source)]
        if len(maps) < len(nodes):
            raise self._fault(
                'the merge key "<<" takes a map or a list of maps',
                span,
                fix='give it an alias of a map, as in "<<: *defaults"',
            )
        return maps

    def _short_form(self, event: _Event) -> str | None:
        """`Sub` for the tag `!Sub`; None for a tag of YAML's own that says what the value is anyway."""
        tag: str = event.tag
        if tag[0] == "!" and tag[1:] in SHORT_FORMS:
            return tag[1:]
        if tag == "!" or (tag.startswith(_STANDARD) and tag.removeprefix(_STANDARD) in _STANDARD_TAGS[event.__class__]):
            return None
        written = "!!" + tag.removeprefix(_STANDARD) if tag.startswith(_STANDARD) else tag
        mark = event.start_mark
        span = Span(self._name, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 1 + len(written))
        word = shown(tag).rsplit("::", 1)[-1].strip("!:,.").lower()
        forms = {name.lower(): name for name in SHORT_FORMS}
        known = forms.get(nearest(word, forms))
        raise self._fault(
            f'tag "{shown(written)}" is none that CloudFormation knows',
            span,
            fix=f'did you mean "!{known}"?' if known else "quote the value if it is meant as text",
        )

    def _call(self, short: str, argument: Node, span: Span) -> Mapping:
        """`!Sub x` as `{"Fn::Sub": x}`, as cfn-flip has it; `!GetAtt A.B` becomes `{"Fn::GetAtt": [A, B]}`."""
        from cfn_tools.yaml_loader import multi_constructor

        self._count += 1
        tagged: yaml.Node = yaml.ScalarNode(short, argument)
        place = span
        if short == "GetAtt":
            if isinstance(argument, Mapping):
                raise self._fault(
                    'the tag "!GetAtt" stands before a map', span, fix='write "!GetAtt Resource.Attribute"'
                )
            if isinstance(argument, Sequence):
                tagged = yaml.SequenceNode(short, [yaml.ScalarNode(short, item) for item in argument.items])
                place = argument.span
            else:
                tagged = yaml.ScalarNode(short, argument.value)
        call: dict[str, Any] = multi_constructor(self, short, tagged)
        name = next(iter(call))
        built = call[name]
        if isinstance(built, list):
            built = Sequence(tuple(Scalar(part, span) if isinstance(part, str) else part for part in built), place)
        return Mapping({name: built}, {}, span)

    def _span(self, event: _Event) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self._name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _between(self, start: _Place, end: _Place) -> Span:
        return Span(self._name, *start, *end)

    def _file_end(self) -> _Place:
        """Where an empty scalar at the end of the file stands; libyaml has it on the line after the last."""
        return (len(self._lines), len(self._lines[-1]) + 1)

    def _close(self, event: _Event) -> None:
        """A closing bracket ends a collection; without one, it ends where its last part does."""
        mark = event.end_mark
        if event.start_mark.column != mark.column:
            self._end = (mark.line + 1, mark.column + 1)

    def _value_start(self, start: _Place) -> _Place:
        """Where the value behind an anchor or a tag begins; comments and line ends may stand between."""
        line, column = start
        while line <= len(self._lines):
            text = self._lines[line - 1]
            found = _PROPERTIES(text, column - 1)
            after = found.end() if found else column - 1
            if after < len(text) and text[after] != "#":
                return (line, after + 1)
            line += 1
            following = self._lines[line - 1] if line <= len(self._lines) else ""
            column = len(following) - len(following.lstrip(" \t")) + 1
        return (line, column)

    def _block_end(self, start: _Place, end: _Place) -> _Place:
        """A block scalar ends with its last line that is not blank; libyaml reads on to what follows."""
        line, column = end
        if line <= len(self._lines) and self._lines[line - 1][: column - 1].strip(" \t"):
            return end
        line -= 1
        while line > start[0] and not self._lines[line - 1].strip(" \t"):
            line -= 1
        return (line, len(self._lines[line - 1]) + 1)

    def _fault(self, message: str, span: Span, *, fix: str) -> TemplateError:
        return TemplateError(message, path=self._name, span=span, fix=fix)


def _length(node: Node) -> int:
    """The characters that a value is made of."""
    length = 0
    for one in walk(node):
        if isinstance(one, Scalar):
            length += len(one.value) if isinstance(one.value, str) else 1
        elif isinstance(one, Mapping):
            length += sum(map(len, one.entries))
    return length


def _is_short_form(node: Mapping) -> bool:
    """Whether a map was written as a tagged value: its one key stands nowhere."""
    return bool(node.entries) and not node.key_spans
