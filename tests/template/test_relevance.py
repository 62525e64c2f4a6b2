"""Which conditions and parameters matter, and what each parameter may be."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import stack
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.relevance import Domains, Relevance

ROUTE = "AWS::ApiGatewayV2::Route"
HEAD = """\
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Free: {Type: String}
  Name: {Type: String, Default: a}
  Other: {Type: String, Default: b}
  Secret: {Type: "AWS::SSM::Parameter::Value<String>", Default: /chat/secret}
  Zones: {Type: CommaDelimitedList, Default: ""}
"""


def relevance(
    text: str, folder: Path | None = None, *, given: dict[str, str] | None = None, child: str = ""
) -> Relevance:
    if folder is not None:
        (folder / "child.yaml").write_text(child)
    root = stack(HEAD + text, folder, given=given).root
    return Relevance(root, given or {}, frozenset({ROUTE}), frozenset({"Tags"}))


def conditions(found: Relevance) -> list[str]:
    return [module.prefix + name for module, name in found.conditions]


def domains(condition: str, given: dict[str, str] | None = None) -> Domains:
    """The domains of a template of one condition, on which a route hangs."""
    text = f"Conditions:\n  C: {condition}\nResources:\n  R: {{Type: '{ROUTE}', Condition: C}}\n"
    return relevance(text, given=given).domains()


class TestConditions:
    def test_on_a_resource_and_in_its_properties(self) -> None:
        found = relevance(f"""
Conditions: {{A: !Equals [a, b], B: !Equals [a, b], C: !Equals [a, b], D: !Equals [a, b], E: !Condition A}}
Resources:
  R:
    Type: {ROUTE}
    Condition: A
    Properties:
      RouteKey: !If [B, x, !Sub "${{Env}}"]
      Tags: !If [C, x, y]
      Undeclared: !If [Z, x, y]
  S: {{Type: {ROUTE}, Condition: A, Properties: {{RouteKey: !Ref Env, Target: !Ref Env}}}}
  Q: {{Type: "AWS::SQS::Queue", Condition: D}}
""")
        assert conditions(found) == ["A", "B"]
        assert found.parameters == {"Env"}

    @pytest.mark.parametrize("resource", ["Condition: [A]", "Condition: {}", "Properties: [a]", "Properties: a"])
    def test_on_resources_of_any_shape(self, resource: str) -> None:
        text = f"Conditions: {{A: !Equals [a, b]}}\nResources:\n  R:\n    Type: {ROUTE}\n    {resource}\n"
        assert relevance(text).conditions == []

    def test_of_all_types_where_none_are_told(self) -> None:
        text = "Conditions: {A: !Equals [a, b]}\nResources: {Q: {Type: 'AWS::SQS::Queue', Condition: A}}\n"
        found = Relevance(stack(text).root, {}, None, frozenset())
        assert conditions(found) == ["A"]

    def test_of_the_stacks_around(self, tmp_path: Path) -> None:
        found = relevance(
            """
Conditions: {HasChat: !Equals [!Ref Env, prod], Unused: !Equals [a, b]}
Resources:
  Chat: {Type: "AWS::CloudFormation::Stack", Condition: HasChat, Properties: {TemplateURL: child.yaml}}
""",
            tmp_path,
            child=f"Conditions: {{In: !Equals [a, b]}}\nResources: {{R: {{Type: '{ROUTE}', Condition: In}}}}\n",
        )
        assert sorted(conditions(found)) == ["Chat/In", "HasChat"]

    def test_of_stacks_around_what_does_not_matter(self, tmp_path: Path) -> None:
        found = relevance(
            """
Conditions: {HasChat: !Equals [!Ref Env, prod]}
Resources:
  Chat: {Type: "AWS::CloudFormation::Stack", Condition: HasChat, Properties: {TemplateURL: child.yaml}}
""",
            tmp_path,
            child="Resources: {Q: {Type: 'AWS::SQS::Queue'}}\n",
        )
        assert conditions(found) == []

    def test_through_arguments_and_outputs(self, tmp_path: Path) -> None:
        found = relevance(
            f"""
Conditions: {{A: !Equals [a, b], B: !Equals [a, b]}}
Resources:
  Chat:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters: {{Key: !If [A, x, !Ref Env], Unused: !If [B, x, y]}}
  R: {{Type: "{ROUTE}", Properties: {{Target: !GetAtt Chat.Outputs.Id}}}}
""",
            tmp_path,
            child=f"""
