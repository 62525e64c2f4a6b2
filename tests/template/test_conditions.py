"""Conditions as functions of what may be chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from building import SPAN, node
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.conditions import Choices, holds
from wsconform.template.nodes import Node, Span
from wsconform.template.values import Attribute, Part, Pseudo, Seq, Text, Unresolved, Value, text

FREE, OTHER, REGION = Unresolved("Free", "why"), Unresolved("Other", "why"), Pseudo("AWS::Region")


@dataclass
class Names:
    """A scope in which some conditions are known, and a parameter `Zones` is a list."""

    conditions: dict[str, bool | None] = field(default_factory=dict)

    def ref(self, name: str, span: Span) -> Value | None:
        if name == "Zones":
            return Seq((), span)
        return text([Pseudo(name) if name.startswith("AWS::") else Unresolved(name, "why")], span)

    def attribute(self, resource: str, name: str, span: Span) -> Value:
        return text([Attribute(resource, name)], span)

    def condition(self, name: str) -> bool | None:
        return self.conditions.get(name)

    def mapping(self, name: str) -> Node | None:  # noqa: ARG002 (the interface of a scope)
        return None

    def has_room(self, size: int) -> bool:  # noqa: ARG002 (the interface of a scope)
        return True


KNOWN = Names({"T": True, "F": False, "U": None})


def answer(expression: object, **values: str | None) -> bool | None:
    return holds(node(expression), KNOWN, Choices(dict(values)))


def of(*parts: Part) -> Text:
    return text(parts, SPAN)


class TestHolds:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ({"Fn::Equals": ["a", "a"]}, True),
            ({"Fn::Equals": ["a", "b"]}, False),
            ({"Fn::Equals": ["true", True]}, True),
            ({"Fn::Equals": [1, "1"]}, True),
            ({"Fn::Equals": [{"Ref": "Free"}, {"Ref": "Free"}]}, True),
            ({"Fn::Equals": [{"Fn::Sub": "${Free}-a"}, {"Fn::Join": ["-", [{"Ref": "Free"}, "a"]]}]}, True),
            ({"Condition": "T"}, True),
            ({"Condition": "F"}, False),
            ({"Condition": "Undeclared"}, None),
            ({"Fn::Not": [{"Condition": "T"}]}, False),
            ({"Fn::Not": [{"Condition": "U"}]}, None),
            ({"Fn::And": [{"Condition": "T"}, {"Condition": "T"}]}, True),
            ({"Fn::And": [{"Condition": "T"}, {"Condition": "F"}]}, False),
            ({"Fn::And": [{"Condition": "U"}, {"Condition": "F"}]}, False),
            ({"Fn::And": [{"Condition": "U"}, {"Condition": "T"}]}, None),
            ({"Fn::Or": [{"Condition": "F"}, {"Condition": "F"}]}, False),
            ({"Fn::Or": [{"Condition": "U"}, {"Condition": "T"}]}, True),
            ({"Fn::Or": [{"Condition": "U"}, {"Condition": "F"}]}, None),
        ],
    )
    def test_each_function(self, expression: object, *, expected: bool | None) -> None:
        assert answer(expression) is expected

    @pytest.mark.parametrize(
        "expression",
        [
            *(None, "T", True, ["T"], {}),
            {"Fn::Equals": ["a", "a"], "Fn::Not": [{"Condition": "T"}]},
            {"Fn::Equals": ["a"]},
            {"Fn::Equals": ["a", ["a"]]},
            {"Fn::Equals": [{"Ref": "Zones"}, "a"]},
            {"Fn::Equals": "a"},
            {"Fn::Not": {"Condition": "T"}},
            {"Fn::Not": []},
            {"Fn::And": {"Condition": "U"}, "x": 1},
            {"Condition": ["T"]},
            {"Fn::If": ["T", "a", "b"]},
            {"Ref": "Free"},
        ],
    )
    def test_what_is_malformed_cannot_be_told(self, expression: object) -> None:
        assert answer(expression) is None

    CONDITIONS = st.recursive(
        st.sampled_from([{"Condition": name} for name in "TF"]),
        lambda inner: (
            st.builds(lambda one: {"Fn::Not": [one]}, inner)
            | st.builds(lambda some: {"Fn::And": some}, st.lists(inner, min_size=2, max_size=3))
            | st.builds(lambda some: {"Fn::Or": some}, st.lists(inner, min_size=2, max_size=3))
        ),
    )

    @given(CONDITIONS)
    def test_what_is_known_comes_out_as_logic_has_it(self, expression: dict[str, object]) -> None:
        def logic(here: object) -> bool:
            assert isinstance(here, dict)
            ((name, argument),) = here.items()
            if name == "Condition":
                return bool(argument == "T")
            answers = [logic(one) for one in argument]
            return {"Fn::Not": not answers[0], "Fn::And": all(answers), "Fn::Or": any(answers)}[name]

        assert answer(expression) is logic(expression)

    def test_nesting_as_deep_as_a_template_may_be(self) -> None:
        expression: object = {"Condition": "T"}
        for _ in range(48):
            expression = {"Fn::Not": [expression]}
        assert answer(expression) is True


class TestEqual:
    def test_what_was_chosen_counts(self) -> None:
        choices = Choices({"Free": "a", "AWS::Region": "eu-west-1"})
        assert choices.equal(of(FREE), of("a")) is True
        assert choices.equal(of("b"), of(FREE)) is False
        assert choices.equal(of(REGION), of("eu-west-1")) is True
        assert choices.equal(of(REGION), of(FREE)) is False
        assert choices.open == {}

    def test_any_other_value_equals_nothing_that_is_known(self) -> None:
        choices = Choices({"Free": None})
        assert choices.equal(of(FREE), of("a")) is False
        assert choices.equal(of("a"), of(FREE)) is False
        assert choices.open == {}

    def test_what_nothing_tells_is_left_open(self) -> None:
        choices = Choices({})
        assert choices.equal(of(FREE), of("a")) is None
        assert choices.equal(of("b"), of(FREE)) is None
        assert choices.open == {"${Free}": {"a": None, "b": None}}

    def test_a_text_that_was_left_open_has_one_value_at_a_time(self) -> None:
        for chosen in ("a", "b", None):
            choices = Choices({"${Free}": chosen})
            assert choices.equal(of(FREE), of("a")) is (chosen == "a")
            assert choices.equal(of(FREE), of("b")) is (chosen == "b")

    def test_two_unknown_texts_either_way_round(self) -> None:
        choices = Choices({})
        assert choices.equal(of(FREE), of(OTHER)) is None
        assert choices.equal(of(OTHER), of(FREE)) is None
        ((subject, values),) = choices.open.items()
        for chosen in (*values, None):
            told = Choices({subject: chosen})
            assert told.equal(of(FREE), of(OTHER)) is told.equal(of(OTHER), of(FREE)) is (chosen is not None)

    def test_two_that_are_any_other_value_may_be_equal(self) -> None:
        choices = Choices({"Free": None, "Other": None})
        assert choices.equal(of(FREE), of(OTHER)) is None
        assert len(choices.open) == 1

    @pytest.mark.parametrize(("one", "other"), [(("a-", FREE), "b-c"), ((FREE, "-a"), "c-b"), ((FREE, "x"), "")])
    def test_what_is_certain_of_a_text_may_decide(self, one: tuple[Part, ...], other: str) -> None:
        choices = Choices({})
        assert choices.equal(of(*one), of(other)) is False
        assert choices.equal(of(other), of(*one)) is False
        assert choices.open == {}
        assert choices.equal(of("a-", FREE), of("a-c")) is None
