"""`Fn::ForEach`, written out."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping

import pytest
from building import mapping, node
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.foreach import expand_loops
from wsconform.template.nodes import Mapping, child, plain, walk
from wsconform.template.reading import MAX_CHARACTERS, MAX_NODES
from wsconform.template.source import parse

ROUTES = """\
Resources:
  Fn::ForEach::Routes:
    - Key
    - [send, join-room]
    - Route&{Key}:
        Type: AWS::ApiGatewayV2::Route
        Properties:
          RouteKey: ${Key}
          OperationName: !Ref Key
          Target: !Sub integrations/${IntegrationOf&{Key}}
"""


def expanded(template: AnyMapping[str, object], **parameters: str) -> object:
    return plain(expand_loops(mapping(template), parameters))


def loop(collection: object, body: object, name: str = "N") -> list[object]:
    return [name, collection, body]


def test_a_loop_over_resources() -> None:
    resources = expanded(plain_of(ROUTES))
    assert resources == {
        "Resources": {
            f"Route{name}": {
                "Type": "AWS::ApiGatewayV2::Route",
                "Properties": {
                    "RouteKey": key,
                    "OperationName": key,
                    "Target": {"Fn::Sub": f"integrations/${{IntegrationOf{name}}}"},
                },
            }
            for key, name in (("send", "send"), ("join-room", "joinroom"))
        }
    }


def plain_of(text: str) -> dict[str, object]:
    found = plain(parse(text.encode(), "t.yaml").root)
    assert isinstance(found, dict)
    return found


def test_every_copy_stands_where_the_loop_does() -> None:
    root = expand_loops(parse(ROUTES.encode(), "t.yaml").root, {})
    resources = root.get("Resources")
    assert isinstance(resources, Mapping)
    assert {str(resources.key_span(name)) for name in resources.entries} == {"t.yaml:5:7"}
    key = child(resources, "Routejoinroom", "Properties", "RouteKey")
    assert key is not None
    assert str(key.span) == "t.yaml:8:21"


def test_a_template_without_loops_stays_the_same_object() -> None:
    root = mapping({"Resources": {"A": {"Type": "T"}}})
    assert expand_loops(root, {}) is root


@pytest.mark.parametrize("section", ["Conditions", "Resources", "Outputs"])
def test_in_any_section(section: str) -> None:
    found = expanded({section: {"Fn::ForEach::L": loop(["a", "b"], {"X${N}": {"k": "${N}"}}), "Y": "z"}})
    assert found == {section: {"Xa": {"k": "a"}, "Xb": {"k": "b"}, "Y": "z"}}


def test_in_properties() -> None:
    body = {"Prop${N}": {"Fn::GetAtt": ["F${N}", "Arn"]}}
    properties = {"Fn::ForEach::L": loop(["1", "2"], body), "Other": [{"Fn::ForEach::M": loop(["x"], {"${N}": "N"})}]}
    assert expanded({"Resources": {"A": {"Properties": properties}}}) == {
        "Resources": {
            "A": {
                "Properties": {
                    "Prop1": {"Fn::GetAtt": ["F1", "Arn"]},
                    "Prop2": {"Fn::GetAtt": ["F2", "Arn"]},
                    "Other": [{"x": "N"}],
                }
            }
        }
    }


def test_nested_loops() -> None:
    inner = {"Fn::ForEach::Inner": loop(["a", "${O}b"], {"${O}${N}": {"Ref": "O"}})}
    assert expanded({"Fn::ForEach::Outer": loop(["x", "y"], inner, name="O")}) == {
        "xa": "x",
        "xxb": "x",
        "ya": "y",
        "yyb": "y",
    }


def test_over_a_parameter() -> None:
    template = {"Fn::ForEach::L": loop({"Ref": "Keys"}, {"R${N}": "${N}"})}
    assert expanded(template, Keys="a, b,c") == {"Ra": "a", "Rb": "b", "Rc": "c"}


def test_over_a_list_with_parameters_in_it() -> None:
    template = {"Fn::ForEach::L": loop(["a", {"Ref": "Keys"}], {"R${N}": 1})}
    assert expanded(template, Keys="b,c") == {"Ra": 1, "Rb": 1, "Rc": 1}


def test_values_are_put_in_all_at_once() -> None:
    inner = {"Fn::ForEach::Inner": loop(["${O}"], {"k": "${N}${O}"})}
    assert expanded({"Fn::ForEach::Outer": loop(["${N}"], inner, name="O")}) == {"k": "${N}${N}"}


@pytest.mark.parametrize(
    "written",
    [
        loop({"Ref": "Unknown"}, {"a": "b"}),
        loop({"Fn::Split": [",", "a,b"]}, {"a": "b"}),
        loop(["a", {"Ref": "Unknown"}], {"a": "b"}),
        loop("a", {"a": "b"}),
        loop(["a"], ["b"]),
        loop(["a"], "b"),
        [["N"], ["a"], {"a": "b"}],
        ["N", ["a"]],
        {"N": "a"},
        "text",
        None,
    ],
)
def test_a_loop_that_cannot_be_told_is_left_as_it_is(written: object) -> None:
    template = {"Resources": {"Fn::ForEach::L": written, "A": "b"}}
    assert expanded(template) == template


def test_in_one_that_is_left_the_names_of_loops_around_it_are_put_in() -> None:
    inner = {"Fn::ForEach::In${O}": loop({"Ref": "Unknown"}, {"${O}": "${N}"})}
    assert expanded({"Fn::ForEach::Outer": loop(["x"], inner, name="O")}) == {
        "Fn::ForEach::Inx": ["N", {"Ref": "Unknown"}, {"x": "${N}"}]
    }


def test_a_runaway_loop_is_left_as_it_is() -> None:
    numbers = [str(number) for number in range(100)]
    body: object = {"${A}${B}${C}": [{"k": "v"}]}
    for name in "CBA":
        body = {f"Fn::ForEach::{name}": loop(numbers, body, name=name)}
    root = expand_loops(mapping({"Resources": body}), {})
    assert sum(1 for _ in walk(root)) < 3 * MAX_NODES


def test_a_loop_that_would_fill_the_memory_with_text_is_left_as_it_is() -> None:
    long = "x" * 10_000
    template: dict[str, object] = {"Fn::ForEach::L": loop([long], {"k": "${N}" * (MAX_CHARACTERS // 10_000)})}
    assert expanded(template) == template


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("N${}&ab", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["Fn::ForEach::L", "Fn::ForEach::M", "Ref", "a", "${N}"]), inner, max_size=3)
    ),
    max_leaves=16,
)


@given(st.dictionaries(st.sampled_from(["Fn::ForEach::L", "Resources"]), JSON, max_size=2), st.text("N,a", max_size=4))
def test_loops_of_any_shape_are_written_out_or_left(template: dict[str, object], value: str) -> None:
    assert isinstance(expand_loops(mapping(template), {"N": value}), Mapping)


@given(st.lists(st.text("ab-1", min_size=1, max_size=3), max_size=5, unique=True))
def test_a_loop_is_as_its_copies_written_by_hand(values: list[str]) -> None:
    body = {"K${N}": {"Ref": "N"}, "L${N}": [{"v": "-${N}-"}]}
    by_hand = {
        name: entry for value in values for name, entry in ((f"K{value}", value), (f"L{value}", [{"v": f"-{value}-"}]))
    }
    assert expanded({"Fn::ForEach::L": loop(values, body)}) == plain(node(by_hand))
