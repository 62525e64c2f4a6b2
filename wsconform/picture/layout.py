"""Where each box stands: columns by role, and within a column the order with the fewest crossings.

The method is that of Sugiyama: long lines pass through place-holders, and columns are ordered by barycentre in turns.
"""

from __future__ import annotations

from collections import defaultdict

from wsconform.picture.graph import Box, Column, Graph, Line
from wsconform.records import record

WIDTH, HEIGHT = 216, 46
GAP_X, GAP_Y = 64, 18
THREAD = 10
"""The height that a passing line takes in a column."""
MARGIN, HEAD = 24, 58
LEAST_WIDTH = 640
"""So narrow may a picture be; the findings under it need room."""
ROUNDS = 8


@record(slots=True)
class Slot:
    """A box or a passing line in its column; `y` is its upper edge."""

    id: str
    column: Column
    box: Box | None = None
    y: float = 0.0

    @property
    def height(self) -> float:
        """How much of the column it takes."""
        return HEIGHT if self.box is not None else THREAD

    @property
    def middle(self) -> float:
        """Where lines meet it."""
        return self.y + self.height / 2


@record(slots=True)
class Path:
    """A line and the slots it goes through, its ends included."""

    line: Line
    slots: list[Slot]


@record(slots=True)
class Layout:
    """A graph with places, in pixels. Empty columns take no room; `x_of` gives the left edge of the others."""

    graph: Graph
    slots: list[Slot]
    paths: list[Path]
    x_of: dict[Column, float]
    width: float
    height: float


def lay_out(graph: Graph) -> Layout:
    """Place every box of a graph."""
    used = [column for column in Column if any(box.column is column for box in graph.boxes.values())]
    slots = {box.id: Slot(box.id, box.column, box) for box in graph.boxes.values()}
    columns: dict[Column, list[Slot]] = {column: [] for column in used}
    for slot in slots.values():
        columns[slot.column].append(slot)
    paths = [_path(line, slots, columns, used) for line in graph.lines if line.source in slots and line.target in slots]
    _order(columns, paths, used)
    tallest = _settle(columns, paths)
    x_of = {column: float(MARGIN + index * (WIDTH + GAP_X)) for index, column in enumerate(used)}
    return Layout(
        graph=graph,
        slots=[slot for column in columns.values() for slot in column],
        paths=paths,
        x_of=x_of,
        width=max(LEAST_WIDTH, 2 * MARGIN + len(used) * WIDTH + max(0, len(used) - 1) * GAP_X),
        height=HEAD + tallest + MARGIN,
    )


def _path(line: Line, slots: dict[str, Slot], columns: dict[Column, list[Slot]], used: list[Column]) -> Path:
    """The slots of a line, with a new place-holder in every column that it crosses."""
    start, end = slots[line.source], slots[line.target]
    between = [column for column in used if start.column < column < end.column]
    threads = [Slot(f"{line.source}>{line.target}@{column.name}", column) for column in between]
    for thread in threads:
        columns[thread.column].append(thread)
    return Path(line, [start, *threads, end])


def _order(columns: dict[Column, list[Slot]], paths: list[Path], used: list[Column]) -> None:
    """Order each column by the average place of its neighbours, to the right and back, several times."""
    left: dict[str, list[Slot]] = defaultdict(list)
    right: dict[str, list[Slot]] = defaultdict(list)
    for path in paths:
        for one, other in zip(path.slots, path.slots[1:], strict=False):
            right[one.id].append(other)
            left[other.id].append(one)
    for turn in range(ROUNDS):
        forward = turn % 2 == 0
        neighbours = left if forward else right
        for column in used if forward else reversed(used):
            place = {slot.id: index for slots in columns.values() for index, slot in enumerate(slots)}
            kept = {slot.id: index for index, slot in enumerate(columns[column])}

            def weight(
                slot: Slot,
                neighbours: dict[str, list[Slot]] = neighbours,
                place: dict[str, int] = place,
                kept: dict[str, int] = kept,
            ) -> float:
                near = [place[other.id] for other in neighbours[slot.id]]
                return sum(near) / len(near) if near else kept[slot.id]

            columns[column].sort(key=weight)


def _settle(columns: dict[Column, list[Slot]], paths: list[Path]) -> float:
    """Give every slot its height: stacked without overlap, near its neighbours. Returns the tallest column's height."""
    heights = {column: sum(slot.height + GAP_Y for slot in slots) - GAP_Y for column, slots in columns.items()}
    tallest = max(heights.values(), default=0.0)
    for column, slots in columns.items():
        y = HEAD + (tallest - heights[column]) / 2
        for slot in slots:
            slot.y = y
            y += slot.height + GAP_Y
    near: dict[str, list[Slot]] = defaultdict(list)
    for path in paths:
        for one, other in zip(path.slots, path.slots[1:], strict=False):
            near[one.id].append(other)
            near[other.id].append(one)
    for _ in range(ROUNDS):
        for slots in columns.values():
            _relax(slots, near, HEAD, HEAD + tallest)
    return tallest


def _relax(slots: list[Slot], near: dict[str, list[Slot]], top: float, bottom: float) -> None:
    """Move the slots of one column towards their neighbours, keeping their order and their distance."""
    for slot in slots:
        if near[slot.id]:
            slot.y = sum(other.middle for other in near[slot.id]) / len(near[slot.id]) - slot.height / 2
    edge = top
    for slot in slots:
        slot.y = max(slot.y, edge)
        edge = slot.y + slot.height + GAP_Y
    edge = bottom
    for slot in reversed(slots):
        slot.y = min(slot.y, edge - slot.height)
        edge = slot.y - GAP_Y
