from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsconform.report.cells import cells
from wsconform.report.excerpt import MOST_LINES, Excerpt, Mark, excerpt
from wsconform.template.nodes import Span

FILE = "template.yaml"


@dataclass(frozen=True)
class File:
    path: str
    lines: Sequence[str]


def span(line: int, column: int, end_column: int, end_line: int | None = None) -> Span:
    return Span(FILE, line, column, line if end_line is None else end_line, end_column)


def drawn(lines: Sequence[str], main: Span, label: str = "", *others: Mark, width: int = 60) -> Excerpt:
    return excerpt(Mark(main, label, "error"), others, lambda _: File(FILE, lines), width=width)


def body(lines: Sequence[str], main: Span, label: str = "", *others: Mark, width: int = 60) -> list[str]:
    """The lines between the first bar and the last."""
    shown = drawn(lines, main, label, *others, width=width).lines
    assert shown[1] == shown[-1] == "   |"
    return shown[2:-1]


def test_the_place_comes_first() -> None:
    assert drawn(["Key: value"], span(1, 6, 11)).lines == [
        "  --> template.yaml:1:6",
        "   |",
        " 1 | Key: value",
        "   |      ^^^^^",
        "   |",
    ]


def test_what_is_nested_below_a_key_tells_where_it_is() -> None:
    lines = ["Resources:", "  First:", "    Type: A", "  Route:", "    Type: B", "    Properties:", "      X: 1"]
    assert body(lines, span(4, 3, 8)) == [
        " 4 |   Route:",
        "   |   ^^^^^",
        " 5 |     Type: B",
        " 6 |     Properties:",
    ]


def test_else_the_lines_above_do_but_for_blank_ones() -> None:
    assert body(["A: 1", "", "B: 2", "C: 3"], span(4, 4, 5)) == [" 3 | B: 2", " 4 | C: 3", "   |    ^"]


def test_a_gap_of_one_line_is_shown_and_a_wider_one_is_not() -> None:
    lines = [f"K{number}: v" for number in range(1, 13)]
    others = [Mark(span(4, 5, 6), "near"), Mark(span(12, 5, 6), "far")]
    assert body(lines, span(6, 5, 6), "here", *others) == [
        " 4 | K4: v",
        "   |     - near",
        " 5 | K5: v",
        " 6 | K6: v",
        "   |     ^ here",
        "...",
        "12 | K12: v",
        "   |     - far",
    ]


def test_two_marks_on_a_line_are_underlined_one_by_one() -> None:
    assert body(["A: [b, c]"], span(1, 5, 6), "this", Mark(span(1, 8, 9), "and that")) == [
        " 1 | A: [b, c]",
        "   |     ^ this",
        "   |        - and that",
    ]


def test_of_a_long_line_the_part_around_the_value_is_shown() -> None:
    line = "x" * 100 + "VALUE" + "y" * 100
    assert body([line], span(1, 101, 106), width=45) == [
        f" 1 | …{'x' * 13}VALUE{'y' * 20}…",
        f"   | {' ' * 14}^^^^^",
    ]


def test_a_long_value_is_shown_from_its_beginning() -> None:
    assert body(["Uri: " + "u" * 100], span(1, 6, 106), width=45) == [
        f" 1 | Uri: {'u' * 34}…",
        f"   |      {'^' * 35}",
    ]


def test_a_value_that_fits_is_shown_with_the_beginning_of_its_line() -> None:
    line = "      Description: " + "d" * 15 + " # " + "c" * 50
    assert body([line], span(1, 20, 35), width=45)[0].startswith(" 1 |       Description: ddd")


def test_a_template_on_one_line_of_a_megabyte() -> None:
    line = '{"a": "' + "é" * 500_000 + '", "Target": "wrong", "b": "' + "é" * 500_000 + '"}'
    start = line.index('"wrong"') + 1
    source, signs = body([line], span(1, start, start + 7), width=60)
    assert cells(source) <= 60
    assert source[signs.index("^") : signs.rindex("^") + 1] == '"wrong"'


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "signs"),
    [
        ("\tKey:\tvalue", 7, 12, "    Key:    value", "            ^^^^^"),
        ("名前: 値", 5, 6, "名前: 値", "      ^^"),
        ("e\u0301: v", 5, 6, "e\u0301: v", "   ^"),
        ("a: \x1b[31mb", 4, 10, "a: ␛[31mb", "   ^^^^^^"),
        ("a: \x7fb", 5, 6, "a: ␡b", "    ^"),
        ("a: \u202eb", 5, 6, "a: <U+202E>b", "           ^"),
        ("a: \ud800b", 5, 6, "a: <U+D800>b", "           ^"),
        ("a:\u00a0b", 3, 4, "a:<U+00A0>b", "  ^^^^^^^^"),
    ],
    ids=["tab", "wide", "combining", "escape", "delete", "direction", "surrogate", "hard space"],
)
def test_signs_stand_below_the_value_whatever_the_line_holds(
    line: str, column: int, end: int, shown: str, signs: str
) -> None:
    assert body([line], span(1, column, end)) == [f" 1 | {shown}", f"   | {signs}"]


