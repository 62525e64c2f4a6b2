"""Intrinsic functions: what each comes to."""

from __future__ import annotations

import json

import pytest
from building import SPAN, node
from hypothesis import given
from hypothesis import strategies as st
from scope import NAMES, Names, items_of, parts_of, reason_of, value_of

from wsconform.template.intrinsics import LONGEST, evaluate, literal, unknown
from wsconform.template.nodes import Span
from wsconform.template.values import Attribute, Map, Part, Pseudo, Seq, Text, Unresolved

ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${F}"
ARN_PIECES = [
    *("arn", {"Ref": "AWS::Partition"}, "lambda", {"Ref": "AWS::Region"}),
    *({"Ref": "AWS::AccountId"}, "function", {"Ref": "F"}),
]


class TestEachForm:
    @pytest.mark.parametrize(
        ("expression", "parts"),
        [
            ("text", ("text",)),
            ("", ()),
            (None, ()),
            (True, ("true",)),
            (29, ("29",)),
            ({"Ref": "Env"}, ("prod",)),
            ({"Ref": "Route"}, (Attribute("Route"),)),
            ({"Ref": "AWS::Region"}, (Pseudo("AWS::Region"),)),
            ({"Ref": "Free"}, (Unresolved("Free", "Free is not known"),)),
            ({"Fn::GetAtt": "F.Arn"}, (Attribute("F", "Arn"),)),
            ({"Fn::GetAtt": ["F", "Arn"]}, (Attribute("F", "Arn"),)),
            ({"Fn::GetAtt": "Chat.Outputs.Url"}, (Attribute("Chat", "Outputs.Url"),)),
            ({"Fn::GetAtt": ["Chat", "Outputs.Url"]}, (Attribute("Chat", "Outputs.Url"),)),
            ({"Fn::GetAtt": ["Chat", "Outputs", "Url"]}, (Attribute("Chat", "Outputs.Url"),)),
            ({"Fn::GetAtt": ["F", {"Ref": "Env"}]}, (Attribute("F", "prod"),)),
            ({"Fn::Sub": "a${Env}b"}, ("aprodb",)),
            ({"Fn::Sub": "${ Env }"}, ("prod",)),
            ({"Fn::Sub": "${F.Arn}/x"}, (Attribute("F", "Arn"), "/x")),
            ({"Fn::Sub": "${!Env}"}, ("${Env}",)),
            ({"Fn::Sub": "${!request.body.action}"}, ("${request.body.action}",)),
            ({"Fn::Sub": "$request.body.action"}, ("$request.body.action",)),
            ({"Fn::Sub": "a${AWS::NoValue}b"}, ("ab",)),
            ({"Fn::Sub": ["${V}-${Env}", {"V": {"Fn::GetAtt": "F.Arn"}}]}, (Attribute("F", "Arn"), "-prod")),
            ({"Fn::Sub": ["${Env}", {"Env": "other"}]}, ("other",)),
            ({"Fn::Sub": ["${a.b}", {"a.b": "dotted"}]}, ("dotted",)),
            ({"Fn::Sub": ["a${b}", {"b": {"Ref": "AWS::NoValue"}}]}, ("a",)),
            ({"Fn::Join": ["/", ["integrations", {"Ref": "I"}]]}, ("integrations/", Attribute("I"))),
            ({"Fn::Join": ["", []]}, ()),
            ({"Fn::Join": ["-", [{"Ref": "AWS::NoValue"}, "a", "b"]]}, ("a-b",)),
            ({"Fn::Join": [",", {"Ref": "Zones"}]}, ("a,b",)),
            ({"Fn::Join": [{"Ref": "Env"}, ["a", "b"]]}, ("aprodb",)),
            ({"Fn::Select": ["1", ["a", "b"]]}, ("b",)),
            ({"Fn::Select": [0, {"Ref": "Zones"}]}, ("a",)),
            ({"Fn::Select": [1, {"Fn::Split": ["/", "a/b"]}]}, ("b",)),
            ({"Fn::FindInMap": ["Sizes", "prod", "size"]}, ("big",)),
            ({"Fn::FindInMap": ["Sizes", {"Ref": "Env"}, "size"]}, ("big",)),
            ({"Fn::FindInMap": ["Sizes", "none", "size", {"DefaultValue": "fit"}]}, ("fit",)),
            ({"Fn::FindInMap": ["None", "prod", "size", {"DefaultValue": {"Ref": "Env"}}]}, ("prod",)),
            ({"Fn::FindInMap": ["Sizes", "prod", "size", {"DefaultValue": "fit"}]}, ("big",)),
            ({"Fn::If": ["Yes", "a", "b"]}, ("a",)),
            ({"Fn::If": ["No", "a", {"Ref": "Route"}]}, (Attribute("Route"),)),
            ({"Fn::Base64": "abc"}, ("YWJj",)),
            ({"Fn::Length": ["a", "b"]}, ("2",)),
            ({"Fn::Length": {"Ref": "Zones"}}, ("2",)),
            ({"Fn::Length": {"Fn::Split": ["|", "a|b|c"]}}, ("3",)),
        ],
    )
    def test_text(self, expression: object, parts: tuple[Part, ...]) -> None:
        assert parts_of(expression) == parts

    def test_lists(self) -> None:
        assert items_of(["a", {"Ref": "AWS::NoValue"}, {"Ref": "F"}]) == [("a",), (Attribute("F"),)]
        assert items_of({"Fn::Split": ["/", {"Fn::Sub": "a/b/${AWS::AccountId}/"}]}) == [
            *(("a",), ("b",)),
            *((Pseudo("AWS::AccountId"),), ()),
        ]
        assert items_of({"Fn::FindInMap": ["Sizes", "prod", "zones"]}) == [("x",), ("y",)]
        assert items_of({"Fn::If": ["Yes", ["a"], "b"]}) == [("a",)]

    def test_maps(self) -> None:
        value = value_of({"a": {"Ref": "Env"}, "b": {"Ref": "AWS::NoValue"}, "c": {"d": "e"}})
        assert isinstance(value, Map)
        assert sorted(value.entries) == ["a", "c"]
        inner = value_of({"Fn::Unheard": "a", "other": "b"})
        assert isinstance(inner, Map)

    def test_no_value_goes_up(self) -> None:
        assert value_of({"Ref": "AWS::NoValue"}) is None
        assert value_of({"Fn::If": ["No", "a", {"Ref": "AWS::NoValue"}]}) is None

    def test_a_text_in_place_of_another_stands_where_its_function_does(self) -> None:
        found = node({"Fn::Sub": "${Env}"})
        value = evaluate(found, NAMES)
        assert value is not None
        assert value.span == found.span


