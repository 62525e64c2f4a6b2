"""Intrinsic functions, evaluated to symbolic values.

Rules: AWS CloudFormation User Guide, "Intrinsic function reference" and "AWS::LanguageExtensions transform".
What cannot be known without deploying becomes `Unresolved` with its reason; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from wsconform.template.json_text import json_list, json_map, json_of, json_scalar
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, plain
from wsconform.template.values import ABSENT, Map, Part, Seq, Text, Unresolved, Value, pieces, text

LONGEST = 100_000
"""Characters that a text put together from others may have; what is longer stays unknown, so that none explodes."""

_OVERHEAD = 100
"""Bytes that a value takes beside its characters."""

_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")
_REFERENCE = "{{resolve:"


class Scope(Protocol):
    """What an intrinsic may ask of the template it stands in, in one world."""

    def ref(self, name: str, span: Span) -> Value | None:
        """What `!Ref name` gives; None for `AWS::NoValue`."""

    def attribute(self, resource: str, name: str, span: Span) -> Value:
        """What `!GetAtt resource.name` gives."""

    def condition(self, name: str) -> bool | None:
        """Whether the named condition holds; None where that cannot be told."""

    def mapping(self, name: str) -> Node | None:
        """An entry of the Mappings section."""

    def has_room(self, size: int) -> bool:
        """Whether functions may give values of `size` more, by `_size`; they are counted as given."""


def evaluate(node: Node, scope: Scope) -> Value | None:
    """The symbolic value of `node`; None where it comes to `AWS::NoValue`, so that what held it drops it."""
    if isinstance(node, Scalar):
        return literal(node.text, node.span)
    if isinstance(node, Sequence):
        items = (evaluate(item, scope) for item in node.items)
        return Seq(tuple(item for item in items if item is not None), node.span)
    if _is_function(node):
        (name, argument) = next(iter(node.entries.items()))
        function = _FUNCTIONS.get(name) or _at_deployment(name)
        given = function(argument, node.span, scope) if scope.has_room(0) else None
        if scope.has_room(_size(given)):
            return given
        return unknown("the values of this template are too long in all to be worked out", node.span)
    entries = {}
    for key, entry in node.entries.items():
        value = evaluate(entry, scope)
        if value is not None:
            entries[key] = value
    return Map(entries, node.key_spans, node.span)


def literal(written: str, span: Span) -> Text:
    """A string as written; dynamic references in it (`{{resolve:…}}`) are unknown until deployment."""
    return assembled([written], span) if _REFERENCE in written else Text((written,) if written else (), span)


def assembled(parts: list[Part], span: Span) -> Text:
    """A text put together from `parts`. A dynamic reference is unknown as a whole, with whatever stands in it."""
    whole = text(parts, span)
    if not any(isinstance(part, str) and _REFERENCE in part for part in whole.parts):
        return whole
    found: list[Part] = []
    opened: list[Part] = []
    for part in _cut_at_references(whole.parts):
        if part == _REFERENCE and not opened:
            opened = [part]
        elif part == "}}" and opened:
            key = "".join(map(str, (*opened, part)))
            found.append(Unresolved(key, f'"{key}" is read when the stack is deployed'))
            opened = []
        else:
            (opened or found).append(part)
    return text([*found, *opened], span)


def _cut_at_references(parts: tuple[Part, ...]) -> Iterator[Part]:
    """The parts, with the beginnings and ends of dynamic references as parts of their own."""
    for part in parts:
        yield from re.split(r"(\{\{resolve:|\}\})", part) if isinstance(part, str) else (part,)


def _bounded(parts: list[Part], span: Span) -> Text:
    """`assembled`, unless that would be too long to be meant."""
    if len(parts) > LONGEST or sum(map(len, map(str, parts))) > LONGEST:
        return unknown(f"the text is longer than {LONGEST:,} characters", span)
    return assembled(parts, span)


def _size(value: Value | None) -> int:
    """Roughly how many bytes a value takes beyond those of the template itself."""
    if isinstance(value, Text):
        return sum(_OVERHEAD + len(str(part)) for part in value.parts)
    if isinstance(value, Seq):
        return _OVERHEAD + sum(map(_size, value.items))
    return _OVERHEAD + sum(map(_size, value.entries.values())) if value is not None else 0


def unknown(reason: str, span: Span, key: str | None = None) -> Text:
    """A value that the template cannot tell, equal only to one of the same key (by default: of the same place)."""
    return Text((Unresolved(key if key is not None else f"{reason} at {span}", reason),), span)


def _as_text(node: Node, scope: Scope, span: Span) -> Text:
    """`node` as a text at `span`; lists and maps in its place are unknown."""
    value = evaluate(node, scope)
    if isinstance(value, Text):
        return Text(value.parts, span)
    if value is None:
        return Text((), span)
    return unknown("a list or map stands where text belongs", span)


def _arguments(node: Node, least: int) -> tuple[Node, ...] | None:
    """The argument list of a function, None where it is no list of at least `least`."""
    return node.items if isinstance(node, Sequence) and len(node.items) >= least else None


def _malformed(name: str, span: Span) -> Text:
    return unknown(f"the arguments of {name} do not have the form that CloudFormation reads", span)


def _ref(node: Node, span: Span, scope: Scope) -> Value | None:
    name = _as_text(node, scope, span).literal
    return _malformed("Ref", span) if name is None else scope.ref(name, span)


def _get_att(node: Node, span: Span, scope: Scope) -> Value | None:
    if isinstance(node, Scalar):
        resource, _, name = node.text.partition(".")
    else:
        items = _arguments(node, 2)
        names = [_as_text(item, scope, span).literal for item in items or ()]
        if not names or None in names:
            return _malformed("Fn::GetAtt", span)
        resource, name = str(names[0]), ".".join(map(str, names[1:]))
    return scope.attribute(resource, name, span)


def _sub(node: Node, span: Span, scope: Scope) -> Value | None:
    variables: dict[str, Node] = {}
    if isinstance(node, Sequence):
        if len(node.items) != 2 or not isinstance(node.items[1], Mapping):  # noqa: PLR2004 (a string and its map)
            return _malformed("Fn::Sub", span)
        variables = node.items[1].entries
        node = node.items[0]
    if not isinstance(node, Scalar):
        return _malformed("Fn::Sub", span)
    parts: list[Part] = []
    values: dict[str, list[Part]] = {}
    end = 0
    for found in _VARIABLE.finditer(node.text):
        parts.append(node.text[end : found.start()])
        end = found.end()
        escaped, name = found.group(1), found.group(2).strip()
        if escaped:
            parts.append("${" + found.group(2) + "}")
            continue
        if name not in values:
            value = _as_text(variables[name], scope, span) if name in variables else _named(name, span, scope)
            values[name] = list(value.parts)
        parts.extend(values[name])
        if len(parts) > LONGEST:
            break
    parts.append(node.text[end:])
    return _bounded(parts, span)


def _named(name: str, span: Span, scope: Scope) -> Text:
    """What a name in `${…}` stands for."""
    resource, dot, attribute = name.partition(".")
    value = scope.attribute(resource, attribute, span) if dot else scope.ref(name, span)
    if isinstance(value, Text):
        return value
    if value is None:
        return Text((), span)
    return unknown(f'"{name}" is a list, which Fn::Sub cannot hold', span)


def _join(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 2)
    if items is None:
        return _malformed("Fn::Join", span)
    delimiter = _as_text(items[0], scope, span).literal
    joined = evaluate(items[1], scope)
    if delimiter is None or joined is None or isinstance(joined, Map):
        return _malformed("Fn::Join", span)
    if isinstance(joined, Text):
        return _of_unknown_list(joined, "Fn::Join", span, f"join:{delimiter}:{joined}")
    parts: list[Part] = []
    for index, item in enumerate(joined.items):
        if not isinstance(item, Text):
            return _malformed("Fn::Join", span)
        parts.extend([delimiter] if index else [])
        parts.extend(item.parts)
    return _bounded(parts, span)


def _of_unknown_list(value: Text, name: str, span: Span, key: str) -> Text:
    """What a function of a list gives where the list is a text: one that the deployment makes a list, or a mistake."""
    if value.literal is not None:
        return _malformed(name, span)
    reason = value.unresolved.reason if value.unresolved else f'the list "{value}" is known only after deployment'
    return unknown(reason, span, key)


def _split(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 2)
    separator = _as_text(items[0], scope, span).literal if items else None
    if items is None or not separator:
        return _malformed("Fn::Split", span)
    whole = _as_text(items[1], scope, span)
    found = pieces(whole, separator)
    if found is not None:
        return Seq(tuple(found), span)
    reason = whole.unresolved.reason if whole.unresolved else f'what "{whole}" holds is known only after deployment'
    return unknown(reason, span, f"split:{separator}:{whole}")


def _select(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 2)
    if items is None:
        return _malformed("Fn::Select", span)
    index = _as_text(items[0], scope, span)
    values = evaluate(items[1], scope)
    if isinstance(values, Text):
        return _of_unknown_list(values, "Fn::Select", span, f"{values}[{index}]")
    if not isinstance(values, Seq):
        return _malformed("Fn::Select", span)
    if index.unresolved:
        return unknown(index.unresolved.reason, span, f"{_spelt(values)}[{index}]")
    # The numerals of other scripts are digits too, but no index.
    at = int(index.literal) if index.literal is not None and re.fullmatch("[0-9]{1,9}", index.literal) else None
    if at is None or at >= len(values.items):
        return _malformed("Fn::Select", span)
    return values.items[at]


def _find_in_map(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 3)
    if items is None:
        return _malformed("Fn::FindInMap", span)
    keys = [_as_text(item, scope, span) for item in items[:3]]
    path = ".".join(map(str, keys))
    is_known = all(key.literal is not None for key in keys)
    reason = f'mapping "{path}" depends on what is chosen when the stack is deployed'
    chosen = unknown(reason, span, f"map:{path}")
    if keys[0].literal is None:
        return chosen
    here = scope.mapping(keys[0].literal)
    found = [_constant(entry) for level in _entries(here, keys[1]) for entry in _entries(level, keys[2])]
    options = items[3] if len(items) > 3 else None  # noqa: PLR2004 (the mapping and its two keys)
    if isinstance(options, Mapping) and "DefaultValue" in options.entries and not (is_known and found):
        otherwise = evaluate(options.entries["DefaultValue"], scope)
        if is_known:
            return otherwise
        chosen = unknown(reason, span, f"map:{path} or {'nothing' if otherwise is None else _spelt(otherwise)}")
        if otherwise is None:
            return chosen
        found.append(otherwise)
    if not found:
        return unknown(f'mapping "{path}" has no such entry', span, f"{ABSENT if is_known else ''}map:{path}")
    return found[0] if all(_same(found[0], value) for value in found) else chosen


def _spelt(value: Value) -> str:
    """A value as the key of what is unknown about it; of equal keys only where the values are equal."""
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, Seq):
        return f"[{'|'.join(map(_spelt, value.items))}]"
    return f"{{{'|'.join(f'{key}:{_spelt(entry)}' for key, entry in value.entries.items())}}}"


def _constant(node: Node) -> Value:
    """An entry of a mapping: text or a list of texts, in which no intrinsic function may stand."""
    if isinstance(node, Scalar):
        return literal(node.text, node.span)
    if isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node.items):
        return Seq(tuple(_constant(item) for item in node.items), node.span)
    return unknown("an entry of a mapping is neither text nor a list of texts", node.span)


def _entries(node: Node | None, key: Text) -> list[Node]:
    """The entries of a mapping that `key` may name: one where it is known, all where it is not."""
    if not isinstance(node, Mapping):
        return []
    if key.literal is None:
        return list(node.entries.values())
    return [node.entries[key.literal]] if key.literal in node.entries else []


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, Text) and isinstance(other, Text):
        return one.same(other)
    if isinstance(one, Seq) and isinstance(other, Seq):
        return len(one.items) == len(other.items) and all(map(_same, one.items, other.items))
    return False


def _if(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 3)
    if items is None or not isinstance(items[0], Scalar):
        return _malformed("Fn::If", span)
    holds = scope.condition(items[0].text)
    if holds is None:
        return unknown(f'condition "{items[0].text}" cannot be told', span)
    return evaluate(items[1] if holds else items[2], scope)


def _import_value(node: Node, span: Span, scope: Scope) -> Value | None:
    name = _as_text(node, scope, span)
    return unknown(f'"{name}" is exported by another stack', span, f"import:{name}")


def _base64(node: Node, span: Span, scope: Scope) -> Value | None:
    value = _as_text(node, scope, span)
    if value.literal is None:
        return unknown("Fn::Base64 of a value known only after deployment", span, f"base64:{value}")
    from base64 import b64encode

    return _bounded([b64encode(value.literal.encode()).decode()], span)


def _at_deployment(name: str) -> Callable[[Node, Span, Scope], Value | None]:
    def function(node: Node, span: Span, _scope: Scope) -> Value | None:
        return unknown(f"{name} is computed when the stack is deployed", span, f"{name} {plain(node)} at {span}")

    return function


def _length(node: Node, span: Span, scope: Scope) -> Value | None:
    value = evaluate(node, scope)
    if isinstance(value, Seq):
        return Text((str(len(value.items)),), span)
    key = f"length:{'' if value is None else _spelt(value)} at {span}"
    return unknown("the length of this list is known only after deployment", span, key)


def _to_json_string(node: Node, span: Span, scope: Scope) -> Value | None:
    if not isinstance(node, Mapping | Sequence):
        return _malformed("Fn::ToJsonString", span)
    return _bounded(list(_json(node, scope)), span)


def _json(node: Node, scope: Scope) -> Iterator[Part]:
    """A node as JSON: numbers and booleans as they are written, what intrinsics give as text."""
    if isinstance(node, Mapping) and not _is_function(node):
        yield from json_map({key: list(_json(entry, scope)) for key, entry in node.entries.items()})
    elif isinstance(node, Sequence):
        yield from json_list(list(_json(item, scope)) for item in node.items)
    elif isinstance(node, Scalar) and not isinstance(node.value, str):
        yield json_scalar(node.value)
    else:
        value = evaluate(node, scope)
        if value is not None:
            yield from json_of(value)


def _is_function(node: Mapping) -> bool:
    """Whether a map is an intrinsic function."""
    name = next(iter(node.entries), "")
    return len(node.entries) == 1 and (name in _FUNCTIONS or name.startswith("Fn::"))


_FUNCTIONS: dict[str, Callable[[Node, Span, Scope], Value | None]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": _base64,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Cidr": _at_deployment("Fn::Cidr"),
    "Fn::GetAZs": _at_deployment("Fn::GetAZs"),
    "Fn::Transform": _at_deployment("Fn::Transform"),
}
