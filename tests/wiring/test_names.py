"""Ids, names and ARNs of a stack's own resources, each spelt one way."""

from __future__ import annotations

import pytest
from building import SPAN, node, only_world, stack

from wsconform.template.intrinsics import evaluate
from wsconform.template.values import Attribute, Part, Pseudo, Text, Unresolved, text
from wsconform.wiring.names import MOST_PARTS, Names, arn_start

HEAD = """\
Parameters:
  Alias: {Type: String, Default: live}
  FunctionName: {Type: String}
"""
RESOURCES = (
    HEAD
    + """\
Conditions: {Never: !Equals [a, b]}
Resources:
  Api: {Type: "AWS::ApiGatewayV2::Api"}
  Route: {Type: "AWS::ApiGatewayV2::Route"}
  Stage: {Type: "AWS::ApiGatewayV2::Stage", Properties: {StageName: v1}}
  Unnamed: {Type: "AWS::ApiGatewayV2::Stage"}
  Domain: {Type: "AWS::ApiGatewayV2::DomainName", Properties: {DomainName: chat.example}}
  Role: {Type: "AWS::IAM::Role", Properties: {RoleName: chat-role}}
  Queue: {Type: "AWS::SQS::Queue"}
  F: {Type: "AWS::Lambda::Function"}
  Named: {Type: "AWS::Lambda::Function", Properties: {FunctionName: !Sub "chat-${Alias}"}}
  Later: {Type: "AWS::Lambda::Function", Properties: {FunctionName: !Ref FunctionName}}
  Gone: {Type: "AWS::Lambda::Function", Condition: Never}
  Sam: {Type: "AWS::Serverless::Function", Properties: {AutoPublishAlias: !Ref Alias}}
  Plain: {Type: "AWS::Serverless::Function"}
  LiveAlias: {Type: "AWS::Lambda::Alias", Properties: {FunctionName: !Ref F, Name: live}}
  ArnAlias: {Type: "AWS::Lambda::Alias", Properties: {FunctionName: !GetAtt F.Arn, Name: live}}
  BadAlias: {Type: "AWS::Lambda::Alias", Properties: {FunctionName: !Ref F}}
  WorseAlias: {Type: "AWS::Lambda::Alias", Properties: {Name: live, FunctionName: [F]}}
  V1: {Type: "AWS::Lambda::Version", Properties: {FunctionName: !Ref Named}}
  Custom: {Type: "Custom::Thing"}
  Other: {Type: "AWS::CloudFormation::CustomResource"}
"""
)
WORLD = only_world(stack(RESOURCES, types=()))
NAMES = Names(WORLD)
LAMBDA = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"


def canonical(expression: object) -> Text:
    value = evaluate(node(expression), WORLD.scope(WORLD.stack.root))
    assert isinstance(value, Text)
    return NAMES.canonical(value)


def parts(expression: object) -> tuple[Part, ...]:
    return canonical(expression).parts


@pytest.mark.parametrize(
    "spellings",
    [
        [{"Ref": "Route"}, {"Fn::GetAtt": "Route.RouteId"}, {"Fn::Sub": "${Route}"}],
        [{"Ref": "Api"}, {"Fn::GetAtt": "Api.ApiId"}],
        [{"Ref": "F"}, {"Fn::Sub": "${F}"}],
        [{"Fn::GetAtt": "F.Arn"}, {"Fn::Sub": "${F.Arn}"}, {"Fn::Sub": LAMBDA + "${F}"}],
        [{"Fn::GetAtt": "Named.Arn"}, {"Fn::Sub": LAMBDA + "chat-live"}, {"Fn::Sub": LAMBDA + "${Named}"}],
        [{"Ref": "Named"}, "chat-live"],
        [{"Ref": "Stage"}, "v1"],
        [{"Ref": "Domain"}, "chat.example"],
        [{"Ref": "Role"}, "chat-role"],
        [
            {"Ref": "LiveAlias"},
            {"Ref": "ArnAlias"},
            {"Fn::GetAtt": "LiveAlias.AliasArn"},
            {"Fn::Sub": "${F.Arn}:live"},
            {"Fn::Sub": LAMBDA + "${F}:live"},
        ],
        [{"Ref": "V1"}, {"Fn::GetAtt": "V1.FunctionArn"}, {"Fn::Sub": LAMBDA + "${Named}:${V1.Version}"}],
        [
            {"Ref": "Sam.Alias"},
            {"Fn::Sub": "${Sam.Alias}"},
            {"Fn::GetAtt": "Sam.Alias"},
            {"Ref": "SamAliaslive"},
            {"Fn::GetAtt": "SamAliaslive.AliasArn"},
            {"Fn::Sub": "${Sam.Arn}:${Alias}"},
        ],
        [{"Ref": "Sam.Version"}, {"Fn::Sub": "${Sam.Version}"}],
        [
            {"Fn::GetAtt": "Api.ExecuteApiArn"},
            {"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}"},
        ],
    ],
)
def test_what_means_the_same_is_spelt_the_same(spellings: list[object]) -> None:
    first, *others = map(canonical, spellings)
    for other in others:
        assert other.parts == first.parts