class TestSameMeaning:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"Fn::Sub": ARN}, {"Fn::Join": [":", ARN_PIECES]}),
            ({"Fn::Sub": ARN}, {"Fn::Sub": [ARN.replace("${F}", "${Name}"), {"Name": {"Ref": "F"}}]}),
            ({"Fn::GetAtt": ["F", "Arn"]}, {"Fn::GetAtt": "F.Arn"}),
            ({"Fn::GetAtt": ["F", "Arn"]}, {"Fn::Sub": "${F.Arn}"}),
            ({"Fn::GetAtt": ["F", "Arn"]}, {"Fn::Join": ["", [{"Fn::GetAtt": "F.Arn"}]]}),
            ({"Ref": "F"}, {"Fn::Select": ["0", [{"Ref": "F"}]]}),
            ("integrations/x", {"Fn::Join": ["/", ["integrations", "x"]]}),
            ("true", True),
            ("29", 29),
        ],
    )
    def test_equal_parts(self, one: object, other: object) -> None:
        assert parts_of(one) == parts_of(other)

    PIECES = st.lists(
        st.tuples(st.just("text"), st.text("ab:/$", max_size=3))
        | st.tuples(st.just("ref"), st.sampled_from(["F", "AWS::Region", "Env", "Free"]))
        | st.tuples(st.just("att"), st.sampled_from(["F.Arn", "Chat.Outputs.Url"])),
        max_size=6,
    )

    @given(PIECES, st.data())
    def test_however_it_is_put_together(self, wanted: list[tuple[str, str]], data: st.DataObject) -> None:
        def lone(kind: str, written: str) -> object:
            return {"text": written, "ref": {"Ref": written}, "att": {"Fn::GetAtt": written}}[kind]

        def spelt(kind: str, written: str) -> str:
            return written if kind == "text" else f"${{{written}}}"

        def put_together(some: list[tuple[str, str]]) -> object:
            way = data.draw(st.sampled_from(["join", "sub", "variable", "halves"]))
            if way == "join" or (some and any("${" in written for kind, written in some if kind == "text")):
                return {"Fn::Join": ["", [lone(*piece) for piece in some]]}
            if way == "halves" and len(some) > 1:
                cut = data.draw(st.integers(1, len(some) - 1))
                return {"Fn::Join": ["", [put_together(some[:cut]), put_together(some[cut:])]]}
            # What follows a `$` must not make a variable of it.
            if "$" in "".join(written for kind, written in some if kind == "text"):
                return {"Fn::Join": ["", [lone(*piece) for piece in some]]}
            if way == "variable" and some:
                at = data.draw(st.integers(0, len(some) - 1))
                written = "".join("${V}" if index == at else spelt(*piece) for index, piece in enumerate(some))
                return {"Fn::Sub": [written, {"V": lone(*some[at])}]}
            return {"Fn::Sub": "".join(spelt(*piece) for piece in some)}

        assert parts_of(put_together(wanted)) == parts_of({"Fn::Join": ["", [lone(*piece) for piece in wanted]]})


