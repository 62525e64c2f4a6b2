"""`Fn::ForEach`, written out.

Rules: AWS CloudFormation User Guide, "Fn::ForEach". Every copy keeps the place of the loop's own text.
"""

from __future__ import annotations

import re

from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, maps_in, walk
from wsconform.template.reading import MAX_CHARACTERS, MAX_NODES

LOOP = "Fn::ForEach::"
_PLACE = re.compile(r"([$&])\{(\w+)\}")
_OTHER_SIGNS = re.compile(r"[^A-Za-z0-9]")


def expand_loops(root: Mapping, parameters: dict[str, str]) -> Mapping:
    """The template with its loops written out.

    `parameters` are the values of parameters that a loop's collection may name. A loop whose collection cannot be
    told is left as it is.
    """
    if not any(key.startswith(LOOP) for node in maps_in(root) for key in node.entries):
        return root
    return _Loops(parameters).mapping(root, {})


class _Loops:
    def __init__(self, parameters: dict[str, str]) -> None:
        self._parameters = parameters
        self._nodes = self._characters = 0

    def mapping(self, node: Mapping, names: dict[str, str]) -> Mapping:
        """A map with the loops among its keys replaced by their copies."""
        entries: dict[str, Node] = {}
        spans: dict[str, Span] = {}
        for key, value in node.entries.items():
            copies = self._loop(value, names) if key.startswith(LOOP) else None
            if copies is None:
                entries[_replace(key, names)] = self.node(value, names)
                spans[_replace(key, names)] = node.key_span(key)
                continue
            for name, copy, span in copies:
                entries[name] = copy
                spans[name] = span
        return Mapping(entries, spans, node.span)

    def node(self, node: Node, names: dict[str, str]) -> Node:
        """Any node with the loop's identifiers replaced."""
        if isinstance(node, Mapping):
            if names and set(node.entries) == {"Ref"}:
                target = node.entries["Ref"]
                if isinstance(target, Scalar) and target.text in names:
                    return Scalar(names[target.text], node.span)
            return self.mapping(node, names)
        if isinstance(node, Sequence):
            return Sequence(tuple(self.node(item, names) for item in node.items), node.span)
        if names and isinstance(node.value, str):
            return Scalar(_replace(node.value, names), node.span)
        return node

    def _loop(self, node: Node, names: dict[str, str]) -> list[tuple[str, Node, Span]] | None:
        """The copies of one loop; None where it is malformed or its collection cannot be told."""
        if not isinstance(node, Sequence) or len(node.items) != 3:  # noqa: PLR2004 (identifier, collection, body)
            return None
        identifier, collection, body = node.items
        values = self._collection(collection, names)
        if not isinstance(identifier, Scalar) or not isinstance(body, Mapping) or values is None:
            return None
        if not self._has_room(body, values):
            return None
        found: list[tuple[str, Node, Span]] = []
        for value in values:
            copy = self.mapping(body, names | {identifier.text: value})
            found += [(key, entry, copy.key_span(key)) for key, entry in copy.entries.items()]
        return found

    def _has_room(self, body: Mapping, values: list[str]) -> bool:
        """Whether the copies of `body`, one per value, stay within bounds together with those made before."""
        longest = max(map(len, values), default=0)
        for node in walk(body):
            self._nodes += len(values)
            written = node.entries if isinstance(node, Mapping) else [node.text] if isinstance(node, Scalar) else ()
            for piece in written:
                self._characters += len(values) * (len(piece) + piece.count("{") * longest)
        return self._nodes <= MAX_NODES and self._characters <= MAX_CHARACTERS

    def _collection(self, node: Node, names: dict[str, str]) -> list[str] | None:
        if isinstance(node, Mapping) and isinstance(name := node.get("Ref"), Scalar):
            value = self._parameters.get(name.text)
            return None if value is None else [item.strip() for item in value.split(",")]
        if not isinstance(node, Sequence):
            return None
        values: list[str] = []
        for item in node.items:
            if isinstance(item, Scalar):
                values.append(_replace(item.text, names))
            elif (inner := self._collection(item, names)) is not None:
                values += inner
            else:
                return None
        return values


def _replace(written: str, names: dict[str, str]) -> str:
    """`${Name}` stands for the value, `&{Name}` for the value without what is not alphanumeric."""

    def value(found: re.Match[str]) -> str:
        sign, name = found.groups()
        if name not in names:
            return found.group()
        return names[name] if sign == "$" else _OTHER_SIGNS.sub("", names[name])

    return _PLACE.sub(value, written) if names else written
