"""A stack in its worlds: which there are, what exists in each, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from building import only_world, stack
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.nodes import Span
from wsconform.template.stack import LEAST_WORLDS, MOST_WORLDS, Evaluation, Stack
from wsconform.template.values import Attribute, Text

ROUTE = "AWS::ApiGatewayV2::Route"


def features(of: Stack) -> list[dict[str, str]]:
    return [dict(world.features) for world in of.worlds]


def with_condition(condition: str, parameters: str = "", **given: str) -> Stack:
    text = f"{parameters}\nConditions:\n  C: {condition}\nResources:\n  R: {{Type: '{ROUTE}', Condition: C}}\n"
    return stack(text, given=given)


ENV = "Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}"
NAMED = "Parameters: {Name: {Type: String, Default: ''}}"
FREE = "Parameters: {A: {Type: String}, B: {Type: String}}"


class TestWorlds:
    @pytest.mark.parametrize(
        ("condition", "parameters", "answers"),
        [
            ("!Equals [!Ref Env, prod]", ENV, ["false", "true"]),
            ("!Equals [!Ref Env, test]", ENV, ["false"]),
            ('!Equals [!Ref Name, ""]', NAMED, ["true", "false"]),
            ('!Equals [!Sub "${Name}-x", a-x]', NAMED, ["false", "true"]),
            ("!Equals [!Ref A, x]", FREE, ["false", "true"]),
            ("!Equals [!Ref A, !Ref B]", FREE, ["false", "true"]),
            ("!Equals [!Ref AWS::Region, us-east-1]", "", ["false", "true"]),
            ("!Equals [!ImportValue X, a]", "", ["false", "true"]),
            ("!Equals [a, a]", "", ["true"]),
            ("!Condition C", "", ["unknown"]),
            ("[]", "", ["unknown"]),
        ],
    )
    def test_of_one_condition(self, condition: str, parameters: str, answers: list[str]) -> None:
        of = with_condition(condition, parameters)
        assert [one["C"] for one in features(of)] == answers
        assert not of.more_worlds

    def test_given_values_pin(self) -> None:
        assert features(with_condition("!Equals [!Ref Env, prod]", ENV, Env="prod")) == [{"C": "true"}]
        assert features(with_condition("!Equals [!Ref A, x]", FREE, A="y")) == [{"C": "false"}]

    def test_given_values_that_nothing_takes(self) -> None:
        assert with_condition("!Equals [a, b]", ENV, Env="prod", Evn="prod").unknown_parameters == ("Evn",)

    def test_conditions_that_hang_together(self) -> None:
        of = stack(f"""
{ENV}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Not [!Condition IsProd]
Resources:
  A: {{Type: "{ROUTE}", Condition: IsProd}}
  B: {{Type: "{ROUTE}", Condition: IsDev}}
""")
        assert features(of) == [{"IsProd": "false", "IsDev": "true"}, {"IsProd": "true", "IsDev": "false"}]

    def test_an_unknown_text_is_one_thing_at_a_time(self) -> None:
        of = stack(f"""
Conditions:
  IsProd: !Equals [!ImportValue Env, prod]
  IsTest: !Equals [test, !ImportValue Env]
Resources:
  A: {{Type: "{ROUTE}", Condition: IsProd}}
  B: {{Type: "{ROUTE}", Condition: IsTest}}
""")
        assert sorted(tuple(one.values()) for one in features(of)) == [
            *(("false", "false"), ("false", "true"), ("true", "false")),
        ]

    def test_conditions_that_go_round(self) -> None:
        of = stack(f"""
