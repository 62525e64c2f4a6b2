import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.report.cells import cells, fit, visible, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, and ü", "plain, and ü"),
        ("a\tb", "a    b"),
        ("a\r\nb", "a␍␊b"),
        ("\x1b[31m", "␛[31m"),
        ("\x7f\x85", "␡<U+0085>"),
        ("\u200b\u2066", "<U+200B><U+2066>"),
        ("\udc80", "<U+DC80>"),
    ],
)
def test_what_shows_nothing_or_acts_gets_a_sign(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "wide"), [("abc", 3), ("値", 2), ("e\u0301", 1), ("각", 2), ("ᄀ\u1161", 2), ("😀", 2)]
)
def test_width_in_cells(text: str, wide: int) -> None:
    assert cells(text) == wide


@pytest.mark.parametrize(("room", "shown"), [(8, "値段 abc"), (7, "値段 a…"), (3, "値…"), (2, "…"), (1, "…")])
def test_what_does_not_fit_is_cut(room: int, shown: str) -> None:
    assert fit("値段 abc", room) == shown


def test_lines_are_as_long_as_they_can_be() -> None:
    assert wrap("one two three a-very-long-word end", 9) == ["one two", "three", "a-very-long-word", "end"]


@given(st.text())
def test_visible_text_is_printable_and_can_be_encoded(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert shown.encode().decode() == shown
    assert visible(shown) == shown


@given(st.text().map(visible), st.integers(1, 30))
def test_cut_text_fits(text: str, room: int) -> None:
    assert cells(fit(text, room)) <= room


@given(st.lists(st.text(alphabet="ab値", min_size=1, max_size=12)).map(" ".join), st.integers(-5, 30))
def test_wrapped_text_fits_but_for_long_words_and_loses_nothing(text: str, room: int) -> None:
    lines = wrap(text, room)
    assert " ".join(lines) == text
    assert all(cells(line) <= room or " " not in line for line in lines)
