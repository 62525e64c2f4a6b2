"""What a node mentions by name, and what stands behind a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import mapping, node, stack
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.mentions import argument, behind, condition, definitions_in, names_at, names_in, output
from wsconform.template.module import Module
from wsconform.template.nodes import plain

PARENT = """\
Parameters:
  Key: {Type: String}
Conditions:
  IsProd: !Equals [a, b]
Resources:
  Api: {Type: "AWS::ApiGatewayV2::Api"}
  Chat:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters:
        ApiId: !Ref Api
        Undeclared: x
"""
CHILD = """\
Parameters:
  ApiId: {Type: String}
  Alone: {Type: String}
Resources:
  Route: {Type: "AWS::ApiGatewayV2::Route"}
Outputs:
  RouteId: {Value: !Ref Route}
  Empty: {Description: no value}
"""


@pytest.fixture
def parent(tmp_path: Path) -> Module:
    (tmp_path / "child.yaml").write_text(CHILD)
    return stack(PARENT, tmp_path).root


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"Ref": "A"}, [("ref", "A")]),
        ({"Fn::GetAtt": "A.Arn"}, [("ref", "A.Arn")]),
        ({"Fn::GetAtt": ["A", "Outputs.X"]}, [("ref", "A.Outputs.X")]),
        ({"Fn::Sub": "${A}-${!B}-${ C.Arn }"}, [("ref", "A"), ("ref", "C.Arn")]),
        ({"Fn::Sub": ["${A}${V}", {"V": {"Ref": "B"}}]}, [("ref", "A"), ("ref", "V"), ("ref", "B")]),
        ({"Condition": "IsProd"}, [("condition", "IsProd")]),
        ({"Fn::If": ["IsProd", {"Ref": "A"}, ""]}, [("condition", "IsProd"), ("ref", "A")]),
        ({"Fn::Join": ["", [{"Ref": "A"}, {"Ref": "A"}]]}, [("ref", "A"), ("ref", "A")]),
        ([{"Ref": ["A"]}, {"Fn::Sub": {}}, {"Fn::Sub": []}, {"Fn::If": "x"}, {"Fn::If": []}, {"Fn::GetAtt": {}}], []),
        ({"Condition": {"StringEquals": {"a": "b"}}}, []),
        ("A", []),
    ],
)
def test_names(value: object, names: list[tuple[str, str]]) -> None:
    assert list(names_in(node(value))) == names


def test_what_a_map_mentions_itself() -> None:
    here = mapping({"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]})
    assert list(names_at(here)) == [("ref", "A")]


@given(
    st.recursive(
        st.none() | st.text("AB.${}", max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["Ref", "Fn::GetAtt", "Fn::Sub", "Fn::If", "Condition"]), inner)
        ),
    )
)
def test_names_of_any_shape(value: object) -> None:
    assert all(kind in ("ref", "condition") for kind, _ in names_in(node(value)))


def test_a_condition_is_its_own_templates(parent: Module) -> None:
    found = condition(parent, "IsProd")
    assert found is not None
    assert found.home is parent
    assert found.key == ("", "condition", "IsProd")
    assert condition(parent, "Other") is None
    assert condition(parent.children["Chat"], "IsProd") is None


def test_an_argument_is_in_the_names_of_the_parent(parent: Module) -> None:
    child = parent.children["Chat"]
    found = argument(child, "ApiId")
    assert found is not None
    assert found.home is parent
    assert found.key == ("Chat/", "argument", "ApiId")
    assert plain(found.node) == {"Ref": "Api"}
    assert argument(child, "Alone") is None
    assert argument(child, "Undeclared") is None
    assert argument(parent, "Key") is None


def test_an_output_is_in_the_names_of_the_nested_stack(parent: Module) -> None:
    found = output(parent, "Chat", "Outputs.RouteId")
    assert found is not None
    assert found.home is parent.children["Chat"]
    assert plain(found.node) == {"Ref": "Route"}
    assert [output(parent, "Chat", name) for name in ("Outputs.Empty", "Outputs.Other", "Arn")] == [None] * 3
    assert output(parent, "Api", "Outputs.RouteId") is None


def test_what_is_behind_a_name(parent: Module) -> None:
    child = parent.children["Chat"]
    found = behind(parent, "Chat.Outputs.RouteId"), behind(child, "ApiId")
    assert [one.kind if one is not None else None for one in found] == ["output", "argument"]
    assert behind(parent, "Api") is None
    assert behind(parent, "Key") is None


def test_definitions_of_every_kind(parent: Module) -> None:
    here = node({"Fn::If": ["IsProd", {"Fn::GetAtt": ["Chat", "Outputs.RouteId"]}, {"Ref": "Api"}]})
    assert [one.key for one in definitions_in(parent, here)] == [
        ("", "condition", "IsProd"),
        ("Chat/", "output", "RouteId"),
    ]
    there = node({"Fn::Sub": "${ApiId}/${Alone}"})
    assert [one.key for one in definitions_in(parent.children["Chat"], there)] == [("Chat/", "argument", "ApiId")]