def test_what_means_something_else_is_not() -> None:
    expressions = [
        *({"Ref": name} for name in ("Api", "Route", "F", "Named", "Stage", "LiveAlias", "V1", "Sam", "Queue")),
        *({"Fn::GetAtt": name} for name in ("F.Arn", "Named.Arn", "Sam.Arn", "Queue.Arn", "V1.Version")),
        *({"Ref": "Sam.Alias"}, {"Ref": "Sam.Version"}, "F", "Route"),
    ]
    assert len({parts(one) for one in expressions}) == len(expressions)


@pytest.mark.parametrize(
    ("expression", "atom"),
    [
        ({"Ref": "Unnamed"}, Attribute("Unnamed")),
        ({"Ref": "Queue"}, Attribute("Queue")),
        ({"Fn::GetAtt": "Queue.Arn"}, Attribute("Queue", "Arn")),
        ({"Fn::GetAtt": "Api.ApiEndpoint"}, Attribute("Api", "ApiEndpoint")),
        ({"Fn::GetAtt": "F.SnapStartResponse"}, Attribute("F", "SnapStartResponse")),
        ({"Ref": "Plain.Alias"}, Attribute("Plain", "Alias")),
        ({"Ref": "PlainAliaslive"}, Attribute("PlainAliaslive")),
        ({"Fn::GetAtt": "SamAliaslive.Name"}, Attribute("SamAliaslive", "Name")),
        ({"Ref": "BadAlias"}, Attribute("BadAlias")),
        ({"Ref": "WorseAlias"}, Attribute("WorseAlias")),
        ({"Ref": "Gone"}, Attribute("Gone")),
        ({"Ref": "Undeclared"}, Attribute("Undeclared")),
    ],
)
def test_what_has_one_spelling_stays(expression: object, atom: Attribute) -> None:
    assert parts(expression) == (atom,)


def test_a_name_that_is_known_only_after_deployment() -> None:
    found = canonical({"Fn::GetAtt": "Later.Arn"})
    assert found.parts[:-1] == (*arn_start("lambda"), ":function:")
    assert isinstance(found.parts[-1], Unresolved)
    assert found.parts[-1].key == "FunctionName"


@pytest.mark.parametrize("name", ["Custom.ApiId", "Other.ApiId"])
def test_a_custom_resource_tells_its_values_when_deployed(name: str) -> None:
    (found,) = parts({"Fn::GetAtt": name})
    assert isinstance(found, Unresolved)
    assert found.key == name
    assert "custom resource" in found.reason
    (referred,) = parts({"Ref": name.partition(".")[0]})
    assert isinstance(referred, Unresolved)


def test_text_without_resources_stays_the_same_object() -> None:
    value = text(["a", Pseudo("AWS::Region")], SPAN)
    assert NAMES.canonical(value) is value


class TestBounds:
    def names(self, resources: str) -> Names:
        return Names(only_world(stack(f"Resources:\n{resources}")))

    def test_names_that_go_round(self) -> None:
        names = self.names(
            '  A: {Type: "AWS::IAM::Role", Properties: {RoleName: !Ref B}}\n'
            '  B: {Type: "AWS::IAM::Role", Properties: {RoleName: !Sub "${A}"}}\n'
            '  C: {Type: "AWS::Lambda::Alias", Properties: {FunctionName: !Ref C, Name: !Ref C}}\n'
        )
        for name in "ABC":
            assert names.canonical(text([Attribute(name)], SPAN)).parts

    def test_names_that_multiply(self) -> None:
        names = self.names(
            "".join(
                f'  R{number}: {{Type: "AWS::IAM::Role", Properties: '
                f'{{RoleName: !Sub "{f"${{R{number + 1}}}-" * 60}"}}}}\n'
                for number in range(9)
            )
        )
        assert len(names.canonical(text([Attribute("R0")], SPAN)).parts) <= MOST_PARTS
