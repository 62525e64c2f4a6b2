"""A template file as read: its lines, and its values with their places."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from wsconform.records import record
from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, walk
from wsconform.template.reading import nearest, shown

MAX_BYTES = 4 * 1024 * 1024
"""Four times what CloudFormation takes from S3 (CloudFormation user guide, "CloudFormation quotas": 1 MB)."""

_UTF8_BOM = codecs.BOM_UTF8
# The first of UTF-32 begins as that of UTF-16.
_OTHER_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_HAS_RESOURCES = re.compile(rb"(?<![\w.-])Resources[\"']?\s*:").search
_HAS_API = re.compile(
    rb"AWS::(?:ApiGatewayV2::|Serverless::WebSocketApi|CloudFormation::Stack(?!\w)|Serverless::Application)"
).search
_YAML_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_JSON_LINE_END = re.compile("\r\n|[\n\r]")
_OTHER_LINE_END = re.compile("[\r\x85\u2028\u2029]").search
_JSON_START = re.compile(r'[{\[]\s*["\]}{\[]').match
# Entries of `Resources` that stand for resources yet to be made.
_GENERATED = ("Fn::ForEach::", "Fn::Transform")


@record(frozen=True, slots=True)
class Source:
    """A template file: `path` as the user named it, `lines` without their ends, `root` with intrinsics in long form."""

    path: str
    lines: tuple[str, ...]
    root: Mapping
    format: Literal["yaml", "json"] = "yaml"

    def comments(self, containing: str) -> Iterator[tuple[int, int, str]]:
        """The comments whose text has `containing` in it: line, column of the `#`, and the text behind it.

        A `#` within a quoted or block scalar begins no comment; JSON has none.
        """
        if self.format == "json":
            return
        lines = {number: line for number, line in enumerate(self.lines, 1) if "#" in line and containing in line}
        if not lines:
            return
        taken = self._taken(lines)
        for number, line in lines.items():
            column = _comment_column(line, sorted(taken[number]))
            if column and containing in line[column:]:
                yield number, column, line[column:]

    def _taken(self, lines: dict[int, str]) -> dict[int, list[tuple[int, int]]]:
        """Which columns of `lines` lie within keys and scalars, as half-open stretches."""
        taken: dict[int, list[tuple[int, int]]] = {number: [] for number in lines}
        seen: set[Span] = set()  # aliases lead to the same scalar again and again
        for span in _scalar_spans(self.root):
            if span.line == span.end_line:
                if span.line in lines:
                    taken[span.line].append((span.column, span.end_column))
                continue
            if span in seen:
                continue
            seen.add(span)
            # A comment may follow the header of a block scalar.
            is_block = self.lines[span.line - 1].startswith(("|", ">"), span.column - 1)
            for number in range(span.line + is_block, span.end_line + 1):
                if number in lines:
                    start = span.column if number == span.line else 1
                    end = span.end_column if number == span.end_line else len(lines[number]) + 1
                    taken[number].append((start, end))
        return taken

    def text_at(self, span: Span) -> str:
        """What the file has at a place, line ends included; empty for a place in another file."""
        if span.file != self.path:
            return ""
        lines = list(self.lines[span.line - 1 : span.end_line])
        if not lines:
            return ""
        if span.end_line <= len(self.lines):
            lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    def path_at(self, span: Span) -> str:
        """The keys and indexes, with `/` between, that lead to the value at `span`, or to the deepest at its start."""
        if span.file != self.path:
            return ""
        place = (span.line, span.column)
        steps: list[str] = []
        node: Node = self.root
        while node.span != span and (found := _step(node, place)):
            steps.append(found[0])
            node = found[1]
        return "/".join(steps)


def read(path: str | os.PathLike[str], name: str | None = None) -> Source:
    """The template in the file at `path`, called `name` in every place, or as `path` spells it.

    Raises TemplateError where the file cannot be read, or is no template.
    """
    name = os.fspath(path) if name is None else name
    try:
        data = _bytes_of(path)
    except FileNotFoundError:
        said, fix = "there is no such file", _meant(Path(path))
        if Path(path).is_symlink():
            said, fix = f'the link leads to "{shown(str(Path(path).readlink()))}", where no file is', "mend the link"
        raise TemplateError(said, path=name, fix=fix, is_missing=True) from None
    except IsADirectoryError:
        raise TemplateError("this is a folder, not a template", path=name, fix="name a file in it") from None
    except PermissionError:
        what = "folder" if Path(path).is_dir() else "file"
        raise TemplateError(f"the {what} may not be read: permission denied", path=name, fix="check its mode") from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise TemplateError(f"the file cannot be read: {said[:1].lower()}{said[1:]}", path=name) from None
    return parse(data, name)


def _bytes_of(path: str | os.PathLike[str]) -> bytes:
    """What is in a file, up to more than a template may have; of a pipe, only if something writes to it already."""
    with open(path, "rb", opener=_open_at_once) as file:
        if hasattr(os, "set_blocking"):
            os.set_blocking(file.fileno(), True)
        data = file.read(MAX_BYTES + 1)
        if not data and stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is a pipe, and nothing is written to it")
    return data


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def parse(data: bytes, name: str) -> Source:
    """The template that `data` is; `name` stands in every place, and one that ends in `.json` promises JSON.

    Raises TemplateError where `data` is no template.
    """
    text = _decode(data, name)
    if not text.strip():
        raise TemplateError("the file is empty", path=name, span=Span(name, 1, 1, 1, 1), fix="a template has Resources")
    source = _from_json(text, name) if text.lstrip()[0] in "{[" or name.lower().endswith(".json") else None
    if source is None:
        source = _from_yaml(text, name)
    _require_resources(source.root, name)
    return source


def looks_like_websocket(data: bytes) -> bool:
    """Whether `data` may be a template that has a WebSocket API or nests a stack: a generous guess by its bytes."""
    return _HAS_API(data) is not None and _HAS_RESOURCES(data) is not None


def _from_json(text: str, name: str) -> Source | None:
    """The template in JSON; None where it can still be YAML, and is then right or at least worth YAML's own words."""
    from wsconform.template import json_nodes

    try:
        return Source(name, _lines(text, _JSON_LINE_END), _as_root(json_nodes.build(text, name), name), "json")
    except json_nodes.NotJSONError as fault:
        if name.lower().endswith(".json"):
            raise
        if not _JSON_START(text.lstrip()):
            return None
        try:
            return _from_yaml(text, name)
        except TemplateError:
            raise fault from None


