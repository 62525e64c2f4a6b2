import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.config.expectation import NoExpectationError, read_expectation

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)


def fits(form: str, value: object, text: str) -> bool:
    return read_expectation({form: value}).reply.problem(text) is None


@given(JSON)
def test_json_is_itself_however_it_is_written(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=3, sort_keys=True)):
        assert fits("expect", value, text)
        assert fits("expect-subset", value, text)
        assert not fits("expect-nothing", value=True, text=text)


@given(JSON, JSON)
def test_json_is_nothing_else(value: object, other: object) -> None:
    same = json.dumps(value, sort_keys=True) == json.dumps(other, sort_keys=True)
    if not same and value != other:
        assert not fits("expect", value, json.dumps(other))
    assert same or not fits("expect", [value, True], json.dumps([other, 1]))


@given(st.dictionaries(st.text(), JSON), st.dictionaries(st.text(), JSON))
def test_a_subset_is_in_what_has_more(wanted: dict[str, Any], more: dict[str, Any]) -> None:
    assert fits("expect-subset", {"in": wanted}, json.dumps({"in": {**more, **wanted}, "more": more}))
    missing = {**wanted, "not there": 1}
    found = {name: value for name, value in more.items() if name != "not there"}
    assert not fits("expect-subset", missing, json.dumps(found))


@given(st.text())
def test_any_text_has_a_verdict(text: str) -> None:
    for form, value in (
        ("expect", {"a": 1}),
        ("expect-subset", {"a": [{}]}),
        ("expect-schema", {"type": "object", "required": ["a"]}),
        ("expect-regex", "a{100}"),
        ("expect-nothing", True),
    ):
        problem = read_expectation({form: value}).reply.problem(text)
        assert problem is not None
        assert problem.startswith(f"the text {text}")


@pytest.mark.parametrize(
    ("form", "value", "good", "bad"),
    [
        ("expect", {"a": True}, '{"a": true}', '{"a": 1}'),
        ("expect", 1, "1.0", "true"),
        ("expect", [], "[]", "{}"),
        ("expect", None, "null", ""),
        ("expect-subset", {"a": {"b": 1}}, '{"a": {"b": 1, "c": 2}}', '{"a": {"b": true}}'),
        ("expect-subset", [1, {"a": 1}], '[1, {"a": 1, "b": 2}]', "[1]"),
        ("expect-schema", {"required": ["a"], "type": "object"}, '{"a": 1}', "no JSON"),
        ("expect-regex", "a.b", "a\nb", "a b "),
    ],
)
def test_a_reply_fits_or_not(form: str, value: object, good: str, bad: str) -> None:
    assert fits(form, value, good)
    assert not fits(form, value, bad)


@pytest.mark.parametrize("depth", [500, 100_000])
def test_nesting_without_end_is_no_reply(depth: int) -> None:
    for form in ("expect", "expect-subset"):
        assert not fits(form, {"a": 1}, "[" * depth + "]" * depth)


@pytest.mark.parametrize("reference", ["http://127.0.0.1:9/schema", "#/nowhere"])
def test_a_schema_that_refers_elsewhere_is_said_to_do_so(reference: str) -> None:
    problem = read_expectation({"expect-schema": {"$ref": reference}}).reply.problem('"text"')
    assert problem is not None
    assert problem.startswith('the text "text": the schema cannot be used: ')
    assert reference in problem


def test_a_schema_says_where_it_is_not_satisfied() -> None:
    reply = read_expectation({"expect-schema": {"properties": {"a": {"type": "string"}}}}).reply
    problem = reply.problem('{"a": 1}')
    assert problem is not None
    assert problem.endswith("at $.a, it does not satisfy 'type' of the schema")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "must have one of expect, expect-subset, expect-schema, expect-regex, expect-nothing, and has none"),
        ({"expect": 1, "expect-regex": "1"}, "has expect and expect-regex"),
        ({"exspect": 1}, 'has a key too many: there is no key "exspect"; did you mean "expect"?'),
        ({"expect": 1, "within": 0}, "must have seconds up to 600 as within, and has 0"),
        ({"expect": 1, "within": True}, "must have seconds up to 600 as within, and has True"),
        ({"expect": 1, "within": 601}, "must have seconds up to 600 as within, and has 601"),
        ({"expect": 1, "within": float("nan")}, "has something as within that JSON has not"),
        ({"expect": 1, "repeat": 0}, "must have a number from 1 to 100 as repeat, and has 0"),
        ({"expect": 1, "repeat": 1.5}, "must have a number from 1 to 100 as repeat, and has 1.5"),
        ({"expect-regex": "("}, 'has no regular expression in "("'),
        ({"expect-regex": 1}, "must have text as expect-regex, and has 1"),
        ({"expect-schema": {"type": "strin"}}, "has no JSON Schema as expect-schema"),
        ({"expect-schema": []}, "must have a table as expect-schema"),
        ({"expect-nothing": False}, "must have true as expect-nothing, and has False"),
        ({"expect": {"on": dt.date(2026, 1, 1)}}, "has something as expect that JSON has not, such as a date"),
        ({"expect": 1, "send": dt.time(1)}, "has something as send that JSON has not, such as a date"),
    ],
)
def test_what_is_no_expectation_is_said(table: dict[str, Any], said: str) -> None:
    with pytest.raises(NoExpectationError) as error:
        read_expectation(table)
    assert said in str(error.value)


def test_what_is_sent_is_text_or_json() -> None:
    assert read_expectation({"expect": 1, "send": "as it is"}).send == "as it is"
    assert read_expectation({"expect": 1, "send": {"a": [1, None]}}).send == '{"a": [1, null]}'
    assert read_expectation({"expect": 1}).send is None
