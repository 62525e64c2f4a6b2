"""Short ways to what the reading of templates works on."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from pathlib import Path

from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span
from wsconform.template.source import parse
from wsconform.template.stack import Evaluation, Stack
from wsconform.wiring.model import Wiring
from wsconform.wiring.reader import read_stack, read_wiring

SPAN = Span("t.yaml", 1, 1, 1, 2)


def node(value: object) -> Node:
    """The node of a plain value, all of it in one place."""
    if isinstance(value, dict):
        return Mapping({key: node(entry) for key, entry in value.items()}, {}, SPAN)
    if isinstance(value, (list, tuple)):
        return Sequence(tuple(node(item) for item in value), SPAN)
    assert value is None or isinstance(value, (str, int, float, bool))
    return Scalar(value, SPAN)


def mapping(value: AnyMapping[str, object]) -> Mapping:
    """The node of a plain map."""
    found = node(value)
    assert isinstance(found, Mapping)
    return found


def stack(
    text: str,
    folder: Path | None = None,
    *,
    given: dict[str, str] | None = None,
    types: tuple[str, ...] | None = None,
    passed_over: frozenset[str] = frozenset(),
) -> Stack:
    """The stack of a template in YAML that lies in `folder`."""
    path = "t.yaml" if folder is None else str(folder / "t.yaml")
    return Stack(parse(text.encode(), path), given=given, types=types, passed_over=passed_over)


def only_world(of: Stack) -> Evaluation:
    """A stack in the one world that it has."""
    (world,) = of.worlds
    return of.in_world(world)


def wirings(text: str, folder: Path | None = None, given: dict[str, str] | None = None) -> list[Wiring]:
    """The wiring of a template in YAML in each of its worlds."""
    path = "t.yaml" if folder is None else str(folder / "t.yaml")
    of = read_stack(parse(text.encode(), path), given)
    return [read_wiring(of.in_world(world)) for world in of.worlds]


def wiring(text: str, folder: Path | None = None, given: dict[str, str] | None = None) -> Wiring:
    """The wiring of a template that has one world."""
    (found,) = wirings(text, folder, given)
    return found