def _from_yaml(text: str, name: str) -> Source:
    from wsconform.template import yaml_nodes

    lines = _lines(text, _YAML_LINE_END)
    return Source(name, lines, _as_root(yaml_nodes.build(text, lines, name), name))


def _decode(data: bytes, name: str) -> str:
    """The text of a file, without byte order mark."""
    if len(data) > MAX_BYTES:
        raise TemplateError(
            f"the file is larger than {MAX_BYTES // 1024**2} MB, and CloudFormation takes no template over 1 MB",
            path=name,
            fix="split it into nested stacks",
        )
    for mark, encoding in _OTHER_BOMS:
        if data.startswith(mark):
            raise TemplateError(
                f"the file is not UTF-8 but {encoding}",
                path=name,
                span=Span(name, 1, 1, 1, 1),
                fix="save it as UTF-8",
            )
    data = data.removeprefix(_UTF8_BOM)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        span = _span_at_end(data[: error.start].decode(), name)
        raise TemplateError(
            f"byte 0x{data[error.start]:02x} is not UTF-8", path=name, span=span, fix="save the file as UTF-8"
        ) from None
    nul = text.find("\0")
    if nul >= 0:
        raise TemplateError(
            "the file holds a NUL byte, so it is no text",
            path=name,
            span=_span_at_end(text[:nul], name),
            fix="name a template",
        )
    return text


def _span_at_end(before: str, name: str) -> Span:
    """The one character behind the text `before`."""
    lines = _JSON_LINE_END.split(before)
    line, column = len(lines), len(lines[-1]) + 1
    return Span(name, line, column, line, column + 1)