Conditions: {{A: !Not [!Condition B], B: !Or [!Condition A, !Equals [!Ref AWS::Region, x]]}}
Resources: {{R: {{Type: "{ROUTE}", Condition: A}}, S: {{Type: "{ROUTE}", Condition: B}}}}
""")
        assert len(of.worlds) == 2
        assert all(of.in_world(world).exists("R") in (True, False) for world in of.worlds)

    def test_only_those_of_resources_that_matter(self) -> None:
        text = f"""
{ENV}
Conditions: {{C: !Equals [!Ref Env, prod]}}
Resources: {{Q: {{Type: "AWS::SQS::Queue", Condition: C}}, R: {{Type: "{ROUTE}", Properties: {{Tags: !Ref Env}}}}}}
"""
        assert features(stack(text, types=(ROUTE,), passed_over=frozenset({"Tags"}))) == [{}]
        assert features(stack(text, types=(ROUTE,))) == [{"Env": '"dev"'}, {"Env": '"prod"'}]
        assert len(stack(text).worlds) == 2

    def test_allowed_values_that_stand_in_properties(self) -> None:
        of = stack(f"{ENV}\nResources: {{R: {{Type: '{ROUTE}', Properties: {{RouteKey: !Ref Env}}}}}}\n")
        keys = [of.in_world(world).resource("R").get("RouteKey") for world in of.worlds]
        assert [str(key) for key in keys] == ["dev", "prod"]
        assert [str(world) for world in of.worlds] == ['Env is "dev"', 'Env is "prod"']

    def test_of_a_nested_stack_and_its_condition(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text(f"""
Parameters: {{Stage: {{Type: String}}}}
Conditions: {{IsV2: !Equals [!Ref Stage, v2]}}
Resources: {{R: {{Type: "{ROUTE}", Condition: IsV2}}}}
""")
        of = stack(
            f"""
{FREE}
Conditions: {{HasChat: !Equals [!Ref A, x]}}
Resources:
  Chat:
    Type: AWS::CloudFormation::Stack
    Condition: HasChat
    Properties: {{TemplateURL: child.yaml, Parameters: {{Stage: !Ref B}}}}
""",
            tmp_path,
            types=(ROUTE,),
        )
        existing = {
            (one["HasChat"], one["Chat/IsV2"]): of.in_world(w).exists("Chat/R")
            for one, w in zip(features(of), of.worlds, strict=True)
        }
        assert existing == {(chat, v2): chat == v2 == "true" for chat, v2 in product(("true", "false"), repeat=2)}

    def test_bounds(self) -> None:
        many = range(12)
        parameters = "".join(f"  P{n}: {{Type: String, Default: a, AllowedValues: [a, b]}}\n" for n in many)
        conditions = "".join(f"  C{n}: !Equals [!Ref P{n}, b]\n" for n in many)
        resources = "".join(f"  R{n}: {{Type: '{ROUTE}', Condition: C{n}}}\n" for n in many)
        text = f"Parameters:\n{parameters}Conditions:\n{conditions}Resources:\n{resources}"
        of = stack(text)
        assert len(of.worlds) == MOST_WORLDS
        assert of.more_worlds
        assert set(dict(of.worlds[0].features).values()) == {"false"}
        more = "".join(f"  Q{n}: {{Type: '{ROUTE}'}}\n" for n in range(3_000))
        assert len(stack(text + more).worlds) == LEAST_WORLDS

    PARAMETERS = """
Parameters:
  E: {Type: String, Default: a, AllowedValues: [a, b]}
  D: {Type: String, Default: a}
  F: {Type: String}
