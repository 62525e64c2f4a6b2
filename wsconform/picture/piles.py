"""Piles: alike boxes drawn as one, so that a large API still reads at a glance."""

from __future__ import annotations

from collections import defaultdict

from wsconform.picture.graph import Box, Column, Graph, Line

LEAST = 6
"""How many boxes must be alike to become a pile."""


def pile_up(graph: Graph, least: int = LEAST) -> None:
    """Merge boxes of a column that are of one kind, without findings, and lead to the same boxes.

    Works from the right, so that routes whose integrations became one pile may become one themselves.
    """
    for column in reversed(Column):
        alike: dict[tuple[object, ...], list[Box]] = defaultdict(list)
        outgoing: dict[str, set[str]] = defaultdict(set)
        incoming: dict[str, set[str]] = defaultdict(set)
        spoilt: set[str] = set()
        for line in graph.lines:
            outgoing[line.source].add(line.target)
            incoming[line.target].add(line.source)
            if line.findings or line.broken:
                spoilt |= {line.source, line.target}
        for box in graph.boxes.values():
            if box.column is not column or box.findings or box.ghost or box.id in spoilt or box.title.startswith("$"):
                continue
            shared = frozenset(incoming[box.id]) if column is Column.FUNCTION else frozenset()
            alike[box.kind, frozenset(outgoing[box.id]), shared].append(box)
        for boxes in alike.values():
            if len(boxes) >= least:
                _merge(graph, boxes)


def _merge(graph: Graph, boxes: list[Box]) -> None:
    first = boxes[0]
    names = tuple(box.title for box in boxes)
    ids = {box.id for box in boxes}
    pile = Box(
        first.id,
        first.column,
        f"{len(boxes)} {first.kind.lower()}s",
        f"{names[0]} … {names[-1]}",
        first.kind,
        members=names,
    )
    graph.boxes = {
        key: pile if key == first.id else box for key, box in graph.boxes.items() if key not in ids or key == first.id
    }
    kept: list[Line] = []
    seen: set[tuple[str, str]] = set()
    for line in graph.lines:
        line.source = first.id if line.source in ids else line.source
        line.target = first.id if line.target in ids else line.target
        ends = (line.source, line.target)
        if first.id not in ends or ends not in seen:
            kept.append(line)
        seen.add(ends)
    graph.lines = kept