class TestUnknown:
    @pytest.mark.parametrize(
        ("expression", "word"),
        [
            ({"Fn::ImportValue": "Other-Api"}, "Other-Api"),
            ({"Fn::ImportValue": {"Fn::Sub": "${Env}-Api"}}, "prod-Api"),
            ("{{resolve:ssm:/chat/api}}", "{{resolve:ssm:/chat/api}}"),
            ({"Fn::Join": ["-", {"Ref": "Free"}]}, "Free"),
            ({"Fn::Split": ["/", {"Ref": "Free"}]}, "Free"),
            ({"Fn::Select": ["0", {"Ref": "Free"}]}, "Free"),
            ({"Fn::Select": ["0", {"Fn::Split": ["/", {"Fn::Sub": "a/${Free}"}]}]}, "Free"),
            ({"Fn::Select": [{"Ref": "Free"}, ["a", "b"]]}, "Free"),
            ({"Fn::Select": ["0", {"Fn::GetAtt": "Zone.NameServers"}]}, "Zone.NameServers"),
            ({"Fn::Join": [",", {"Fn::GetAtt": "Zone.NameServers"}]}, "Zone.NameServers"),
            ({"Fn::Split": [":", {"Fn::GetAtt": "F.Arn"}]}, "F.Arn"),
            ({"Fn::Split": ["-", {"Ref": "AWS::Region"}]}, "AWS::Region"),
            ({"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}, "AWS::StackId"),
            ({"Fn::FindInMap": ["Sizes", "none", "size"]}, "no such entry"),
            ({"Fn::FindInMap": ["Sizes", {"Ref": "Free"}, "size"]}, "depends"),
            ({"Fn::FindInMap": [{"Ref": "Free"}, "prod", "size"]}, "depends"),
            ({"Fn::FindInMap": [{"Ref": "Free"}, "prod", "size", {"DefaultValue": "fit"}]}, "depends"),
            ({"Fn::FindInMap": ["Sizes", {"Ref": "Free"}, "zones", {"DefaultValue": "fit"}]}, "depends"),
            (
                {"Fn::FindInMap": ["Sizes", {"Ref": "Free"}, "zones", {"DefaultValue": {"Ref": "AWS::NoValue"}}]},
                "depends",
            ),
            ({"Fn::FindInMap": ["Odd", "prod", "map"]}, "neither"),
            ({"Fn::FindInMap": ["Odd", "prod", "loop"]}, "neither"),
            ({"Fn::If": ["Untold", "a", "b"]}, "Untold"),
            ({"Fn::Base64": {"Ref": "F"}}, "Base64"),
            ({"Fn::Length": {"Ref": "Free"}}, "length"),
            ({"Fn::Cidr": ["10.0.0.0/8", "1", "8"]}, "Fn::Cidr"),
            ({"Fn::GetAZs": ""}, "Fn::GetAZs"),
            ({"Fn::Transform": {"Name": "AWS::Include"}}, "Fn::Transform"),
            ({"Fn::Unheard": "a"}, "Fn::Unheard"),
        ],
    )
    def test_with_its_reason(self, expression: object, word: str) -> None:
        assert word in reason_of(expression)

    def test_a_list_cannot_be_put_into_a_text(self) -> None:
        found = parts_of({"Fn::Sub": "a${Zones}"})
        assert isinstance(found[1], Unresolved)
        assert "list" in found[1].reason

    def test_the_choice_of_an_entry_does_not_matter_where_all_are_alike(self) -> None:
        assert items_of({"Fn::FindInMap": ["Sizes", {"Ref": "Free"}, "zones"]}) == [("x",), ("y",)]
        same = {"DefaultValue": ["x", "y"]}
        assert items_of({"Fn::FindInMap": ["Sizes", {"Ref": "Free"}, "zones", same]}) == [("x",), ("y",)]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"Fn::ImportValue": "Api"}, {"Fn::ImportValue": "Other"}),
            ({"Fn::Join": [",", {"Ref": "Free"}]}, {"Fn::Join": ["-", {"Ref": "Free"}]}),
            (
                {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Free"}]}]},
                {"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "Free"}]}]},
            ),
            ({"Fn::Select": [0, {"Ref": "Free"}]}, {"Fn::Select": [1, {"Ref": "Free"}]}),
            ({"Fn::Base64": {"Ref": "Free"}}, {"Ref": "Free"}),
            ("{{resolve:ssm:a}}", "{{resolve:ssm:b}}"),
        ],
    )
    def test_unknown_values_that_may_differ_are_told_apart(self, one: object, other: object) -> None:
        assert parts_of(one) != parts_of(other)

    @pytest.mark.parametrize(
        "expression",
        [
            {"Fn::ImportValue": {"Fn::Sub": "${Env}-Api"}},
            {"Fn::Select": [0, {"Ref": "Free"}]},
            {"Fn::Base64": {"Ref": "Free"}},
            {"Fn::FindInMap": ["Sizes", {"Ref": "Free"}, "size"]},
            "{{resolve:ssm:a}}",
        ],
    )
    def test_the_same_unknown_value_is_the_same(self, expression: object) -> None:
        assert parts_of(expression) == parts_of(expression)

    def test_by_default_an_unknown_value_is_like_that_of_its_place_only(self) -> None:
        elsewhere = Span("t.yaml", 7, 1, 7, 2)
        assert unknown("why", SPAN).same(unknown("why", SPAN))
        assert not unknown("why", SPAN).same(unknown("why", elsewhere))
        assert unknown("why", SPAN, "k").same(unknown("why", elsewhere, "k"))