"""
    SIDES = st.sampled_from(["a", "b", "c", "!Ref E", "!Ref D", "!Ref F"])

    @given(st.data())
    def test_are_exactly_those_that_some_choice_leads_to(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(1, 3))

        def condition(number: int) -> str:
            kind = data.draw(st.sampled_from(["equals", "equals", "not", "and", "or"] if number else ["equals"]))
            if kind == "equals":
                return f"!Equals [{data.draw(self.SIDES)}, {data.draw(self.SIDES)}]"
            before = st.integers(0, number - 1).map("!Condition C{}".format)
            if kind == "not":
                return f"!Not [{data.draw(before)}]"
            return f"!{kind.capitalize()} [{data.draw(before)}, {data.draw(before)}]"

        written = [condition(number) for number in range(count)]
        conditions = "".join(f"  C{number}: {one}\n" for number, one in enumerate(written))
        resources = "".join(f"  R{number}: {{Type: T, Condition: C{number}}}\n" for number in range(count))
        of = stack(f"{self.PARAMETERS}Conditions:\n{conditions}Resources:\n{resources}")
        expected = {tuple(answers(written, *choice)) for choice in product("ab", "abcde", "abcde")}
        assert {tuple(value == "true" for _, value in world.features) for world in of.worlds} == expected


def answers(conditions: list[str], e: str, d: str, f: str) -> Iterator[bool]:
    """What some conditions, each of which may refer to those before it, come to for chosen parameters."""
    told: list[bool] = []
    for written in conditions:
        kind, _, rest = written.partition(" ")
        sides = rest.strip("[]").split(", ")
        if kind == "!Equals":
            one, other = ({"!Ref E": e, "!Ref D": d, "!Ref F": f}.get(side, side) for side in sides)
            told.append(one == other)
        else:
            before = [told[int(side.removeprefix("!Condition C"))] for side in sides]
            told.append({"!Not": not before[0], "!And": all(before), "!Or": any(before)}[kind])
    yield from told


class TestExistence:
    STACK = """
Conditions: {Always: !Equals [a, a], Never: !Equals [a, b]}
Resources:
  A: {Type: T}
  B: {Type: T, Condition: Always}
  C: {Type: T, Condition: Never}
  D: {Type: T, Condition: Undeclared}
  E: {Type: T, Condition: [Never]}
  F: {Type: U}
"""

    def test_follows_conditions(self) -> None:
        here = only_world(stack(self.STACK))
        assert [here.exists(name) for name in "ABCDEFZ"] == [True, True, False, True, True, True, False]
        assert list(here.ids(["T"])) == ["A", "B", "D", "E"]
        assert list(here.ids(["U", "T"])) == ["A", "B", "D", "E", "F"]

    def test_follows_the_stacks_around(self, tmp_path: Path) -> None:
        (tmp_path / "inner.yaml").write_text("Resources: {R: {Type: T}}")
        nested = "Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}"
        (tmp_path / "child.yaml").write_text(f"Resources: {{R: {{Type: T}}, Inner: {{{nested}}}}}")
        nested = nested.replace("inner", "child")
        resources = f"{{Here: {{{nested}}}, Gone: {{Condition: Never, {nested}}}}}"
        here = only_world(stack(f"Conditions: {{Never: !Equals [a, b]}}\nResources: {resources}", tmp_path))
        assert list(here.ids(["T"])) == ["Here/R", "Here/Inner/R"]
        assert not here.exists("Gone/Inner")


class TestResources:
    def test_one_is_read_with_its_place(self) -> None:
        of = stack(
            "Resources:\n  A:\n    Type: T\n    DependsOn: B\n    Properties:\n      P: !Sub ${B}/x\n      Q: {k: v}\n"
        )
        found = only_world(of).resource("A")
        assert (found.id, found.type, found.logical_id, found.origin) == ("A", "T", "A", "A")
        assert found.depends_on == ("B",)
        assert found.mentions == {"B"}
        value = found.get("P")
        assert isinstance(value, Text)
        assert value.parts == (Attribute("B"), "/x")
        assert (str(found.span), str(found.place("P")), str(found.place("Z"))) == (
            "t.yaml:2:3",
            "t.yaml:6:10",
            "t.yaml:2:3",
        )
        assert found.get("Z") is None
        assert of.type_of("A") == "T"

    @pytest.mark.parametrize("properties", ["null", "[]", "text", "!Ref X", "{}", "!If [Always, {}, {}]", "3"])
    def test_properties_of_any_shape(self, properties: str) -> None:
        found = only_world(stack(f"Resources: {{A: {{Type: T, Properties: {properties}}}}}")).resource("A")
        assert found.properties.entries == {}

    @pytest.mark.parametrize(
        ("written", "names"),
        [("B", ("B",)), ("[B, C]", ("B", "C")), ("[]", ()), ("{B: C}", ()), ("[B, [C], {}]", ("B",)), ("null", ("",))],
    )
    def test_every_form_of_depends_on(self, written: str, names: tuple[str, ...]) -> None:
        here = only_world(stack(f"Resources: {{A: {{Type: T, DependsOn: {written}}}, B: {{Type: T}}, C: {{Type: T}}}}"))
        assert here.resource("A").depends_on == names
        assert here.waits_for("A") == set(names) - {""}

    def test_what_is_the_same_in_every_world_is_read_once(self) -> None:
        of = stack(f"""
{ENV}
Conditions: {{C: !Equals [!Ref Env, prod]}}
Resources:
  Same: {{Type: T, Properties: {{P: !Ref AWS::Region}}}}
  Chosen: {{Type: T, Properties: {{P: !Ref Env}}}}
  Other: {{Type: T, Properties: {{P: !If [C, x, y]}}}}
