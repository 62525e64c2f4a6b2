"""Nodes: plain values with places."""

from __future__ import annotations

from building import mapping, node
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.nodes import Mapping, Scalar, Sequence, Span, child, maps_in, plain, walk

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def span(line: int, column: int, end_line: int, end_column: int, file: str = "a.yaml") -> Span:
    return Span(file, line, column, end_line, end_column)


def test_a_span_contains_what_lies_within_it() -> None:
    outer = span(2, 5, 4, 3)
    assert outer.contains(outer)
    assert outer.contains(span(2, 9, 2, 10))
    assert outer.contains(span(3, 1, 4, 3))
    assert not outer.contains(span(2, 4, 2, 10))
    assert not outer.contains(span(3, 1, 4, 4))
    assert not outer.contains(span(3, 1, 3, 2, file="b.yaml"))


def test_a_span_reads_as_editors_take_it() -> None:
    assert str(span(2, 5, 4, 3)) == "a.yaml:2:5"


def test_a_scalar_reads_as_cloudformation_reads_it() -> None:
    values = [True, False, None, 29, 0.5, "yes", ""]
    texts = [Scalar(value, span(1, 1, 1, 1)).text for value in values]
    assert texts == ["true", "false", "", "29", "0.5", "yes", ""]


@given(JSON)
def test_plain_undoes_node(value: object) -> None:
    assert plain(node(value)) == value


@given(JSON)
def test_walk_meets_every_node_once_parents_first(value: object) -> None:
    root = node(value)
    seen = list(walk(root))
    place = {id(here): index for index, here in enumerate(seen)}
    assert len(place) == len(seen)
    for here in seen:
        below = here.entries.values() if isinstance(here, Mapping) else here.items if isinstance(here, Sequence) else ()
        indexes = [place[id(one)] for one in below]
        assert indexes == sorted(indexes)
        assert all(place[id(here)] < index for index in indexes)


@given(JSON)
def test_maps_in_meets_the_maps_in_the_same_order(value: object) -> None:
    root = node(value)
    assert list(maps_in(root)) == [here for here in walk(root) if isinstance(here, Mapping)]


def test_walk_costs_no_stack() -> None:
    root = node("deep")
    for _ in range(5_000):
        root = Sequence((root,), root.span)
    assert sum(1 for _ in walk(root)) == 5_001


def test_child_follows_keys_through_maps_only() -> None:
    root = mapping({"a": {"b": {"c": 1}}, "l": [{"b": 2}]})
    found = child(root, "a", "b", "c")
    assert isinstance(found, Scalar)
    assert found.value == 1
    assert child(root) is root
    assert child(root, "a", "x", "c") is None
    assert child(root, "l", "b") is None
    assert child(None, "a") is None


def test_a_key_without_a_place_stands_where_its_map_does() -> None:
    inner = Scalar(1, span(2, 3, 2, 4))
    here = Mapping({"a": inner, "b": inner}, {"a": span(2, 1, 2, 2)}, span(1, 1, 9, 1))
    assert here.key_span("a") == span(2, 1, 2, 2)
    assert here.key_span("b") == here.span
    assert here.get("a") is inner
    assert here.get("z") is None
