"""The picture as a Mermaid flow chart."""

from __future__ import annotations

import re

from drawing import TEXTS, finding, graphs
from hypothesis import given
from hypothesis import strategies as st

from wsconform.check.finding import Severity
from wsconform.picture.graph import Box, Column, Graph, Line
from wsconform.picture.mermaid import mermaid_of

QUOTED = r'"[^"#<>|&%`;{}\\\n]*(?:(?:#\d+;|<br/>)[^"#<>|&%`;{}\\\n]*)*"'
LINE = re.compile(
    rf"flowchart LR|  subgraph api\d+\[{QUOTED}\]|    n\d+\[{QUOTED}\](?::::\w+)?"
    rf"|    n\d+ (?:-->|-\.->)(?:\|{QUOTED}\|)? n\d+|  end|  linkStyle \d+ stroke:#\w+,stroke-width:\dpx"
    r"|  classDef \w+ [^\n]+"
)


def test_a_small_chart() -> None:
    graph = Graph("Chat")
    graph.boxes = {
        "r": Box("r", Column.ROUTE, "send", "SendRoute"),
        "f": Box("f", Column.FUNCTION, "F", findings=[finding(severity=Severity.WARNING)]),
        "g": Box("g", Column.INTEGRATION, "no target", ghost=True),
    }
    graph.lines = [Line("r", "f", "by role"), Line("r", "g", broken=True), Line("r", "nowhere")]
    assert mermaid_of([graph]).splitlines()[:9] == [
        "flowchart LR",
        '  subgraph api0["Chat"]',
        '    n0["send<br/>SendRoute"]',
        '    n1["F"]:::doubt',
        '    n2["no target"]:::missing',
        '    n0 -->|"by role"| n1',
        "    n0 -.-> n2",
        "  end",
        "  linkStyle 1 stroke:#c62828,stroke-width:2px",
    ]


def test_severities_have_colours() -> None:
    def chart(severity: Severity) -> str:
        boxes = {name: Box(name, Column.ROUTE, name, findings=[finding(severity=severity)]) for name in "ab"}
        return mermaid_of([Graph("Chat", boxes, [Line("a", "b", findings=[finding(severity=severity)])])])

    assert ":::fault" in chart(Severity.ERROR)
    assert "linkStyle 0 stroke:#c62828" in chart(Severity.ERROR)
    assert "linkStyle 0 stroke:#b26a00" in chart(Severity.WARNING)
    assert ":::" not in chart(Severity.NOTE)
    assert "linkStyle" not in chart(Severity.NOTE)


def test_several_apis_are_numbered_through() -> None:
    graph = Graph("Chat", {"a": Box("a", Column.ROUTE, "a"), "b": Box("b", Column.FUNCTION, "b")}, [Line("a", "b")])
    broken = Graph("Other", graph.boxes, [Line("a", "b", broken=True)])
    written = mermaid_of([graph, broken])
    assert "n2 -.-> n3" in written
    assert "linkStyle 1 " in written


@given(st.lists(graphs(), max_size=2))
def test_any_texts_make_a_chart(some: list[Graph]) -> None:
    written = mermaid_of(some)
    assert written.endswith("\n")
    assert [line for line in written[:-1].split("\n") if not LINE.fullmatch(line)] == []


@given(TEXTS)
def test_what_is_written_reads_back(title: str) -> None:
    second = mermaid_of([Graph(title)]).split("\n")[1]
    inner = second.removeprefix('  subgraph api0["').removesuffix('"]').replace("<br/>", "\n")
    read = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), inner)
    assert read == "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in title)