""")
        one, other = (of.in_world(world) for world in of.worlds)
        assert one.resource("Same") is other.resource("Same")
        assert one.resource("Same") is one.resource("Same")
        for name in ("Chosen", "Other"):
            assert str(one.resource(name).get("P")) != str(other.resource(name).get("P"))

    def test_one_that_is_not_declared(self) -> None:
        with pytest.raises(KeyError):
            only_world(stack("Resources: {}")).resource("A")

    def test_places_are_told_by_template(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text("Resources:\n  R:\n    Type: T\n    Properties: {P: v}\n")
        nested = "Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}"
        of = stack(f"Resources: {{Chat: {{{nested}}}}}", tmp_path)
        place = only_world(of).resource("Chat/R").place("P")
        assert of.source_of(place).path.endswith("child.yaml")
        assert of.path_at(place) == "Resources/R/Properties/P"
        assert of.source_of(Span("elsewhere", 1, 1, 1, 1)) is of.source


def waits(here: Evaluation, name: str) -> set[str]:
    return set(here.waits_for(name))


class TestOrder:
    def test_goes_through_references_and_depends_on(self) -> None:
        here = only_world(
            stack("""
Resources:
  A: {Type: T, DependsOn: B}
  B: {Type: T, Properties: {P: !Sub "x/${C}"}}
  C: {Type: T, Properties: {P: [{Q: !GetAtt D.Arn}]}}
  D: {Type: T, Properties: {P: !Join ["", [!Ref E]]}}
  E: {Type: T, DependsOn: [Undeclared]}
  F: {Type: T}
""")
        )
        assert waits(here, "A") == {"B", "C", "D", "E"}
        assert waits(here, "D") == {"E"}
        assert waits(here, "F") == set()
        assert here.waits_for("A") is here.waits_for("A")

    def test_stops_at_what_does_not_exist(self) -> None:
        here = only_world(
            stack("""
Conditions: {Never: !Equals [a, b]}
Resources:
  A: {Type: T, DependsOn: [B]}
  B: {Type: T, Condition: Never, DependsOn: C}
  C: {Type: T}
  D: {Type: T, Properties: {P: !If [Never, !Ref C, x]}}
""")
        )
        assert waits(here, "A") == set()
        assert waits(here, "D") == set()

    def test_may_go_round(self) -> None:
        here = only_world(stack("Resources: {A: {Type: T, DependsOn: B}, B: {Type: T, DependsOn: A}}"))
        assert waits(here, "A") == {"A", "B"}

    def test_through_nested_stacks(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text("""
Parameters: {In: {Type: String}}
Resources: {R: {Type: T, Properties: {P: !Ref In}}, S: {Type: T}}
Outputs: {Out: {Value: !Ref R}}
""")
        nested = "Type: AWS::CloudFormation::Stack"
        here = only_world(
            stack(
                f"""
