"""Properties of a resource, as checks read them."""

from __future__ import annotations

import pytest
from building import only_world, stack
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.values import Attribute, Map, Text, Unresolved
from wsconform.wiring.element import Element
from wsconform.wiring.names import Names


def element(properties: str, name: str = "Stage") -> Element:
    """An element with some properties, in a stack with a function and a parameter without default."""
    here = only_world(
        stack(f"""\
Parameters: {{Free: {{Type: String}}}}
Resources:
  {name}: {{Type: "AWS::ApiGatewayV2::Stage", Properties: {properties}}}
  F: {{Type: "AWS::Lambda::Function", Properties: {{FunctionName: chat}}}}
""")
    )
    return Element(here.resource(name), Names(here))


def test_what_it_is_called() -> None:
    found = element("{}")
    assert (found.id, found.label, found.is_generated) == ("Stage", "Stage", False)


def test_what_sam_made_is_called_as_the_user_called_its_resource() -> None:
    here = only_world(
        stack("""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: v1
      Routes: {$connect: {FunctionArn: !GetAtt F.Arn}}
  F: {Type: "AWS::Serverless::Function", Properties: {InlineCode: x, Handler: i.h, Runtime: python3.13}}
""")
    )
    (route,) = (Element(here.resource(one), Names(here)) for one in here.ids(["AWS::ApiGatewayV2::Route"]))
    assert route.label == "Chat"
    assert route.is_generated
    assert route.id != "Chat"


def test_where_a_property_stands() -> None:
    found = element("{StageName: v1}")
    assert str(found.at("StageName")) == "t.yaml:3:69"
    assert str(found.at("DeploymentId")) == "t.yaml:3:3"


def test_text_is_canonical() -> None:
    found = element("{A: !GetAtt F.Arn, B: !Sub '${F.Arn}', C: 1, D: true, E: [x]}")
    assert found.text("A") == found.text("A")
    one, other = found.text("A"), found.text("B")
    assert one is not None
    assert other is not None
    assert one.same(other)
    assert str(one).endswith(":function:chat")
    assert [found.literal(name) for name in "ACD"] == [None, "1", "true"]
    assert found.text("Z") is None
    assert found.literal("Z") is None
    wrong = found.text("E")
    assert wrong is not None
    assert wrong.unresolved is not None
    assert "list or map" in wrong.unresolved.reason


def test_as_it_stands() -> None:
    value = element("{A: !Ref F}").value("A")
    assert isinstance(value, Text)
    assert value.atom == Attribute("F")


@pytest.mark.parametrize(
    ("written", "answer"),
    [("true", True), ('"true"', True), ("True", True), ("false", False), ("no", False), ('""', False), ("1", False)],
)
def test_a_flag(written: str, *, answer: bool) -> None:
    assert element(f"{{A: {written}}}").flag("A") is answer


def test_a_flag_that_is_absent_or_unknown() -> None:
    assert element("{}").flag("A") is False
    assert isinstance(element("{A: !Ref Free}").flag("A"), Unresolved)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("29", 29),
        ('"29"', 29),
        ("-1", -1),
        *((text, None) for text in ("x", '""', "1.5", '"1_0"', '" 29"', '"²"', '"٣"', '"' + "9" * 5_000 + '"')),
    ],
)
def test_a_number(written: str, number: int | None) -> None:
    assert element(f"{{A: {written}}}").number("A") == number


def test_a_number_that_is_absent_or_unknown() -> None:
    assert element("{}").number("A") is None
    assert isinstance(element("{A: !Ref Free}").number("A"), Unresolved)


def test_a_list() -> None:
    def listed(written: str) -> list[str]:
        found = element(f"{{A: {written}}}").listed("A")
        assert not isinstance(found, Unresolved)
        return [str(item) if isinstance(item, Text) else type(item).__name__ for item in found]

    assert listed("[a, !Ref F]") == ["a", "${F}"]
    assert listed("a") == ["a"]
    assert listed("{k: v}") == ["Map"]
    assert listed("[[a]]") == ["Seq"]
    assert element("{}").listed("A") == ()
    assert isinstance(element("{A: !Ref Free}").listed("A"), Unresolved)


def test_a_map() -> None:
    found = element("{A: {k: v}, B: [x], C: x}")
    inner = found.map("A")
    assert inner is not None
    assert str(inner.get("k")) == "v"
    assert found.map("B") is None
    assert found.map("C") is None
    assert found.map("Z") is None


def test_what_a_resource_may_have_from_elsewhere_is_unknown() -> None:
    found = element("{Fn::Transform: {Name: AWS::Include}, StageName: v1}")
    assert found.literal("StageName") == "v1"
    unknown = found.text("ApiId")
    assert unknown is not None
    assert isinstance(unknown.atom, Unresolved)
    assert unknown.atom.key == "Stage.ApiId"
    assert isinstance(found.listed("IdentitySource"), Unresolved)
    assert found.text("Description") is None
    assert element("{StageName: v1}").text("ApiId") is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text("a1.", max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["Ref", "a"]), inner, max_size=2),
    )
)
def test_properties_of_any_shape(value: object) -> None:
    written = repr(value).replace("None", "null").replace("True", "true").replace("False", "false")
    found = element(f"{{A: {written}}}")
    assert isinstance(found.text("A"), Text | None)
    assert isinstance(found.flag("A"), bool | Unresolved)
    assert isinstance(found.number("A"), int | Unresolved | None)
    assert isinstance(found.listed("A"), tuple | Unresolved)
    assert isinstance(found.map("A"), Map | None)
