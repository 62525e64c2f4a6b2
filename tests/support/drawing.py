"""Graphs to lay out and to draw."""

from __future__ import annotations

from hypothesis import strategies as st

from wsconform.check.finding import Finding, Severity
from wsconform.picture.graph import Box, Column, Graph, Line
from wsconform.template.nodes import Span


def finding(  # noqa: PLR0913 (each is a field of a finding)
    resource: str | None = "Route",
    *,
    path: str = "Resources/Route",
    severity: Severity = Severity.ERROR,
    check: str = "a-b",
    message: str = "wrong",
    worlds: tuple[str, ...] = (),
) -> Finding:
    """A finding, with what a picture shows of it."""
    return Finding(
        check=check,
        severity=severity,
        api="Chat",
        resource=resource,
        path=path,
        span=Span("t.yaml", 7, 1, 7, 2),
        message=message,
        label="",
        why="why",
        fix="fix",
        docs="docs",
        worlds=worlds,
    )


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from(list("<>&\"'\n\r\t\0\x1b\ufffe#`%{}|;\\")), max_size=40)
FINDINGS = st.builds(
    finding,
    st.none() | st.sampled_from(["A", "B"]),
    severity=st.sampled_from(list(Severity)),
    message=TEXTS,
    worlds=st.lists(TEXTS, max_size=2).map(tuple),
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph whose lines lead from left to right, or stay open."""
    graph = Graph(draw(TEXTS))
    for number in range(draw(st.integers(0, 12))):
        graph.boxes[f"b{number}"] = Box(
            f"b{number}",
            draw(st.sampled_from(list(Column))),
            draw(TEXTS),
            draw(TEXTS),
            draw(st.sampled_from(["Route", "Function"])),
            ghost=draw(st.booleans()),
            findings=draw(st.lists(FINDINGS, max_size=2)),
            members=tuple(draw(st.lists(TEXTS, max_size=2))),
        )
    names = st.sampled_from([*graph.boxes, "nowhere"])
    for source, target in draw(st.lists(st.tuples(names, names), max_size=16)):
        ends = graph.boxes.get(source), graph.boxes.get(target)
        if ends[0] is None or ends[1] is None or ends[0].column < ends[1].column:
            findings = draw(st.lists(FINDINGS, max_size=1))
            graph.lines.append(Line(source, target, draw(TEXTS), findings, draw(st.booleans())))
    graph.findings = draw(st.lists(FINDINGS, max_size=3))
    return graph
