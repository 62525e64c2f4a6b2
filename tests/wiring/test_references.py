"""References that lead to nothing, and places that ARNs spell out."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import wiring

from wsconform.wiring.model import Wiring
from wsconform.wiring.references import (
    absent,
    dangling,
    hard_coded,
    made_by_sam,
    surroundings,
    undeclared_conditions,
    written_texts,
)

HEAD = """\
Transform: AWS::Serverless-2016-10-31
Conditions: {Never: !Equals [a, b]}
Parameters:
  Place: {Type: String, Default: us-east-1}
Resources:
  Chat: {Type: "AWS::ApiGatewayV2::Api", Properties: {ProtocolType: WEBSOCKET}}
  Gone: {Type: "AWS::SQS::Queue", Condition: Never}
  Queue: {Type: "AWS::SQS::Queue"}
"""


def found_in(resource: str, more: str = "") -> list[str]:
    """The names that lead nowhere in a resource `R`."""
    here = wiring(f"{HEAD}  R: {resource}\n{more}")
    return [name for _, name in dangling(here.elements["R"], here)]


def route(properties: str) -> str:
    return f'{{Type: "AWS::ApiGatewayV2::Route", Properties: {{ApiId: !Ref Chat, {properties}}}}}'


class TestDangling:
    @pytest.mark.parametrize(
        ("properties", "names"),
        [
            ("Target: !Ref Lost", ["Lost"]),
            ("Target: !Ref Gone", ["Gone"]),
            ("Target: !Ref Queue", []),
            ('Target: !Sub "integrations/${Lost}/${Queue.Arn}/${Far.Arn}"', ["Lost", "Far"]),
            ('Target: !Join ["", [!GetAtt Lost.Arn]]', ["Lost"]),
            ("RequestModels: {a: [!Ref Lost]}", ["Lost"]),
            ("Target: !If [Never, !Ref Lost, x]", []),
            ("Tags: {a: !Ref Lost}", []),
            ("Target: !Ref AWS::Region", []),
            ("Target: x", []),
        ],
    )
    def test_references(self, properties: str, names: list[str]) -> None:
        assert found_in(route(properties)) == names

    @pytest.mark.parametrize(
        ("depends", "names"),
        [("Lost", ["Lost"]), ("[Chat, Lost, Far]", ["Lost", "Far"]), ("Gone", []), ("[[Lost]]", []), ("{a: Lost}", [])],
    )
    def test_depends_on(self, depends: str, names: list[str]) -> None:
        written = f'{{Type: "AWS::ApiGatewayV2::Route", DependsOn: {depends}, Properties: {{ApiId: !Ref Chat}}}}'
        assert found_in(written) == names

    def test_each_stands_where_it_is_written(self) -> None:
        resource = """\
  R:
    Type: AWS::ApiGatewayV2::Route
    DependsOn:
      - Lost
    Properties:
      ApiId: !Ref Chat
      Target: !Ref Far
"""
        here = wiring(HEAD + resource)
        assert [(str(span), name) for span, name in dangling(here.elements["R"], here)] == [
            ("t.yaml:15:15", "Far"),
            ("t.yaml:12:9", "Lost"),
        ]

    def test_in_a_nested_stack_are_its_own(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text(
            "Parameters: {Id: {Type: String}}\nResources: {R: {Type: 'AWS::ApiGatewayV2::Route', DependsOn: Queue, "
            "Properties: {ApiId: !Ref Id, Target: !Ref Queue}}}\n"
        )
        nested = (
            "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: child.yaml, Parameters: {Id: !Ref Chat}}}"
        )
        here = wiring(f"{HEAD}  N: {nested}\n", tmp_path)
        assert [name for _, name in dangling(here.elements["N/R"], here)] == ["N/Queue", "N/Queue"]


class TestWhatIsAbsent:
    def test_values(self, tmp_path: Path) -> None:
        (tmp_path / "child.yaml").write_text("Resources: {}\nOutputs: {Out: {Value: x}}\n")
        nested = "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: child.yaml}}"
        targets = [
            *("!GetAtt N.Outputs.Out", "!GetAtt N.Outputs.Lost", "!FindInMap [Lost, a, b]"),
            *("!Ref Place", "!ImportValue Other", '!Sub "a-${N.Outputs.Far}"'),
        ]
        routes = "".join(f"  R{number}: {route(f'Target: {target}')}\n" for number, target in enumerate(targets))
        here = wiring(f"{HEAD}  N: {nested}\n{routes}", tmp_path)
        found = [[reason for _, reason in absent(here.elements[f"R{number}"])] for number in range(len(targets))]
        assert [len(reasons) for reasons in found] == [0, 1, 1, 0, 0, 1]
        assert '"Lost"' in found[1][0]
        assert "no such entry" in found[2][0]

    def test_conditions(self) -> None:
        here = wiring(
            HEAD
            + """\
  R:
    Type: AWS::ApiGatewayV2::Route
    Condition: Lost
    Properties:
      ApiId: !Ref Chat
      RouteKey: !If [Never, a, !If [Far, b, c]]
      Target: !If x
