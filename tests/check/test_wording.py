import pytest

from wsconform.check.wording import listed, quoted


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (range(9), "0, 1, 2, 3, 4, 5, 6 and 2 more"),
    ],
)
def test_things_in_a_sentence(items: list[object], words: str) -> None:
    assert listed(items) == words


def test_what_a_template_says_is_quoted() -> None:
    assert quoted(["$connect", "send"]) == '"$connect" and "send"'
