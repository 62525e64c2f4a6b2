"""What names stand for in a template of a stack, in one world."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import SPAN, node, stack

from wsconform.template.conditions import Choices
from wsconform.template.intrinsics import evaluate
from wsconform.template.module import Module
from wsconform.template.scope import ModuleScope, Scopes
from wsconform.template.values import Attribute, Part, Pseudo, Seq, Text, Unresolved

PARENT = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: v1}
  Free: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: "a, b"}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Itself: !Not [!Condition Itself]
  Ping: !And [!Condition Pong, !Equals [a, a]]
  Pong: !Or [!Condition Ping, !Equals [a, b]]
  Malformed: [a]
Mappings:
  Sizes: {prod: {size: big}}
Resources:
  Api: {Type: "AWS::ApiGatewayV2::Api"}
  Alarm: {Type: "AWS::SNS::Topic"}
  Fn: {Type: "AWS::Serverless::Function"}
  Remote: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: "https://example.com/t.yaml"}}
  Chat:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters:
        ApiId: !Ref Api
        Name: !Sub "${Stage}-chat"
        Zones: "x, y"
        Nothing: !Ref AWS::NoValue
        Looked: /name
        Wrong: {a: b}
        Alarms: [!Ref Alarm, [b]]
        Round: !GetAtt Chat.Outputs.Round
"""
CHILD = """\
Parameters:
  ApiId: {Type: String}
  Name: {Type: String, Default: unused}
  Zones: {Type: CommaDelimitedList}
  Nothing: {Type: String, Default: otherwise}
  Unpassed: {Type: String, Default: default}
  Lacking: {Type: String}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>"}
  Wrong: {Type: String}
  Alarms: {Type: String}
  Round: {Type: String}
Conditions:
  IsChat: !Equals [!Ref Name, v1-chat]
Resources:
  Route: {Type: "AWS::ApiGatewayV2::Route"}
Outputs:
  RouteId: {Value: !Ref Route}
  Again: {Value: !Ref ApiId}
  Named: {Value: !If [IsChat, chat, other]}
  Round: {Value: !Sub "${Round}/x"}
  None: {Value: !Ref AWS::NoValue}
  Map: {Value: {a: b}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Module:
    (tmp_path / "child.yaml").write_text(CHILD)
    return stack(PARENT, tmp_path).root


def scopes(given: dict[str, str] | None = None, **choices: str | None) -> Scopes:
    return Scopes(given or {}, Choices(dict(choices)))


def parts(scope: ModuleScope, expression: object) -> tuple[Part, ...]:
    value = evaluate(node(expression), scope)
    assert isinstance(value, Text)
    return value.parts


def reason(scope: ModuleScope, expression: object) -> str:
    found = parts(scope, expression)[0]
    assert isinstance(found, Unresolved)
    return found.reason


class TestRef:
    def test_of_what_is_in_the_template(self, root: Module) -> None:
        scope = scopes().of(root)
        assert scope.ref("AWS::NoValue", SPAN) is None
        assert parts(scope, {"Ref": "AWS::Region"}) == (Pseudo("AWS::Region"),)
        assert parts(scope, {"Ref": "Stage"}) == ("v1",)
        assert parts(scope, {"Ref": "Api"}) == (Attribute("Api"),)
        assert parts(scope, {"Ref": "Undeclared"}) == (Attribute("Undeclared"),)
        assert parts(scope, {"Ref": "Fn.Alias"}) == (Attribute("Fn", "Alias"),)
        assert parts(scope, {"Fn::Sub": "${Fn.Version}"}) == (Attribute("Fn", "Version"),)
        zones = scope.ref("Zones", SPAN)
        assert isinstance(zones, Seq)
        assert [str(item) for item in zones.items] == ["a", "b"]

    @pytest.mark.parametrize("name", ["Api.Id", "Fn.Arn", "Undeclared.Alias", "Chat.Outputs.RouteId"])
    def test_of_what_only_an_attribute_can_be(self, root: Module, name: str) -> None:
        assert parts(scopes().of(root), {"Ref": name}) == (Attribute(name),)

    def test_of_a_parameter_without_default(self, root: Module) -> None:
        assert "no default" in reason(scopes().of(root), {"Ref": "Free"})

    def test_given_values_count_more_than_defaults_and_choices_most(self, root: Module) -> None:
        given = {"Stage": "given", "Free": "free"}
        assert parts(scopes(given).of(root), {"Fn::Sub": "${Stage}/${Free}"}) == ("given/free",)
        assert parts(scopes(given, Stage="chosen").of(root), {"Ref": "Stage"}) == ("chosen",)
        assert isinstance(parts(scopes(given, Stage=None).of(root), {"Ref": "Stage"})[0], Unresolved)

    def test_what_looks_at_choices_is_counted(self, root: Module) -> None:
        here = scopes(Stage="v2")
        scope = here.of(root)
        parts(scope, {"Fn::Sub": "${Api}${Free}"})
        assert here.touched == 0
        parts(scope, {"Ref": "Stage"})
        scope.condition("IsProd")
        assert here.touched >= 2
        before = here.touched
        parts(here.of(root.children["Chat"]), {"Ref": "Name"})
        first = here.touched
        parts(here.of(root.children["Chat"]), {"Ref": "Name"})
        assert first > before
        assert here.touched > first


class TestNested:
    def test_parameters_are_what_the_parent_passes(self, root: Module) -> None:
        scope = scopes().of(root.children["Chat"])
        assert parts(scope, {"Ref": "ApiId"}) == (Attribute("Api"),)
        assert parts(scope, {"Ref": "Name"}) == ("v1-chat",)
        assert parts(scope, {"Fn::Join": ["+", {"Ref": "Zones"}]}) == ("x+y",)
        assert parts(scope, {"Ref": "Nothing"}) == ("otherwise",)
        assert parts(scope, {"Ref": "Unpassed"}) == ("default",)
        assert parts(scope, {"Ref": "Route"}) == (Attribute("Chat/Route"),)

    @pytest.mark.parametrize(
        ("name", "word"), [("Lacking", "no default"), ("Looked", "SSM"), ("Wrong", "map"), ("Alarms", "list")]
    )
    def test_parameters_that_stay_unknown(self, root: Module, name: str, word: str) -> None:
        assert word in reason(scopes().of(root.children["Chat"]), {"Ref": name})

    def test_given_values_are_for_the_root_template(self, root: Module) -> None:
        scope = scopes({"Unpassed": "given", "Name": "given"}).of(root.children["Chat"])
        assert parts(scope, {"Fn::Sub": "${Unpassed} ${Name}"}) == ("default v1-chat",)

    def test_outputs_are_followed(self, root: Module) -> None:
        scope = scopes().of(root)
        assert parts(scope, {"Fn::GetAtt": "Chat.Outputs.RouteId"}) == (Attribute("Chat/Route"),)
        assert parts(scope, {"Fn::GetAtt": ["Chat", "Outputs.Again"]}) == (Attribute("Api"),)
        assert parts(scope, {"Fn::Sub": "${Chat.Outputs.Named}"}) == ("chat",)
        assert parts(scopes(Stage="v2").of(root), {"Fn::Sub": "${Chat.Outputs.Named}"}) == ("other",)

    @pytest.mark.parametrize(
        ("output", "word"),
        [
            ("Chat.Outputs.Undeclared", "no output"),
            ("Chat.Outputs.None", "no value"),
            ("Chat.Outputs.Map", "map"),
            ("Remote.Outputs.Url", "another template"),
            ("Chat.Name", "another template"),
        ],
    )
    def test_outputs_that_stay_unknown(self, root: Module, output: str, word: str) -> None:
        assert word in reason(scopes().of(root), {"Fn::GetAtt": output})

    def test_the_same_output_of_another_template_is_the_same(self, root: Module) -> None:
        scope = scopes().of(root)
        assert parts(scope, {"Fn::GetAtt": "Remote.Outputs.Url"}) == parts(scope, {"Fn::Sub": "${Remote.Outputs.Url}"})

    def test_what_is_made_of_itself_is_unknown(self, root: Module) -> None:
        here = scopes()
        assert "itself" in reason(here.of(root), {"Fn::GetAtt": "Chat.Outputs.Round"})
        assert "itself" in reason(here.of(root.children["Chat"]), {"Ref": "Round"})
        assert "itself" in reason(scopes().of(root.children["Chat"]), {"Ref": "Round"})


class TestMentions:
    def test_are_gathered_in_the_innermost_context(self, root: Module) -> None:
        scope = scopes().of(root)
        with scope.collecting() as outer:
            parts(scope, {"Ref": "Api"})
            with scope.collecting() as inner:
                parts(scope, {"Fn::GetAtt": "Fn.Arn"})
            parts(scope, {"Ref": "Stage"})
        assert (outer, inner) == ({"Api"}, {"Fn"})

    def test_go_through_what_a_parent_passes_every_time(self, root: Module) -> None:
        scope = scopes().of(root.children["Chat"])
        for _ in range(2):
            with scope.collecting() as found:
                parts(scope, {"Fn::Sub": "${ApiId}/${Route}"})
            assert found == {"Api", "Chat/Route"}

    def test_of_an_output_are_the_nested_stack(self, root: Module) -> None:
        scope = scopes().of(root)
        with scope.collecting() as found:
            parts(scope, {"Fn::GetAtt": "Chat.Outputs.RouteId"})
        assert found == {"Chat"}


class TestConditions:
    def test_known(self, root: Module) -> None:
        assert scopes().of(root).condition("IsProd") is False
        assert scopes(Stage="prod").of(root).condition("IsProd") is True
        assert scopes().of(root.children["Chat"]).condition("IsChat") is True

    @pytest.mark.parametrize("name", ["Itself", "Ping", "Pong", "Malformed", "Undeclared"])
    def test_that_cannot_be_told(self, root: Module, name: str) -> None:
        here = scopes().of(root)
        answer = here.condition(name)
        assert answer is None or name in ("Ping", "Pong")
        assert here.condition(name) is answer

    def test_a_long_chain_costs_no_stack(self) -> None:
        chain = "".join(f"  C{number}: !Not [!Condition C{number + 1}]\n" for number in range(3_000))
        text = f"Conditions:\n{chain}  C3000: !Equals [a, a]\nResources: {{}}\n"
        assert scopes().of(stack(text).root).condition("C0") is True

    def test_mappings(self, root: Module) -> None:
        assert parts(scopes().of(root), {"Fn::FindInMap": ["Sizes", "prod", "size"]}) == ("big",)


def test_values_that_are_too_long_in_all_stay_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsconform.template.scope.LARGEST", 10_000)
    scope = scopes().of(stack("Resources: {}").root)
    copies = [{"Fn::Join": ["", ["x" * 1_000, {"Ref": "AWS::Region"}]]} for _ in range(20)]
    value = evaluate(node(copies), scope)
    assert isinstance(value, Seq)
    texts = [item for item in value.items if isinstance(item, Text)]
    assert texts[0].unresolved is None
    assert texts[-1].unresolved is not None
    assert "too long in all" in texts[-1].unresolved.reason


def chain(folder: Path, output: str, length: int) -> Module:
    """A stack of nested ones, each of which takes in the output of the one before it."""
    (folder / "child.yaml").write_text(
        f"Parameters: {{In: {{Type: String}}}}\nResources: {{}}\nOutputs: {{Out: {{Value: !Sub '{output}'}}}}\n"
    )
    nested = "Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: child.yaml, Parameters: {{In: {}}}}}"
    passed = ["x", *(f"!GetAtt S{number}.Outputs.Out" for number in range(length - 1))]
    lines = [f"  S{number}: {{{nested.format(value)}}}\n" for number, value in enumerate(passed)]
    return stack("Resources:\n" + "".join(lines), folder).root


def test_a_long_chain_of_nested_stacks_costs_no_stack(tmp_path: Path) -> None:
    root = chain(tmp_path, "${In}.", 150)
    assert parts(scopes().of(root), {"Fn::GetAtt": "S149.Outputs.Out"}) == ("x" + 150 * ".",)


def test_a_text_that_multiplies_from_stack_to_stack_stays_unknown(tmp_path: Path) -> None:
    root = chain(tmp_path, "${In}" * 100, 30)
    found = parts(scopes().of(root), {"Fn::GetAtt": "S29.Outputs.Out"})
    assert all(isinstance(part, Unresolved) and "longer" in part.reason for part in found)


class TestSam:
    TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: v1
      Routes:
        $connect: {FunctionArn: !GetAtt F.Arn}
  F: {Type: "AWS::Serverless::Function", Properties: {InlineCode: x, Handler: i.h, Runtime: python3.13}}
"""

    def test_what_sam_makes_is_referred_to_through_its_resource(self) -> None:
        root = stack(self.TEMPLATE).root
        scope = scopes().of(root)
        stage = root.expansion.references["Chat.Stage"]
        assert parts(scope, {"Ref": "Chat.Stage"}) == (Attribute(stage),)
        assert parts(scope, {"Fn::Sub": "${Chat.Stage}"}) == (Attribute(stage),)
        assert parts(scope, {"Fn::GetAtt": "Chat.Stage.X"}) == (Attribute(stage, "X"),)
