"""Intrinsic functions, evaluated to symbolic values.

Rules: AWS CloudFormation User Guide, "Intrinsic function reference" and "AWS::LanguageExtensions transform".
What cannot be known without deploying becomes `Unresolved` with its reason; nothing is guessed.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Protocol

from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span
from wsconform.template.values import Attribute, Map, Part, Seq, Text, Unresolved, Value, split, text

DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:[^}]*\}\}")
_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


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


def evaluate(node: Node, scope: Scope) -> Value | None:
    """The symbolic value of `node`; None where it comes to `AWS::NoValue`, so that what held it drops it."""
    if isinstance(node, Scalar):
        return literal(node.text, node.span)
    if isinstance(node, Sequence):
        items = (evaluate(item, scope) for item in node.items)
        return Seq(tuple(item for item in items if item is not None), node.span)
    if len(node.entries) == 1:
        (name, argument) = next(iter(node.entries.items()))
        function = _FUNCTIONS.get(name)
        if function is not None:
            return function(argument, node.span, scope)
        if name.startswith("Fn::"):
            return unknown(f"{name} is not evaluated", node.span)
    entries = {}
    for key, entry in node.entries.items():
        value = evaluate(entry, scope)
        if value is not None:
            entries[key] = value
    return Map(entries, node.key_spans, node.span)


def literal(written: str, span: Span) -> Text:
    """A string as written; dynamic references in it (`{{resolve:…}}`) are unknown until deployment."""
    if "{{resolve:" not in written:
        return Text((written,) if written else (), span)
    parts: list[Part] = []
    end = 0
    for found in DYNAMIC_REFERENCE.finditer(written):
        parts += [
            written[end : found.start()],
            Unresolved(found.group(), f'"{found.group()}" is read when the stack is deployed'),
        ]
        end = found.end()
    return text([*parts, written[end:]], span)


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
    end = 0
    for found in _VARIABLE.finditer(node.text):
        parts.extend(literal(node.text[end : found.start()], span).parts)
        end = found.end()
        escaped, name = found.group(1), found.group(2).strip()
        if escaped:
            parts.append("${" + found.group(2) + "}")
            continue
        if name in variables:
            value: Value | None = _as_text(variables[name], scope, span)
        elif "." in name:
            resource, _, attribute = name.partition(".")
            value = scope.attribute(resource, attribute, span)
        else:
            value = scope.ref(name, span)
        if isinstance(value, Text):
            parts.extend(value.parts)
        elif value is not None:
            parts.append(Unresolved(f"${{{name}}} at {span}", f'"{name}" is a list, which Fn::Sub cannot hold'))
    parts.extend(literal(node.text[end:], span).parts)
    return text(parts, span)


def _join(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 2)
    if items is None:
        return _malformed("Fn::Join", span)
    delimiter = _as_text(items[0], scope, span)
    joined = evaluate(items[1], scope)
    if isinstance(joined, Text) and joined.unresolved:
        return Text((joined.unresolved,), span)
    if not isinstance(joined, Seq) or delimiter.literal is None:
        return _malformed("Fn::Join", span)
    parts: list[Part] = []
    for index, item in enumerate(joined.items):
        if not isinstance(item, Text):
            return _malformed("Fn::Join", span)
        parts.extend([delimiter.literal] if index else [])
        parts.extend(item.parts)
    return text(parts, span)


def _split(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 2)
    separator = _as_text(items[0], scope, span).literal if items else None
    if items is None or not separator:
        return _malformed("Fn::Split", span)
    whole = _as_text(items[1], scope, span)
    if whole.unresolved:
        return Text((whole.unresolved,), span)
    if any(isinstance(part, Attribute) and part.name != "Ref" for part in whole.parts):
        return unknown(f'"{whole}" is split, and what it holds is known only after deployment', span)
    return Seq(tuple(split(whole, separator)), span)


def _select(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 2)
    if items is None:
        return _malformed("Fn::Select", span)
    index = _as_text(items[0], scope, span).literal
    values = evaluate(items[1], scope)
    if isinstance(values, Text) and values.unresolved:
        return unknown(values.unresolved.reason, span, f"{values.unresolved.key}[{index}]")
    if not isinstance(values, Seq) or index is None or not index.isdigit() or int(index) >= len(values.items):
        return _malformed("Fn::Select", span)
    return values.items[int(index)]


def _find_in_map(node: Node, span: Span, scope: Scope) -> Value | None:
    items = _arguments(node, 3)
    if items is None:
        return _malformed("Fn::FindInMap", span)
    keys = [_as_text(item, scope, span) for item in items[:3]]
    here: Node | None = scope.mapping(keys[0].literal) if keys[0].literal is not None else None
    found = [entry for level in _entries(here, keys[1]) for entry in _entries(level, keys[2])]
    values = [value for entry in found if (value := evaluate(entry, scope)) is not None]
    if values and all(_same(values[0], value) for value in values):
        return values[0]
    if not values and len(items) > 3 and isinstance(items[3], Mapping) and "DefaultValue" in items[3].entries:  # noqa: PLR2004
        return evaluate(items[3].entries["DefaultValue"], scope)
    path = ".".join(map(str, keys))
    reason = "depends on what is chosen when the stack is deployed" if values else "has no such entry"
    return unknown(f'mapping "{path}" {reason}', span, f"map:{path}")


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
    return Text((base64.b64encode(value.literal.encode()).decode(),), span)


def _at_deployment(name: str) -> Callable[[Node, Span, Scope], Value | None]:
    def function(_node: Node, span: Span, _scope: Scope) -> Value | None:
        return unknown(f"{name} is computed when the stack is deployed", span)

    return function


def _length(node: Node, span: Span, scope: Scope) -> Value | None:
    value = evaluate(node, scope)
    if isinstance(value, Seq):
        return Text((str(len(value.items)),), span)
    return unknown("the length of this list is known only after deployment", span)


def _to_json_string(node: Node, span: Span, scope: Scope) -> Value | None:
    value = evaluate(node, scope)
    if value is None:
        return Text((), span)
    atoms: list[Part] = []

    def encode(here: Value) -> object:
        if isinstance(here, Map):
            return {key: encode(entry) for key, entry in here.entries.items()}
        if isinstance(here, Seq):
            return [encode(item) for item in here.items]
        pieces = []
        for part in here.parts:
            if isinstance(part, str):
                pieces.append(part.replace("\0", "\ufffd"))
            else:
                pieces.append(f"\0{len(atoms)}\0")
                atoms.append(part)
        return "".join(pieces)

    pieces = json.dumps(encode(value), separators=(",", ":"), ensure_ascii=False).split("\\u0000")
    return text([atoms[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces)], span)


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
