"""JSON as a symbolic text: what `Fn::ToJsonString` writes, with what is unknown left in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wsconform.template.values import Map, Part, Seq, Value


def json_scalar(value: str | float | bool | None) -> str:  # noqa: FBT001 (a value like the others)
    """A string, number, boolean or null in JSON."""
    import json

    return json.dumps(value, ensure_ascii=False)


def json_of(value: Value) -> Iterator[Part]:
    """A value as JSON; its texts are strings."""
    if isinstance(value, Map):
        yield from json_map({key: list(json_of(entry)) for key, entry in value.entries.items()})
    elif isinstance(value, Seq):
        yield from json_list(list(json_of(item)) for item in value.items)
    else:
        yield '"'
        for part in value.parts:
            yield json_scalar(part)[1:-1] if isinstance(part, str) else part
        yield '"'


def json_map(entries: Mapping[str, list[Part]]) -> Iterator[Part]:
    """An object of entries in JSON; one without any parts came to `AWS::NoValue`, and is left out."""
    kept = [[json_scalar(key), ":", *entry] for key, entry in entries.items() if entry]
    yield from _enclosed("{", kept, "}")


def json_list(items: Iterable[list[Part]]) -> Iterator[Part]:
    """A list of items in JSON; one without any parts came to `AWS::NoValue`, and is left out."""
    yield from _enclosed("[", [item for item in items if item], "]")


def _enclosed(start: str, inner: list[list[Part]], end: str) -> Iterator[Part]:
    yield start
    for index, parts in enumerate(inner):
        yield from ("," if index else "", *parts)
    yield end