def _lines(text: str, ends: re.Pattern[str]) -> tuple[str, ...]:
    lines = ends.split(text) if _OTHER_LINE_END(text) else text.split("\n")
    if not lines[-1]:
        lines.pop()
    return tuple(lines)


def _as_root(root: Node | None, name: str) -> Mapping:
    """A template is a map."""
    if isinstance(root, Mapping):
        return root
    if root is None or (isinstance(root, Scalar) and root.value is None):
        span = root.span if root else Span(name, 1, 1, 1, 1)
        raise TemplateError("the file holds no value", path=name, span=span, fix="a template has Resources")
    raise TemplateError(
        f"a template is a map, and this is {_kind(root)}", path=name, span=root.span, fix='begin with "Resources:"'
    )


def _require_resources(root: Mapping, name: str) -> None:
    """What `Resources` must be for anything to be read from it: a map of maps, each with a type."""
    resources = root.get("Resources")
    if resources is None:
        return
    if not isinstance(resources, Mapping):
        raise TemplateError(
            f'"Resources" must be a map, and is {_kind(resources)}',
            path=name,
            span=root.key_span("Resources"),
            fix="write each resource under its logical id",
        )
    for logical_id, resource in resources.entries.items():
        if logical_id.startswith(_GENERATED):
            continue
        if not isinstance(resource, Mapping):
            raise TemplateError(
                f'resource "{shown(logical_id)}" must be a map, and is {_kind(resource)}',
                path=name,
                span=resources.key_span(logical_id),
                fix='give it a "Type"',
            )
        type_ = resource.get("Type")
        if not isinstance(type_, Scalar) or not isinstance(type_.value, str):
            raise TemplateError(
                f'resource "{shown(logical_id)}" '
                + ('has no "Type"' if type_ is None else f'must have text as its "Type", and has {_kind(type_)}'),
                path=name,
                span=resources.key_span(logical_id) if type_ is None else resource.key_span("Type"),
                fix='write its type, such as "Type: AWS::ApiGatewayV2::Api"',
            )


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a map"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return f'"{node.text}", a boolean'
    return "text" if isinstance(node.value, str) else f'"{node.text}", a number'


def _meant(path: Path) -> str:
    """A hint at the file that was meant."""
    try:
        names = [beside.name for beside in islice(path.parent.iterdir(), 1000)]
    except (OSError, ValueError):
        return "check its path"
    near = nearest(path.name, names)
    return f'did you mean "{path.with_name(near)}"?' if near else "check its path"


def _scalar_spans(root: Mapping) -> Iterator[Span]:
    for node in walk(root):
        if isinstance(node, Scalar):
            yield node.span
        elif isinstance(node, Mapping):
            yield from node.key_spans.values()


def _comment_column(line: str, taken: list[tuple[int, int]]) -> int:
    """The column of the `#` that begins the comment of a line, 0 where it has none. `taken` is in order."""
    scalars = iter(taken)
    start, end = next(scalars, (len(line) + 1, len(line) + 1))
    column = line.find("#") + 1
    while column:
        while end <= column:
            start, end = next(scalars, (len(line) + 1, len(line) + 1))
        if column < start and (column == 1 or line[column - 2] in " \t"):
            return column
        column = line.find("#", column) + 1
    return 0


def _step(node: Node, place: tuple[int, int]) -> tuple[str, Node] | None:
    """The entry or item of `node` at `place`, with its key or index."""
    if isinstance(node, Mapping):
        line, column = place
        for key, value in node.entries.items():
            span = node.key_spans.get(key)
            end = value.span
            if end.end_line < line or (end.end_line == line and end.end_column < column):
                continue  # a large map is mostly this
            if span is None:
                # A short form: its value counts only where it stands apart from the tag.
                if _start(value.span) != _start(node.span) and _covers(value.span, place):
                    return key, value
            elif _covers(span, place) or _covers(value.span, place) or _start(span) <= place < _start(value.span):
                return key, value
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if _covers(item.span, place):
                return str(index), item
    return None


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _covers(span: Span, place: tuple[int, int]) -> bool:
    return _start(span) == place or _start(span) <= place < (span.end_line, span.end_column)
