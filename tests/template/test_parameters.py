"""The Parameters section."""

from __future__ import annotations

import pytest
from building import SPAN, mapping
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.parameters import Parameter, read_parameters
from wsconform.template.values import Attribute, Part, Seq, Text, Unresolved, Value, text


def parameter(kind: str, **fields: object) -> Parameter:
    return read_parameters(mapping({"Parameters": {"P": {"Type": kind, **fields}}}))["P"]


def items(value: Value) -> list[tuple[Part, ...]]:
    assert isinstance(value, Seq)
    return [item.parts for item in value.items if isinstance(item, Text)]


def atom(value: Value) -> Unresolved:
    assert isinstance(value, Text)
    assert isinstance(value.atom, Unresolved)
    return value.atom


def test_defaults_and_allowed_values_are_read_as_text() -> None:
    found = parameter("Number", Default=1, AllowedValues=[1, 2.5, True, None, {"no": "value"}])
    assert (found.name, found.type, found.default) == ("P", "Number", "1")
    assert found.allowed == ("1", "2.5", "true", "")


@pytest.mark.parametrize(
    ("kind", "value", "disallowed"),
    [
        ("String", "a", None),
        ("String", "a,b", "a,b"),
        ("String", " a", " a"),
        ("CommaDelimitedList", "a, b", None),
        ("CommaDelimitedList", "a, c ,d", "c"),
    ],
)
def test_a_value_is_allowed_as_it_is_and_a_list_by_its_items(kind: str, value: str, disallowed: str | None) -> None:
    assert parameter(kind, AllowedValues=["a", "b"]).disallowed(value) == disallowed
    assert parameter(kind).disallowed(value) is None


@pytest.mark.parametrize("section", [None, [], "text", {}, {"P": None}, {"P": "String"}, {"P": ["String"]}])
def test_what_is_no_parameter_is_passed_over(section: object) -> None:
    assert read_parameters(mapping({"Parameters": section})) == {}
    assert read_parameters(mapping({})) == {}


@given(
    st.dictionaries(
        st.sampled_from(["Type", "Default", "AllowedValues"]),
        st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2)),
    )
)
def test_a_parameter_of_any_shape_is_read(fields: dict[str, object]) -> None:
    found = read_parameters(mapping({"Parameters": {"P": fields}}))["P"]
    assert isinstance(found.chosen(found.default, SPAN), (Text, Seq))


@pytest.mark.parametrize(
    ("kind", "is_list", "comes_from_ssm"),
    [
        ("String", False, False),
        ("Number", False, False),
        ("AWS::EC2::VPC::Id", False, False),
        ("CommaDelimitedList", True, False),
        ("List<Number>", True, False),
        ("List<AWS::EC2::Subnet::Id>", True, False),
        ("AWS::SSM::Parameter::Name", False, False),
        ("AWS::SSM::Parameter::Value<String>", False, True),
        ("AWS::SSM::Parameter::Value<List<String>>", True, True),
        ("AWS::SSM::Parameter::Value<CommaDelimitedList>", True, True),
    ],
)
def test_what_a_type_says(kind: str, *, is_list: bool, comes_from_ssm: bool) -> None:
    found = parameter(kind)
    assert (found.is_list, found.comes_from_ssm) == (is_list, comes_from_ssm)


def test_a_chosen_text() -> None:
    assert parameter("String").chosen("", SPAN) == text([], SPAN)
    assert parameter("String").chosen("v1", SPAN) == text(["v1"], SPAN)
    assert parameter("String").chosen("a, b", SPAN) == text(["a, b"], SPAN)


def test_a_chosen_list_is_split_and_trimmed() -> None:
    assert items(parameter("CommaDelimitedList").chosen("a, b ,c", SPAN)) == [("a",), ("b",), ("c",)]
    assert items(parameter("List<Number>").chosen("1", SPAN)) == [("1",)]


def test_a_default_may_be_a_dynamic_reference() -> None:
    found = atom(parameter("String").chosen("{{resolve:ssm:name}}", SPAN))
    assert found.key == "{{resolve:ssm:name}}"


def test_no_value_is_unknown_with_the_reason() -> None:
    found = atom(parameter("String").chosen(None, SPAN, "Chat/"))
    assert found.key == "Chat/P"
    assert "no default" in found.reason
    assert atom(parameter("CommaDelimitedList").chosen(None, SPAN)).key == "P"


def test_what_is_read_from_ssm_is_unknown_whatever_is_given() -> None:
    found = parameter("AWS::SSM::Parameter::Value<String>")
    assert "SSM" in atom(found.chosen("/chat/name", SPAN)).reason
    assert "SSM" in atom(found.passed(text(["/chat/name"], SPAN), "Chat/")).reason


def test_what_a_parent_passes() -> None:
    api = text([Attribute("Api")], SPAN)
    assert parameter("String").passed(api) is api
    listed = parameter("CommaDelimitedList")
    assert items(listed.passed(text(["a, ", Attribute("Api"), ",b"], SPAN))) == [("a",), (Attribute("Api"),), ("b",)]
    assert items(listed.passed(text([Attribute("Api"), ", b"], SPAN))) == [(Attribute("Api"),), ("b",)]
    unknown = text(["a,", Unresolved("K", "why")], SPAN)
    assert listed.passed(unknown) is unknown
    passed = Seq((api,), SPAN)
    assert listed.passed(passed) is passed
