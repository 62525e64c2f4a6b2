"""Where boxes stand."""

from __future__ import annotations

from itertools import pairwise

from drawing import graphs
from hypothesis import given

from wsconform.picture.graph import Box, Column, Graph, Line
from wsconform.picture.layout import GAP_X, GAP_Y, HEAD, LEAST_WIDTH, MARGIN, WIDTH, Layout, Slot, lay_out


def graph(*boxes: tuple[str, Column], lines: tuple[tuple[str, str], ...] = ()) -> Graph:
    return Graph(
        "Chat", {name: Box(name, column, name) for name, column in boxes}, [Line(one, other) for one, other in lines]
    )


def crossings(found: Layout) -> int:
    """How often lines between neighbouring columns cross."""
    steps = [(one, other) for path in found.paths for one, other in pairwise(path.slots)]
    return sum(
        1
        for index, (a, b) in enumerate(steps)
        for c, d in steps[index + 1 :]
        if a.column is c.column and b.column is d.column and (a.y - c.y) * (b.y - d.y) < 0
    )


@given(graphs())
def test_nothing_overlaps_and_all_is_within_the_picture(given_graph: Graph) -> None:
    found = lay_out(given_graph)
    assert {slot.id for slot in found.slots if slot.box is not None} == set(given_graph.boxes)
    by_column: dict[Column, list[Slot]] = {}
    for slot in found.slots:
        by_column.setdefault(slot.column, []).append(slot)
        assert slot.y >= HEAD - 0.01
        assert slot.y + slot.height <= found.height - MARGIN + 0.01
        assert found.x_of[slot.column] + WIDTH <= found.width - MARGIN + 0.01
    for slots in by_column.values():
        for one, other in pairwise(sorted(slots, key=lambda slot: slot.y)):
            assert other.y - (one.y + one.height) >= GAP_Y - 0.01


@given(graphs())
def test_every_line_goes_from_its_source_through_each_column_to_its_target(given_graph: Graph) -> None:
    found = lay_out(given_graph)
    drawn = [
        line for line in given_graph.lines if line.source in given_graph.boxes and line.target in given_graph.boxes
    ]
    assert [path.line for path in found.paths] == drawn
    used = list(found.x_of)
    for path in found.paths:
        assert (path.slots[0].id, path.slots[-1].id) == (path.line.source, path.line.target)
        places = [used.index(slot.column) for slot in path.slots]
        assert places == list(range(places[0], places[-1] + 1))
        assert all(slot.box is None for slot in path.slots[1:-1])


def test_columns_stand_from_left_to_right_and_empty_ones_take_no_room() -> None:
    found = lay_out(graph(("f", Column.FUNCTION), ("c", Column.CLIENT), ("r", Column.ROUTE)))
    assert list(found.x_of) == [Column.CLIENT, Column.ROUTE, Column.FUNCTION]
    assert list(found.x_of.values()) == [MARGIN, MARGIN + WIDTH + GAP_X, MARGIN + 2 * (WIDTH + GAP_X)]


def test_an_empty_picture_has_some_room() -> None:
    found = lay_out(Graph("Chat"))
    assert (found.slots, found.paths, found.width) == ([], [], LEAST_WIDTH)


def test_lines_that_need_not_cross_do_not() -> None:
    routes = [(f"r{number}", Column.ROUTE) for number in range(6)]
    integrations = [(f"i{number}", Column.INTEGRATION) for number in range(6)]
    lines = tuple((f"r{number}", f"i{5 - number}") for number in range(6))
    assert crossings(lay_out(graph(*routes, *integrations, lines=lines))) == 0


def test_a_box_stands_level_with_what_it_leads_to() -> None:
    boxes = [("c", Column.CLIENT), ("s", Column.STAGE), *((f"r{number}", Column.ROUTE) for number in range(3))]
    found = lay_out(graph(*boxes, lines=(("c", "s"), ("s", "r0"), ("s", "r1"), ("s", "r2"))))
    middle = {slot.id: slot.middle for slot in found.slots}
    assert abs(middle["s"] - middle["r1"]) < 1
    assert abs(middle["c"] - middle["s"]) < 1
