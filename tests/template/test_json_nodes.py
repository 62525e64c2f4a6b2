"""JSON by its own rules, with places."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Mapping, Scalar, Sequence, Span, child, plain, walk
from wsconform.template.source import Source, parse


def source(text: str) -> Source:
    return parse(text.encode(), "t.json")


def extent(span: Span) -> str:
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def attempt(text: str) -> Source | TemplateError:
    try:
        return source(text)
    except TemplateError as error:
        return error


def refused(text: str) -> TemplateError:
    error = attempt(text)
    assert isinstance(error, TemplateError)
    assert error.path == "t.json"
    return error


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places(end: str) -> None:
    root = source('{\n\t"A" : [1, {"é\\n😀": "x"},\n\t\ttrue ],\n "B":{ }}\n'.replace("\n", end)).root
    assert extent(root.span) == "1:1-4:10"
    items = root.get("A")
    assert isinstance(items, Sequence)
    assert extent(root.key_span("A")) == "2:2-2:5"
    assert extent(items.span) == "2:8-3:9"
    assert [extent(item.span) for item in items.items] == ["2:9-2:10", "2:12-2:25", "3:3-3:7"]
    inner = items.items[1]
    assert isinstance(inner, Mapping)
    assert extent(inner.key_span("é\n😀")) == "2:13-2:19"
    assert [extent(node.span) for node in inner.entries.values()] == ["2:21-2:24"]
    empty = root.get("B")
    assert empty
    assert extent(empty.span) == "4:6-4:9"


def test_one_line() -> None:
    found = child(source('{"Resources":{"A":{"Type":"T","Properties":{"P":{"Ref":"B"}}}}}').root, "Resources", "A")
    place = child(found, "Properties", "P", "Ref")
    assert place
    assert extent(place.span) == "1:56-1:59"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"\/\"\\\b\f\n\r\t"', '/"\\\b\f\n\r\t'),
        (r'"\ud83d\ude00"', "😀"),
        ('"a\u2028b"', "a\u2028b"),
        ('"2012-10-17"', "2012-10-17"),
        ("0", 0),
        ("-0", "-0"),
        ("-17", -17),
        ("1234567890123456789", "1234567890123456789"),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("-1E-2", -0.01),
        ("1e999", "1e999"),
        ("null", None),
        ("[ ]", []),
        ('{"Fn::GetAtt": "A.B"}', {"Fn::GetAtt": "A.B"}),
        ('{"<<": {"x": 1}}', {"<<": {"x": 1}}),
    ],
)
def test_values(written: str, value: object) -> None:
    found = plain(source(f'{{"A": {written}}}').root)
    assert found == {"A": value}
    assert isinstance(found, dict)
    assert type(found["A"]) is type(value)


def test_a_key_of_any_length() -> None:
    key = "k" * 5000
    assert plain(source(json.dumps({key: 1})).root) == {key: 1}


@pytest.mark.parametrize(
    ("text", "place", "message", "fix"),
    [
        ('{"A": 1,\n "A": 2}', "2:2", "first at line 1, column 2, and again at line 2, column 2", "remove one"),
        ('{"A": 1, "\\u0041": 2}', "1:10", 'key "A" stands twice', "rename"),
        ("{\"A\": 'b'}", "1:7", "expecting value", "double quotes"),
        ('{"A": 1 "B": 2}', "1:9", "delimiter", ""),
        ('{"A" 1}', "1:6", "':' delimiter", ""),
        ('{"A": [1 2]}', "1:10", "delimiter", ""),
        ('{"A": [1}}', "1:9", "delimiter", ""),
        ('{"A": 1]', "1:8", "delimiter", ""),
        ('{"A": 1', "1:8", "delimiter", "close"),
        ('{"A": 1, // why\n"B": 2}', "1:10", "double quotes", "comment"),
        ("{A: 1}", "1:2", "double quotes", "double quotes"),
        ('{"A": 1, B: 1}', "1:10", "double quotes", "double quotes"),
        ('{"A": 1,, "B": 2}', "1:9", "double quotes", "comma"),
        ('{"A": 01}', "1:8", "delimiter", ""),
        ('{"A": NaN}', "1:7", "expecting value", "no NaN"),
        ('{"A": -Infinity}', "1:7", "expecting value", "no Infinity"),
        ('{"A": 1} x', "1:10", "extra data", "remove what follows"),
        ('{"A": "x', "1:7", "unterminated string", "close the string"),
        ('{"A": "\t"}', "1:8", "invalid control character", "escape it"),
        ('{"A": "\\q"}', "1:8", "invalid \\escape", "backslash"),
        ('{"A": "b\nc"}', "1:9", "control character", ""),
        ('{"A": "b', "1:7", "unterminated string", ""),
        ('{"A": "\\q"}', "1:8", "escape", ""),
        ('{"A": "\\ud83d"}', "1:7", '"\\ud83d" is half of a pair', "character itself"),
        ('{"A": ' + "9" * 5000 + ",}", "1:5008", "expecting value", "comma"),
        ("A: 1\n", "1:1", "expecting value", ""),
    ],
)
def test_refused_with_place_and_remedy(text: str, place: str, message: str, fix: str) -> None:
    error = refused(text)
    assert str(error).startswith(f"t.json:{place}: ")
    assert message in error.message
    assert fix in error.fix


def test_a_comma_too_many() -> None:
    """Python's parser places this one at the comma since 3.13, at the bracket before."""
    for text in ('{"A": 1, }', '{"A": [1, ]}'):
        error = refused(text)
        assert error.span
        assert text[error.span.column - 1] in ",}]"
        assert "comma" in error.fix


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a": [', '{"a": 1, "b":'])
@pytest.mark.parametrize("count", [101, 100_000])
def test_any_depth_ends_in_a_message(opening: str, count: int) -> None:
    assert "100 levels" in refused('{"A": ' + opening * count).message


def test_the_number_of_values_is_bounded() -> None:
    error = refused('{"A": [' + "1," * 200_000 + "1]}")
    assert "200,000 values" in error.message
    assert error.span


_PIECES = [*'[]{}:,- \n\t"\\1é', '"a"', '"b":', "\\ud83d", ".5", "e3", "nul", "true"]


@given(st.lists(st.sampled_from(_PIECES), max_size=20).map("".join))
def test_what_is_read_is_what_python_reads(text: str) -> None:
    text = f'{{"A": {text}}}'
    found = attempt(text)
    if isinstance(found, Source):
        assert json.loads(text).keys() == found.root.entries.keys()
    elif "no JSON" in found.message:
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
    else:
        assert "twice" in found.message or "half of a pair" in found.message


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(_TREES, st.sampled_from([None, 0, "\t"]), st.booleans())
def test_every_value_stands_where_it_says(tree: object, indent: int | str | None, escaped: bool) -> None:  # noqa: FBT001
    found = source(json.dumps({"A": tree}, indent=indent, ensure_ascii=escaped))
    for node in walk(found.root):
        span = node.span
        lines = [*found.lines[span.line - 1 : span.end_line - 1], found.lines[span.end_line - 1][: span.end_column - 1]]
        written = json.loads("\n".join([lines[0][span.column - 1 :], *lines[1:]]))
        if isinstance(node, Scalar):
            assert node.value == written or node.text == str(written)
        else:
            assert len(written) == len(node.items if isinstance(node, Sequence) else node.entries)
