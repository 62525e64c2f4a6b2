"""The picture as SVG."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from drawing import finding, graphs
from hypothesis import given
from hypothesis import strategies as st

from wsconform.check.finding import Severity
from wsconform.picture.graph import Box, Column, Graph, Line
from wsconform.picture.layout import lay_out
from wsconform.picture.svg import COLOURS, escaped, svg_of

NAMESPACE = "{http://www.w3.org/2000/svg}"
RED, AMBER = COLOURS[Severity.ERROR], COLOURS[Severity.WARNING]


def drawn(*some: Graph) -> ET.Element:
    return ET.fromstring(svg_of([lay_out(graph) for graph in some]))  # noqa: S314 (our own text)


def texts(root: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{NAMESPACE}text")]


def lines(root: ET.Element) -> list[ET.Element]:
    return [one for one in root.iter(f"{NAMESPACE}path") if one.get("fill") == "none"]


def boxes(root: ET.Element) -> list[ET.Element]:
    return [one for one in root.iter(f"{NAMESPACE}rect") if one.get("rx")]


def small() -> Graph:
    graph = Graph("Chat")
    graph.boxes = {
        "r": Box("r", Column.ROUTE, "send", "SendRoute", "Route"),
        "f": Box("f", Column.FUNCTION, "ChatFunction", kind="Function"),
        "g": Box("g", Column.INTEGRATION, "no target", kind="missing", ghost=True),
    }
    graph.lines = [Line("r", "f", "by role"), Line("r", "g", broken=True)]
    return graph


def test_every_box_and_line_is_there() -> None:
    root = drawn(small())
    assert {"Chat", "send", "SendRoute", "ChatFunction", "no target", "by role"} <= set(texts(root))
    assert len(boxes(root)) == 3
    assert len(lines(root)) == 2


def test_what_is_broken_or_missing_is_red_and_dashed() -> None:
    root = drawn(small())
    calm, broken = lines(root)
    assert broken.get("stroke") == RED
    assert broken.get("stroke-dasharray")
    assert broken.get("marker-end") == f"url(#to-{RED[1:]})"
    assert calm.get("stroke") not in (RED, AMBER)
    assert not calm.get("stroke-dasharray")
    (ghost,) = (one for one in boxes(root) if one.get("stroke-dasharray"))
    assert ghost.get("stroke") == RED


@pytest.mark.parametrize(
    ("severity", "colour"), [(Severity.ERROR, RED), (Severity.WARNING, AMBER), (Severity.NOTE, None)]
)
def test_findings_colour_their_box_and_line_and_are_its_tooltip(severity: Severity, colour: str | None) -> None:
    graph = small()
    del graph.boxes["g"]
    one = finding(severity=severity, message='says "no"', worlds=("IsProd is true",))
    graph.boxes["r"].findings = [one, one]
    graph.lines[0].findings = [one]
    root = drawn(graph)
    strokes = {shape.get("stroke") for shape in (*boxes(root), *lines(root))}
    assert (colour in strokes) is (colour is not None)
    assert strokes & {RED, AMBER} == ({colour} if colour else set())
    titles = [title.text or "" for title in root.iter(f"{NAMESPACE}title")]
    assert sum('[a-b]: says "no" (when IsProd is true)' in title for title in titles) == 2
    assert ("2" in texts(root)) is (severity > Severity.NOTE)


def test_findings_are_listed_under_the_picture_of_their_api() -> None:
    graph = small()
    graph.findings = [
        finding(message="first"),
        finding(severity=Severity.WARNING, message="second"),
        finding(severity=Severity.NOTE, message="third"),
    ]
    said = " / ".join(texts(drawn(graph)))
    assert "error a-b, line 7: first" in said
    assert "warning a-b, line 7: second" in said
    assert "third" not in said


def test_pictures_of_several_apis_stand_one_below_the_other() -> None:
    other = small()
    other.title = "Other"
    root = drawn(small(), other)
    shifts = [one.get("transform") or "" for one in root if one.get("transform")]
    heights = [float(shift.removeprefix("translate(0 ").removesuffix(")")) for shift in shifts]
    assert heights[0] == 0
    assert heights[1] >= lay_out(small()).height
    assert float(root.get("height") or 0) > heights[1]


def test_a_pile_names_its_members_and_shows_as_one() -> None:
    graph = Graph("Chat", {"p": Box("p", Column.ROUTE, "3 routes", "a … c", "Route", members=("a", "b", "c"))})
    root = drawn(graph)
    assert len(boxes(root)) == 2
    assert [title.text for title in root.iter(f"{NAMESPACE}title")] == ["a, b, c"]


def test_long_texts_are_cut() -> None:
    graph = Graph("Chat", {"b": Box("b", Column.ROUTE, "x" * 100, "y" * 100)})
    graph.findings = [finding(message="z" * 500)]
    assert all(len(text) < 110 for text in texts(drawn(graph)))


def test_nothing_to_draw() -> None:
    assert drawn().tag == f"{NAMESPACE}svg"
    assert texts(drawn(Graph("Chat"))) == ["Chat"]


@given(st.lists(graphs(), max_size=2))
def test_any_texts_make_well_formed_xml_of_known_elements(some: list[Graph]) -> None:
    root = drawn(*some)
    tags = {one.tag.removeprefix(NAMESPACE) for one in root.iter()}
    assert tags <= {"svg", "g", "defs", "marker", "path", "rect", "circle", "text", "tspan", "title"}
    assert all(not name.startswith("on") and name != "href" for one in root.iter() for name in one.keys())  # noqa: SIM118
    assert sum(len(graph.boxes) for graph in some) <= len(boxes(root))


@given(st.text(st.characters() | st.sampled_from("<>&'\"\0\x1b\ufffe\ud800\r")))
def test_escaped_text_reads_back_without_what_no_xml_may_hold(written: str) -> None:
    def allowed(sign: str) -> bool:
        """XML 1.0, production 2."""
        code = ord(sign)
        return sign in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000

    root = ET.fromstring(f"<a>{escaped(written)}</a>")  # noqa: S314
    expected = "".join(sign if allowed(sign) else "\ufffd" for sign in written)
    assert (root.text or "") == expected.replace("\r\n", "\n").replace("\r", "\n")