"""
        )
        found = [(str(span), name) for span, name in undeclared_conditions(here.elements["R"])]
        assert found == [("t.yaml:11:16", "Lost"), ("t.yaml:14:37", "Far")]


SAM = """\
  F:
    Type: AWS::Serverless::Function
    Properties:
      {InlineCode: x, Handler: i.h, Runtime: python3.13, AutoPublishAlias: live, Events: {Daily: {Type: Schedule}}}
  Table: {Type: "AWS::Serverless::SimpleTable"}
"""


class TestMadeBySam:
    @pytest.mark.parametrize(
        ("name", "answer"),
        [
            ("FRole", True),
            ("FAliaslive", True),
            ("FAliasprod", False),
            ("FVersion0a1b2c", True),
            ("FDaily", True),
            ("FDailyPermission", True),
            ("ServerlessRestApi", True),
            ("ServerlessHttpApi", True),
            ("TableAnything", True),
            ("FIntegration", False),
            ("Frole", False),
            ("Elsewhere", False),
            ("ChatRole", False),
        ],
    )
    def test_by_their_names(self, name: str, *, answer: bool) -> None:
        here = wiring(HEAD + SAM)
        assert made_by_sam(name, here.evaluation) is answer
        assert found_in(route(f"Target: !Ref {name}"), SAM) == ([] if answer else [name])


def api_parts(here: Wiring) -> list[str]:
    return [element.id for element in surroundings(here.apis[0])]


class TestSurroundings:
    def test_are_all_that_takes_part(self) -> None:
        here = wiring(
            HEAD
            + """\
  R: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref Chat, RouteKey: x}}
  I:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Chat, IntegrationUri: !GetAtt F.Arn, CredentialsArn: !GetAtt Caller.Arn}
  M: {Type: "AWS::ApiGatewayV2::ApiMapping", Properties: {ApiId: !Ref Chat, DomainName: !Ref D}}
  N: {Type: "AWS::ApiGatewayV2::ApiMapping", Properties: {ApiId: !Ref Chat, DomainName: !Ref D}}
  D: {Type: "AWS::ApiGatewayV2::DomainName", Properties: {DomainName: chat.example}}
  F: {Type: "AWS::Lambda::Function", Properties: {Role: !GetAtt Role.Arn}}
  P: {Type: "AWS::Lambda::Permission", Properties: {FunctionName: !Ref F}}
  Role: {Type: "AWS::IAM::Role"}
  Caller: {Type: "AWS::IAM::Role"}
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: p
      Roles: [!Ref Role]
      PolicyDocument: {Statement: [{Effect: Allow, Action: "execute-api:*", Resource: "*"}]}
  J:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Chat, IntegrationUri: !GetAtt G.Arn, CredentialsArn: "arn:aws:iam::1:role/theirs"}
  G:
    Type: AWS::Serverless::Function
    Properties: {Policies: [{Statement: [{Effect: Allow, Action: "execute-api:*", Resource: "*"}]}]}
  Unrelated: {Type: "AWS::Lambda::Function"}
  Stranger: {Type: "AWS::IAM::Role"}
"""
        )
        found = api_parts(here)
        assert sorted(found) == ["Caller", "Chat", "D", "F", "G", "I", "J", "M", "N", "P", "Policy", "R", "Role"]
        assert found[0] == "Chat"

    def test_of_an_api_outside(self) -> None:
        here = wiring(
            "Resources: {R: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: !ImportValue Api, RouteKey: x}}}"
        )
        assert api_parts(here) == ["R"]


def test_texts_that_can_be_wiring() -> None:
    here = wiring(HEAD + f"  R: {route('Target: a, RequestModels: {k: [b]}, Tags: {k: c}, Metadata: d')}\n")
    assert [str(one) for one in written_texts(here.elements["R"])] == ["${Chat}", "a", "b"]


@pytest.mark.parametrize(
    ("written", "partition", "region"),
    [
        ("arn:aws:lambda:us-east-1:1:function:f", "aws", "us-east-1"),
        ("arn:aws-us-gov:execute-api:us-gov-west-1:1:api/*", "aws-us-gov", "us-gov-west-1"),
        ('!Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/x"', "aws", None),
        ('!Sub "arn:${AWS::Partition}:execute-api:eu-west-1:${AWS::AccountId}:${Chat}/*"', None, "eu-west-1"),
        ('!Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Chat}/*"', None, None),
        ('!Join [":", [arn, aws, lambda, us-east-1, "1", function, f]]', "aws", "us-east-1"),
        ('!Sub "arn:${AWS::Partition}:lambda:${Place}:1:function:f"', None, None),
        ("arn:aws:iam::aws:policy/X", "aws", None),
        ("arn:aws:s3:::bucket", None, None),
        ("arn:*:lambda:*:1:function:f", None, None),
        (
            '!Sub "arn:aws:apigateway:us-east-1:lambda:path/x/arn:aws:lambda:us-west-2:1:function:f"',
            "aws",
            None,
        ),
    ],
)
def test_what_an_arn_spells_out(written: str, partition: str | None, region: str | None) -> None:
    here = wiring(f"{HEAD}  R: {route(f'Target: {written}')}\n")
    element = here.elements["R"]
    value = element.text("Target")
    assert value is not None
    assert hard_coded(value, element) == (partition, region)
