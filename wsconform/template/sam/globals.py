"""The Globals section of a SAM template, merged into the resources that it speaks of."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Any

from wsconform.records import record
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, child, plain
from wsconform.template.sam.refusals import Cause

MERGED_TYPES = frozenset({"AWS::Serverless::Function", "AWS::Serverless::WebSocketApi"})
"""The types that are read with their Globals; the translator merges the others for itself."""


@record(slots=True)
class Merge:
    """The outcome of merging.

    `resources` are those that changed, with every value where it stands, be it in Globals. `sections` is what of
    Globals the translator can take, as plain values.
    """

    resources: dict[str, Mapping] = field(default_factory=dict)
    sections: dict[str, Any] = field(default_factory=dict)
    causes: list[Cause] = field(default_factory=list)


def merge_globals(root: Mapping, resources: dict[str, Mapping]) -> Merge:
    """Merge Globals by the translator's own rules into the resources of `MERGED_TYPES`.

    Source: SAM developer guide, "Globals section of the AWS SAM template".
    """
    merge = Merge()
    node = root.get("Globals")
    if node is None:
        return merge
    from samtranslator.model.exceptions import ExceptionWithMessage
    from samtranslator.plugins.globals.globals import Globals, InvalidGlobalsSectionException

    merge.sections, given = {}, plain(node)
    if isinstance(given, dict):
        merge.sections = given
    else:
        merge.causes.append(Cause(None, "'Globals' section is invalid. It must be a map", ("Globals",)))
    parsed = None
    while parsed is None:
        try:
            parsed = Globals({"Globals": merge.sections})
        except InvalidGlobalsSectionException as error:
            merge.causes.append(_without_the_wrong(merge.sections, error.message))
    for logical_id, resource in resources.items():
        kind = resource.get("Type")
        if not isinstance(kind, Scalar) or kind.text not in MERGED_TYPES or kind.text not in parsed.template_globals:
            continue
        own = resource.get("Properties")
        if own is not None and not isinstance(own, Mapping):
            continue
        ignored = resource.get("IgnoreGlobals")
        try:
            merged = parsed.merge(
                kind.text,
                plain(own) if own is not None else {},
                logical_id,
                plain(ignored) if ignored is not None else None,
            )
        except ExceptionWithMessage as error:
            merge.causes.append(Cause(logical_id, _last_sentence(error.message), ("IgnoreGlobals",)))
            continue
        except Exception as error:  # noqa: BLE001 (it meets what the user wrote unprepared)
            merge.causes.append(Cause(logical_id, f"Merging Globals fails ({type(error).__name__}: {error})"))
            continue
        section = child(node, kind.text.rpartition(":")[2])
        sources = [source for source in (own, section) if source is not None]
        located = _locate(merged, sources, resource.span)
        merge.resources[logical_id] = Mapping(
            {**resource.entries, "Properties": located},
            {"Properties": resource.key_span("Type"), **resource.key_spans},
            resource.span,
        )
    return merge


def _last_sentence(message: str) -> str:
    return message.partition("is invalid. ")[2] or message


def _without_the_wrong(sections: dict[str, Any], message: str) -> Cause:
    """Take out of `sections` what a message of the translator refuses, so that the rest can be merged."""
    said = re.sub(r"\. Must be one of the following values.*", "", _last_sentence(message))
    key = re.search(r"'(.*)' is not a supported property of '(.*)'", said)
    if key and isinstance(sections.get(key[2]), dict) and key[1] in sections[key[2]]:
        del sections[key[2]][key[1]]
        return Cause(None, said, ("Globals", key[2], key[1]))
    section = re.search(r"'(.*)' is not supported", said)
    if section and section[1] in sections:
        del sections[section[1]]
        return Cause(None, f"'{section[1]}' is no section of Globals", ("Globals", section[1]))
    for name in [name for name, value in sections.items() if not isinstance(value, dict)]:
        del sections[name]
        return Cause(None, f"'Globals.{name}' must be a map", ("Globals", name))
    sections.clear()
    return Cause(None, said, ("Globals",))


def _locate(value: Any, sources: list[Node], span: Span) -> Node:  # noqa: ANN401 (any plain value)
    """A merged value as nodes: each part is taken from the first of `sources` that has it, or built from theirs."""
    for source in sources:
        if _same(value, source):
            return source
    if isinstance(value, dict):
        maps = [source for source in sources if isinstance(source, Mapping)]
        span = maps[0].span if maps else span
        entries, key_spans = {}, {}
        for key, item in value.items():
            having = [source for source in maps if key in source.entries]
            entries[key] = _locate(item, [source.entries[key] for source in having], span)
            key_spans[key] = having[0].key_span(key) if having else span
        return Mapping(entries, key_spans, span)
    if isinstance(value, list):
        lists = [source for source in sources if isinstance(source, Sequence)]
        left = [item for source in reversed(lists) for item in source.items]  # those of Globals come first
        items = []
        for item in value:
            found = next((node for node in left if _same(item, node)), None)
            if found is not None:
                left.remove(found)
            items.append(found if found is not None else _locate(item, [], span))
        return Sequence(tuple(items), lists[0].span if lists else span)
    return Scalar(value, span)


def _same(value: object, node: Node) -> bool:
    """Whether a node has just this value."""
    if isinstance(node, Mapping):
        return (
            isinstance(value, dict)
            and len(value) == len(node.entries)
            and all(key in value and _same(value[key], item) for key, item in node.entries.items())
        )
    if isinstance(node, Sequence):
        return isinstance(value, list) and len(value) == len(node.items) and all(map(_same, value, node.items))
    return value == node.value