class TestDynamicReferences:
    def test_in_the_middle_of_a_text(self) -> None:
        found = literal("a-{{resolve:ssm:x}}-{{resolve:ssm:y}}", SPAN).parts
        assert [part if isinstance(part, str) else part.__class__ for part in found] == [
            *("a-", Unresolved),
            *("-", Unresolved),
        ]

    @pytest.mark.parametrize(
        "expression",
        [
            {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:key}}"},
            {"Fn::Sub": "{{resolve:secretsmanager:${AWS::StackName}-${Free}}}"},
            {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, ":SecretString::}}"]]},
        ],
    )
    def test_put_together_from_what_is_unknown(self, expression: object) -> None:
        (found,) = parts_of(expression)
        assert isinstance(found, Unresolved)
        assert found.key.startswith("{{resolve:secretsmanager:${")
        assert found.key.endswith("}}")

    @pytest.mark.parametrize("written", ["{{resolve:", "{{resolve:ssm:a}", "a}}b", "{{ resolve:ssm:a }}"])
    def test_what_is_none_stays_text(self, written: str) -> None:
        assert literal(written, SPAN).literal == written

    def test_one_that_is_not_closed_stays_as_it_is(self) -> None:
        assert parts_of({"Fn::Sub": "{{resolve:ssm:${F}"}) == ("{{resolve:ssm:", Attribute("F"))