Parameters: {{Key: {{Type: String}}, Unused: {{Type: String}}}}
Conditions: {{In: !Equals [a, b]}}
Resources: {{R: {{Type: "{ROUTE}", Properties: {{RouteKey: !Ref Key}}}}}}
Outputs: {{Id: {{Value: !If [In, x, y]}}, Other: {{Value: !Ref Unused}}}}
""",
        )
        assert sorted(conditions(found)) == ["A", "Chat/In"]
        assert found.parameters == {"Env"}


class TestDomains:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("!Equals [!Ref Env, prod]", {"Env": ("dev", "test", "prod")}),
            ("!Equals [!Ref Env, other]", {"Env": ("dev", "test", "prod")}),
            ("!Equals [!Ref Free, x]", {"Free": (None, "x")}),
            ("!Equals [x, !Ref Free]", {"Free": (None, "x")}),
            ("!Or [!Equals [!Ref Free, x], !Equals [!Ref Free, y]]", {"Free": (None, "x", "y")}),
            ("!Equals [!Ref Name, x]", {"Name": ("a", "x")}),
            ("!Equals [!Ref Name, a]", {"Name": ("a", None)}),
            ('!Not [!Equals [!Ref Name, ""]]', {"Name": ("a", "")}),
            ("!Equals [!Sub '${Name}', x]", {"Name": ("a", "x")}),
            ("!Equals [!Sub 'a-${Name}', a-x]", {"Name": ("a", None)}),
            ('!Equals [!Join ["", !Ref Zones], ""]', {"Zones": ("", None)}),
            ("!Equals [!FindInMap [M, !Ref Name, k], x]", {"Name": ("a", None)}),
            ("!Equals [!Ref Secret, x]", {"Secret": (None, "x")}),
            ("!Equals [!Ref AWS::Region, us-east-1]", {"AWS::Region": (None, "us-east-1")}),
            ("!Equals [!Ref Name, !Ref Other]", {"Name": ("a", "b", None), "Other": ("b", "a", None)}),
            ("!Equals [!Ref Name, !Ref Free]", {"Name": ("a", None), "Free": (None, "a")}),
            (
                "!Equals [!Ref Env, !Ref Free]",
                {"Env": ("dev", "test", "prod"), "Free": (None, "dev", "test", "prod")},
            ),
            ("!Equals [!Ref Secret, !Ref AWS::Region]", {"Secret": (None,), "AWS::Region": (None,)}),
            ("!Equals [!Ref Name, !Join ['', [x, y]]]", {"Name": ("a", None)}),
            ("!Equals [a, b]", {}),
            ("!Equals [!Ref Undeclared, b]", {}),
            ("!Equals a", {}),
            ("[]", {}),
        ],
    )
    def test_of_what_a_condition_uses(self, condition: str, expected: Domains) -> None:
        found = domains(condition)
        assert {name: found[name][0] for name in found} == {name: values[0] for name, values in expected.items()}
        assert {name: set(values) for name, values in found.items()} == {
            name: set(values) for name, values in expected.items()
        }

    def test_given_values_pin(self) -> None:
        assert domains("!Equals [!Ref Env, prod]", {"Env": "test"}) == {"Env": ("test",)}
        assert domains("!Equals [!Ref AWS::Region, a]", {"AWS::Region": "b"}) == {"AWS::Region": ("b",)}

    def test_of_a_parameter_that_has_allowed_values_but_no_default(self) -> None:
        text = f"""
  Kind: {{Type: String, AllowedValues: [x, y]}}
Resources: {{R: {{Type: "{ROUTE}", Properties: {{RouteKey: !Ref Kind, Target: !Ref Name}}}}}}
"""
        assert relevance(text).domains() == {"Kind": ("x", "y")}

    def test_through_other_conditions(self) -> None:
        text = f"""
Conditions:
  A: !Not [!Condition B]
  B: !And [!Equals [!Ref Free, x], !Condition A, !Condition Undeclared]
Resources: {{R: {{Type: "{ROUTE}", Condition: A}}}}
"""
        assert relevance(text).domains() == {"Free": (None, "x")}

    CHILD = f"""
Parameters: {{Stage: {{Type: String}}, Looked: {{Type: "AWS::SSM::Parameter::Value<String>"}}}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsLooked: !Equals [!Ref Looked, x]
Resources:
  R: {{Type: "{ROUTE}", Condition: IsProd}}
  S: {{Type: "{ROUTE}", Condition: IsLooked}}
Outputs: {{Stage: {{Value: !Ref Stage}}}}
"""

    @pytest.mark.parametrize(
        ("passed", "expected"),
        [
            ("!Ref Free", {"Free": {None, "prod"}}),
            ('!Sub "${Free}"', {"Free": {None, "prod"}}),
            ('!Sub "x-${Name}"', {"Name": {"a", None}}),
            ("!If [C, prod, dev]", {"Name": {"a", "x"}}),
            ("!Ref Undeclared", {}),
            ("prod", {}),
        ],
    )
    def test_of_what_a_parent_passes(self, tmp_path: Path, passed: str, expected: dict[str, set[str | None]]) -> None:
        text = f"""
Conditions: {{C: !Equals [!Ref Name, x]}}
Resources:
  Chat:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: child.yaml, Parameters: {{Stage: {passed}}}}}
"""
        found = relevance(text, tmp_path, child=self.CHILD).domains()
        assert {name: set(values) for name, values in found.items()} == expected

    def test_of_what_comes_out_of_another_nested_stack(self, tmp_path: Path) -> None:
        text = """
Resources:
  One:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Stage: !Ref Free}}
  Two:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Stage: !GetAtt One.Outputs.Stage, Looked: !Ref Name}}
"""
        found = relevance(text, tmp_path, child=self.CHILD).domains()
        assert {name: set(values) for name, values in found.items()} == {"Free": {None, "prod"}}

    def test_of_stacks_whose_outputs_go_round(self, tmp_path: Path) -> None:
        text = """
Resources:
  One:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Stage: !GetAtt One.Outputs.Stage}}
"""
        assert relevance(text, tmp_path, child=self.CHILD).domains() == {}


SHAPES = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["Env", "C", "Name", "x", "${Env}"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Ref", "Fn::Equals", "Fn::Sub", "Fn::And", "Condition", "Fn::FindInMap"]),
            inner,
            max_size=2,
        )
    ),
)


@given(SHAPES)
def test_conditions_of_any_shape_have_domains(condition: object) -> None:
    for values in domains(
        repr(condition).replace("None", "null").replace("True", "true").replace("False", "false")
    ).values():
        assert values
        assert len(set(values)) == len(values)