Resources:
  Api: {{Type: T}}
  Before: {{Type: T}}
  Chat: {{{nested}, DependsOn: Before, Properties: {{TemplateURL: child.yaml, Parameters: {{In: !Ref Api}}}}}}
  After: {{Type: T, DependsOn: Chat}}
  Behind: {{Type: T, Properties: {{P: !GetAtt Chat.Outputs.Out}}}}
  Beside: {{Type: T}}
""",
                tmp_path,
            )
        )
        everything = {"Api", "Before", "Chat", "Chat/R", "Chat/S"}
        assert waits(here, "After") == everything
        assert waits(here, "Behind") == everything
        assert waits(here, "Chat/S") == {"Api", "Before"}
        assert here.resource("Chat/R").mentions == {"Api"}
        assert waits(here, "Beside") == set()

    @given(st.lists(st.lists(st.integers(0, 6), max_size=3), min_size=7, max_size=7), st.data())
    def test_is_the_transitive_closure(self, links: list[list[int]], data: st.DataObject) -> None:
        def entry(number: int, targets: list[int]) -> str:
            ways = [data.draw(st.sampled_from(["depends", "ref", "sub"])) for _ in targets]
            depends = [f"R{target}" for target, way in zip(targets, ways, strict=True) if way == "depends"]
            values = [
                f"!Ref R{target}" if way == "ref" else f'!Sub "${{R{target}.Arn}}"'
                for target, way in zip(targets, ways, strict=True)
                if way != "depends"
            ]
            properties = f"{{P: [{', '.join(values)}]}}"
            return f"  R{number}: {{Type: T, DependsOn: [{', '.join(depends)}], Properties: {properties}}}\n"

        here = only_world(stack("Resources:\n" + "".join(entry(*item) for item in enumerate(links))))
        for number in range(7):
            reached: set[int] = set()
            pending = list(links[number])
            while pending:
                at = pending.pop()
                if at not in reached:
                    reached.add(at)
                    pending += links[at]
            assert waits(here, f"R{number}") == {f"R{other}" for other in reached}


class TestWhatCannotBeTold:
    def test_a_resource_may_have_more_properties_than_it_shows(self) -> None:
        here = only_world(
            stack("""
Parameters: {Names: {Type: CommaDelimitedList}}
Resources:
  A: {Type: T, Properties: {Fn::Transform: {Name: AWS::Include}, P: v}}
  B: {Type: T, Properties: {Fn::ForEach::L: [N, !Ref Names, {"${N}": v}], P: v}}
  C: {Type: T, Properties: {Fn::Transform: {Name: AWS::Include}}}
  D: {Type: T, Properties: {P: v}}
  E: {Type: T, Properties: [v]}
""")
        )
        resources = [here.resource(name) for name in "ABCDE"]
        assert ["Fn::Transform" in resources[0].open, "Fn::ForEach::L" in resources[1].open] == [True, True]
        assert [bool(one.open) for one in resources] == [True, True, True, False, False]
        assert [list(one.properties.entries) for one in resources] == [["P"], ["P"], [], ["P"], []]

    def test_a_template_may_make_more_resources_than_it_declares(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text("Resources:\n  R: {Type: T}\n  Fn::Transform: {Name: AWS::Include}\n")
        of = stack(
            """
Parameters: {Names: {Type: CommaDelimitedList}, Known: {Type: CommaDelimitedList, Default: a}}
Resources:
  Chat: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: child.yaml}}
  Fn::ForEach::L: [N, !Ref Names, {"R${N}": {Type: T}}]
  Fn::ForEach::M: [N, !Ref Known, {"S${N}": {Type: T}}]
""",
            tmp_path,
        )
        assert [(gap.name, gap.span.line) for gap in of.gaps] == [("Fn::ForEach::L", 5), ("Fn::Transform", 3)]
        assert "Sa" in of.declared
        assert stack("Resources: {A: {Type: T}}").gaps == ()