class TestJson:
    def test_a_map_is_written_as_json_with_what_is_unknown_in_its_place(self) -> None:
        found = parts_of({"Fn::ToJsonString": {"a": {"Ref": "F"}, "b": [1, True, None, "x", {"Ref": "Env"}]}})
        assert found == ('{"a":"', Attribute("F"), '","b":[1,true,null,"x","prod"]}')

    def test_what_comes_to_no_value_is_left_out(self) -> None:
        none = {"Ref": "AWS::NoValue"}
        assert parts_of({"Fn::ToJsonString": {"a": none, "b": [none, "x"]}}) == ('{"b":["x"]}',)

    def test_lists_and_maps_that_intrinsics_give(self) -> None:
        chosen = {"Fn::If": ["Yes", {"k": ["v"]}, ""]}
        assert parts_of({"Fn::ToJsonString": {"a": chosen, "z": {"Ref": "Zones"}}}) == (
            '{"a":{"k":["v"]},"z":["a","b"]}',
        )

    def test_text_is_no_map_or_list(self) -> None:
        assert "Fn::ToJsonString" in reason_of({"Fn::ToJsonString": "text"})

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["\\u0000", "\0", '"', "\\"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\\", max_size=2), inner, max_size=3),
    )

    @given(st.lists(JSON, max_size=3) | st.dictionaries(st.text(max_size=2), JSON, max_size=3))
    def test_what_is_known_reads_back(self, value: object) -> None:
        found = parts_of({"Fn::ToJsonString": value})
        assert all(isinstance(part, str) for part in found)
        assert json.loads("".join(map(str, found))) == value