def test_of_a_value_of_several_lines_the_first_is_underlined() -> None:
    assert body(["A:  ", "  b: c", "  d: e"], span(1, 1, 7, end_line=3), "all this")[:2] == [
        " 1 | A:",
        "   | ^^… all this",
    ]


def test_a_value_that_ends_where_the_next_line_begins_has_one_line() -> None:
    assert body(["A: bc", "D: e"], span(1, 4, 1, end_line=2)) == [" 1 | A: bc", "   |    ^^"]


@pytest.mark.parametrize(
    ("place", "number", "sign"),
    [
        (span(1, 5, 6), 1, "    ^"),
        (span(1, 90, 99), 1, "    ^"),
        (span(1, 5, 1, end_line=9), 1, "    ^…"),
        (span(2, 1, 1), 2, "^"),
        (span(9, 3, 4), 9, "^"),
    ],
    ids=["at the line's end", "beyond it", "on to nowhere", "behind the last line", "far behind it"],
)
def test_a_place_where_nothing_stands_has_one_sign(place: Span, number: int, sign: str) -> None:
    assert body(["A: b"], place)[-2:][0].startswith(f"{number:>2} |")
    assert body(["A: b"], place)[-1] == f"   | {sign}"


def test_a_label_without_room_beside_the_signs_stands_below() -> None:
    line = " " * 20 + "to the very end"
    assert body([line], span(1, 21, 36), "this is too long for here", width=40) == [
        f" 1 | {line}",
        f"   | {' ' * 20}{'^' * 15}",
        f"   | {' ' * 10}this is too long for here",
    ]


def test_a_very_long_label_is_cut() -> None:
    shown = body(["value"], span(1, 1, 6), "word " * 40, width=40)
    assert len(shown) == 4
    assert shown[-1].endswith("…")


def test_places_in_a_file_that_nobody_has_are_named() -> None:
    other = Mark(Span("handler.py", 7, 5, 7, 9), "is called here")
    assert drawn(["A: b"], span(1, 4, 5), "", other).lines[-3:] == [
        "   |",
        "  ::: handler.py:7:5",
        "   = is called here",
    ]


def test_second_places_without_room_are_left_to_the_caller() -> None:
    others = [Mark(span(line, 1, 2), f"number {line}") for line in range(10, 90, 10)]
    shown = drawn(["K: v"] * 99, span(1, 1, 2), "", *others)
    assert len(shown.lines) <= MOST_LINES
    assert [mark.label for mark in shown.left_out] == [mark.label for mark in others[2:]]


MARKS = st.builds(
    Mark,
    st.builds(Span, st.sampled_from([FILE, "other.yaml", "gone.yaml"]), *(st.integers(0, 120) for _ in range(4))),
    st.text(max_size=80),
    st.sampled_from(["error", "second"]),
)
LINES = st.lists(
    st.text(max_size=30)
    | st.text(alphabet="ab \té値\u0301\x1b\u202e😀\ud800", max_size=130)
    | st.integers(80, 120).map(lambda length: "値x" * length),
    max_size=8,
)


@settings(max_examples=200)
@given(lines=LINES, other=LINES, main=MARKS, others=st.lists(MARKS, max_size=4), width=st.integers(0, 120))
def test_any_place_in_any_text_fits(
    lines: list[str], other: list[str], main: Mark, others: list[Mark], width: int
) -> None:
    files = {FILE: File(FILE, lines), "other.yaml": File("other.yaml", other)}
    shown = excerpt(main, others, lambda span: files.get(span.file, files[FILE]), width=width)
    assert len(shown.lines) <= MOST_LINES
    assert shown.left_out == others[len(others) - len(shown.left_out) :]
    for line in shown.lines:
        assert line == line.rstrip()
        assert line.isprintable()
        if " --> " not in line and " ::: " not in line:
            assert cells(line) <= max(40, width)


@settings(max_examples=200)
@given(
    before=st.text(max_size=200),
    value=st.text(min_size=1, max_size=20),
    after=st.text(max_size=200),
    width=st.integers(60, 120),
)
def test_the_signs_are_as_wide_as_the_value(before: str, value: str, after: str, width: int) -> None:
    plain = [text if text.isascii() else "" for text in (before, after)]
    line = plain[0] + "<" + value.replace(" ", "_") + ">" + plain[1]
    start = len(plain[0]) + 1
    source, signs = body([line], span(1, start, start + len(value) + 2), width=width)[-2:]
    left = signs.index("^")
    at = 0
    for index, character in enumerate(source):
        if at == left:
            assert source[index:].startswith("<")
            break
        at += cells(character)
    assert signs == signs[:left] + "^" * (len(signs) - left)
