"""Piles of boxes that are alike."""

from __future__ import annotations

from drawing import finding, graphs
from hypothesis import given

from wsconform.picture.graph import Box, Column, Graph, Line
from wsconform.picture.layout import lay_out
from wsconform.picture.piles import LEAST, pile_up


def routes(count: int = LEAST, *, integrations: bool = False) -> Graph:
    """A stage with routes to one function, or to an integration each that leads there."""
    graph = Graph("Chat", {"s": Box("s", Column.STAGE, "v1"), "f": Box("f", Column.FUNCTION, "F", kind="Function")})
    for number in range(count):
        graph.boxes[f"r{number}"] = Box(f"r{number}", Column.ROUTE, f"key{number}", kind="Route")
        graph.lines.append(Line("s", f"r{number}"))
        target = "f"
        if integrations:
            target = f"i{number}"
            graph.boxes[target] = Box(target, Column.INTEGRATION, f"I{number}", kind="Integration")
            graph.lines.append(Line(target, "f"))
        graph.lines.append(Line(f"r{number}", target))
    return graph


def shape(graph: Graph) -> tuple[list[str], list[tuple[str, str]]]:
    return [box.title for box in graph.boxes.values()], [(line.source, line.target) for line in graph.lines]


def test_many_alike_become_one_that_names_them() -> None:
    graph = routes()
    pile_up(graph)
    assert shape(graph) == (["v1", "F", "6 routes"], [("s", "r0"), ("r0", "f")])
    pile = graph.boxes["r0"]
    assert pile.members == tuple(f"key{number}" for number in range(LEAST))
    assert pile.subtitle == "key0 … key5"


def test_fewer_stay_as_they_are() -> None:
    graph = routes(LEAST - 1)
    before = shape(graph)
    pile_up(graph)
    assert shape(graph) == before
    pile_up(graph, least=2)
    assert shape(graph)[0] == ["v1", "F", "5 routes"]


def test_what_leads_to_a_pile_may_be_one_itself() -> None:
    graph = routes(integrations=True)
    pile_up(graph)
    assert sorted(shape(graph)[0]) == ["6 integrations", "6 routes", "F", "v1"]
    assert len(graph.lines) == 3


def test_what_is_said_of_one_keeps_it_apart() -> None:
    graph = routes(LEAST + 3)
    graph.boxes["r0"].findings.append(finding())
    graph.boxes["r1"].title = "$connect"
    graph.lines[4].findings.append(finding())
    pile_up(graph)
    assert sorted(shape(graph)[0]) == ["$connect", "6 routes", "F", "key0", "key2", "v1"]
    assert sum(len(line.findings) for line in graph.lines) == 1


def test_broken_lines_and_what_is_missing_stay() -> None:
    graph = routes(LEAST + 1)
    graph.lines[0].broken = True
    for number in range(LEAST):
        graph.boxes[f"g{number}"] = Box(f"g{number}", Column.INTEGRATION, "no target", kind="missing", ghost=True)
    pile_up(graph)
    titles = shape(graph)[0]
    assert titles.count("no target") == LEAST
    assert "6 routes" in titles
    assert "key0" in titles


def test_functions_that_others_lead_to_differently_stay() -> None:
    graph = Graph("Chat")
    for number in range(LEAST):
        graph.boxes[f"p{number}"] = Box(f"p{number}", Column.PERMISSION, "P", kind=f"K{number}")
        graph.boxes[f"f{number}"] = Box(f"f{number}", Column.FUNCTION, "F", kind="Function")
        graph.lines.append(Line(f"p{number}", f"f{number}"))
    pile_up(graph)
    assert len(graph.boxes) == 2 * LEAST


@given(graphs())
def test_nothing_that_matters_is_lost(graph: Graph) -> None:
    findings = [id(one) for box in graph.boxes.values() for one in box.findings]
    findings += [id(one) for line in graph.lines for one in line.findings]
    titles = sorted(box.title for box in graph.boxes.values())
    broken = sum(line.broken for line in graph.lines)
    pile_up(graph, least=2)
    left = [id(one) for box in graph.boxes.values() for one in box.findings]
    left += [id(one) for line in graph.lines for one in line.findings]
    assert sorted(left) == sorted(findings)
    piles = [box for box in graph.boxes.values() if box.title == f"{len(box.members)} {box.kind.lower()}s"]
    assert len(titles) == len(graph.boxes) + sum(len(box.members) - 1 for box in piles if box.members)
    assert sum(line.broken for line in graph.lines) == broken
    ends = {end for line in graph.lines for end in (line.source, line.target)}
    assert ends <= {*graph.boxes, "nowhere"}
    lay_out(graph)