class TestMalformed:
    @pytest.mark.parametrize(
        "name",
        [
            *("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::FindInMap", "Fn::If"),
            *("Fn::ImportValue", "Fn::Base64", "Fn::Length", "Fn::ToJsonString", "Fn::Cidr", "Fn::GetAZs"),
        ],
    )
    @given(
        argument=st.recursive(
            st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab.,{}$", max_size=4),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(["Ref", "Fn::Sub", "Fn::Split", "Fn::If", "DefaultValue", "a"]), inner, max_size=2
                )
            ),
            max_leaves=8,
        )
    )
    def test_any_argument_comes_to_some_value(self, name: str, argument: object) -> None:
        value = value_of({name: argument})
        assert value is None or isinstance(value, (Text, Seq, Map))

    @pytest.mark.parametrize(
        ("expression", "word"),
        [
            ({"Ref": ["a"]}, "Ref"),
            ({"Ref": {"Ref": "Free"}}, "Ref"),
            ({"Fn::GetAtt": ["F"]}, "Fn::GetAtt"),
            ({"Fn::GetAtt": [{"Ref": "Free"}, "Arn"]}, "Fn::GetAtt"),
            ({"Fn::Sub": ["${a}"]}, "Fn::Sub"),
            ({"Fn::Sub": ["${a}", ["b"]]}, "Fn::Sub"),
            ({"Fn::Sub": {"a": "b"}}, "Fn::Sub"),
            ({"Fn::Join": "a"}, "Fn::Join"),
            ({"Fn::Join": ["a"]}, "Fn::Join"),
            ({"Fn::Join": ["-", "a"]}, "Fn::Join"),
            ({"Fn::Join": ["-", {"k": "a"}]}, "Fn::Join"),
            ({"Fn::Join": ["-", [["a"]]]}, "Fn::Join"),
            ({"Fn::Join": [{"Ref": "F"}, ["a"]]}, "Fn::Join"),
            ({"Fn::Join": ["-", {"Ref": "AWS::NoValue"}]}, "Fn::Join"),
            ({"Fn::Split": ["", "a"]}, "Fn::Split"),
            ({"Fn::Split": "a"}, "Fn::Split"),
            ({"Fn::Select": ["0"]}, "Fn::Select"),
            ({"Fn::Select": ["2", ["a"]]}, "Fn::Select"),
            ({"Fn::Select": ["-1", ["a"]]}, "Fn::Select"),
            ({"Fn::Select": ["²", ["a", "b", "c"]]}, "Fn::Select"),
            ({"Fn::Select": ["9" * 5000, ["a"]]}, "Fn::Select"),
            ({"Fn::Select": ["0", "text"]}, "Fn::Select"),
            ({"Fn::Select": ["0", {"k": "v"}]}, "Fn::Select"),
            ({"Fn::FindInMap": ["Sizes", "prod"]}, "Fn::FindInMap"),
            ({"Fn::If": ["Yes", "a"]}, "Fn::If"),
            ({"Fn::If": [{"Ref": "Env"}, "a", "b"]}, "Fn::If"),
        ],
    )
    def test_a_form_that_cloudformation_refuses(self, expression: object, word: str) -> None:
        reason = reason_of(expression)
        assert word in reason
        assert "form" in reason

    def test_a_list_or_map_where_text_belongs(self) -> None:
        found = parts_of({"Fn::Sub": ["${a}", {"a": {"k": "v"}}]})
        assert isinstance(found[0], Unresolved)
        assert "list or map" in found[0].reason


class TestBounds:
    def test_a_text_that_doubles_at_every_level_stays_unknown(self) -> None:
        expression: object = "ha"
        for _ in range(40):
            expression = {"Fn::Sub": ["${a}${a}", {"a": expression}]}
            assert len("".join(map(str, parts_of(expression)))) <= 2 * LONGEST

    def test_a_text_of_very_many_variables_stays_unknown(self) -> None:
        assert "longer" in reason_of({"Fn::Sub": "${F}/" * (LONGEST + 1)})

    def test_base64_of_base64(self) -> None:
        expression: object = "a"
        for _ in range(60):
            expression = {"Fn::Base64": expression}
            assert len(str(value_of(expression))) <= 2 * LONGEST

    def test_many_long_texts(self) -> None:
        names = Names(parameters={"P": "x" * 1_000}, room=50_000)
        found = evaluate(node([{"Fn::Sub": "${P}/"}] * 100), names)
        assert isinstance(found, Seq)
        known = [item for item in found.items if isinstance(item, Text) and item.literal is not None]
        assert len(known) == 45
        assert "too long in all" in str(found.items[-1])

    def test_a_long_delimiter(self) -> None:
        assert "longer" in reason_of({"Fn::Join": ["-" * 1_000, ["a"] * 200]})

    def test_a_long_text_as_written_is_kept(self) -> None:
        assert len(str(parts_of("a" * (LONGEST + 1))[0])) == LONGEST + 1

    def test_nesting_as_deep_as_a_template_may_be(self) -> None:
        for wrap in (
            lambda inner: {"Fn::Base64": inner},
            lambda inner: {"Fn::If": ["Yes", inner, ""]},
            lambda inner: [inner],
            lambda inner: {"Fn::ToJsonString": [inner]},
        ):
            expression: object = "a"
            for _ in range(50):
                expression = wrap(expression)
            assert value_of(expression) is not None
