"""What functions are told in environment variables, with the template's intrinsics resolved."""

from __future__ import annotations

import base64
import re

import pytest
from deploying import ADDRESS, BASE, chat, deployed, environment, function, only_api, refused
from hypothesis import given, settings
from hypothesis import strategies as st

from wsconform.check.page import whole_template
from wsconform.local.deployed.account import local_account
from wsconform.local.deployed.errors import DeployError
from wsconform.local.deployed.model import Deployment
from wsconform.report.text import render

HEAD = """Mappings:
  Sizes:
    us-east-1: {Size: small}
    eu-west-1: {Size: big}
Parameters:
  Word: {Type: String, NoEcho: true, Default: hush-hush}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Topic: {Type: AWS::SNS::Topic}
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'statusCode': 200}"
      Environment:
        Variables:
"""


def with_variable(value: str, **options: object) -> Deployment:
    given = options.get("environment")
    return deployed(
        whole_template(f"{HEAD}          IT: {value}\n", BASE),
        environment=given if isinstance(given, dict) else {},
    )


def it(value: str) -> str:
    return environment(with_variable(value), "ChatFunction")["IT"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("5", "5"),
        ("true", "true"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref AWS::AccountId", "123456789012"),
        ("!Sub '${AWS::Partition} ${AWS::StackName} ${AWS::URLSuffix}'", "aws local amazonaws.com"),
        ("!FindInMap [Sizes, !Ref AWS::Region, Size]", "small"),
        ("!Ref Word", "hush-hush"),
        ("!Join ['-', [a, !Ref AWS::Region, b]]", "a-us-east-1-b"),
        ("!Ref Stage", "v1"),
        ("!Ref Queue", "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"),
        ("!GetAtt Queue.Arn", "arn:aws:sqs:us-east-1:123456789012:jobs"),
        ("!Sub 'wss://${ChatApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1'", f"wss://{ADDRESS}/v1"),
        ("!Sub 'https://${ChatApi}.execute-api.us-east-1.amazonaws.com/v1'", f"https://{ADDRESS}/v1"),
        ("!Sub '${ChatApi}.execute-api.${AWS::Region}.amazonaws.com'", ADDRESS),
        ("!GetAtt ChatApi.ApiEndpoint", f"wss://{ADDRESS}"),
        ("!Select [2, !Split ['/', !GetAtt ChatApi.ApiEndpoint]]", ADDRESS),
        ("https://abcdefghij.execute-api.us-east-1.amazonaws.com/v1", None),
    ],
)
def test_intrinsics_come_to_what_aws_would_make_of_them(value: str, expected: str | None) -> None:
    assert it(value) == (value if expected is None else expected)


def test_names_ids_and_arns_have_the_form_that_aws_gives_them() -> None:
    assert re.fullmatch("[a-z0-9]{10}", it("!Ref ChatApi"))
    assert re.fullmatch("[a-z0-9]{7}", it("!Ref DoorAuthorizer"))
    assert re.fullmatch("local-DoorFunction-[A-Z0-9]{12}", it("!Ref DoorFunction"))
    arn = it("!GetAtt DoorFunction.Arn")
    assert re.fullmatch("arn:aws:lambda:us-east-1:123456789012:function:local-DoorFunction-[A-Z0-9]{12}", arn)
    role = it("!GetAtt DoorFunctionRole.Arn")
    assert re.fullmatch("arn:aws:iam::123456789012:role/local-DoorFunctionRole-[A-Z0-9]{12}", role)
    topic = it("!Ref Topic")
    assert re.fullmatch("arn:aws:sns:us-east-1:123456789012:local-Topic-[A-Z0-9]{12}", topic)


def test_what_functions_are_made_of_ids_is_worked_out_too() -> None:
    made = with_variable("!Base64 {'Fn::Sub': '${ChatApi}/v1'}")
    written = base64.b64decode(environment(made, "ChatFunction")["IT"]).decode()
    assert written == f"{only_api(made).id}/v1"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("!ImportValue shared-table", '"shared-table" is exported by another stack'),
        ("'{{resolve:ssm:/chat/key}}'", "is read when the stack is deployed"),
    ],
)
def test_what_only_aws_could_tell_is_left_out_and_told_unless_it_is_given(value: str, reason: str) -> None:
    without = with_variable(value)
    assert "IT" not in environment(without, "ChatFunction")
    (remark,) = without.remarks
    assert "ChatFunction runs without its environment variable IT" in remark
    assert reason in remark
    for name in ("IT", "ChatFunction.IT"):
        told = with_variable(value, environment={name: "told", "DoorFunction.IT": "no"})
        assert environment(told, "ChatFunction")["IT"] == "told"
        assert not told.remarks


def test_a_name_of_what_is_not_made_here_is_remarked() -> None:
    made = with_variable("!GetAtt Table.Arn")
    assert any('"Table" (AWS::DynamoDB::Table) is not made here' in remark for remark in made.remarks)


def test_given_variables_go_to_every_function_or_to_one() -> None:
    made = chat(environment={"LOG": "all", "DoorFunction.LOG": "door"})
    assert environment(made, "ChatFunction")["LOG"] == "all"
    assert environment(made, "DoorFunction")["LOG"] == "door"


def test_another_account_and_region() -> None:
    account = local_account(region="cn-north-1", account_id="210987654321", stack_name="beta")
    made = chat(account=account)
    assert function(made, "ChatFunction").arn.startswith("arn:aws-cn:lambda:cn-north-1:210987654321:function:beta-Chat")
    assert only_api(made).arn("v1/send").startswith("arn:aws-cn:execute-api:cn-north-1:210987654321:")


HUSH = "hush-Hush"
STAGE = """\
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref ChatApi, StageName: !Ref Word, DeploymentId: !ImportValue x}
"""
ROUTE = """\
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref ChatApi, RouteKey: send, Target: !Ref Word}
"""
INTEGRATION = """\
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub "arn:aws:lambda:us-east-1:111122223333:function:${Word}"
"""
TWICE = """\
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref ChatApi, RouteKey: !Ref Word, Target: !Sub "integrations/${ChatIntegration}"}
  DefaultRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref ChatApi, RouteKey: !Ref Word, Target: !Sub "integrations/${ChatIntegration}"}
"""


@pytest.mark.parametrize("resource", [STAGE, ROUTE, INTEGRATION, TWICE])
def test_what_is_not_to_be_shown_stands_in_no_message(resource: str) -> None:
    template = whole_template(f"Parameters:\n  Word: {{Type: String, NoEcho: true}}\nResources:\n{resource}", BASE)
    said = all_said(template, {"Word": HUSH})
    assert said
    assert HUSH not in said


def all_said(template: str, values: dict[str, str]) -> str:
    """All messages about a template."""
    try:
        made = deployed(template, given=values)
    except DeployError as error:
        return str(error) + ("" if error.refused is None else render([error.refused]))
    snapshots = [stage.snapshot for api in made.apis.values() for stage in api.stages.values()]
    routes = [route for one in snapshots if one is not None for route in one.routes.values()]
    targets = [route.integration.target for route in routes if route.integration is not None]
    empty = [stage.why_empty for api in made.apis.values() for stage in api.stages.values()]
    return "\n".join([*made.remarks, *empty, *(str(one.refusal) for one in targets if one is not None)])


def test_a_secret_is_not_told_when_it_is_not_allowed() -> None:
    template = whole_template(
        "Parameters:\n  Word: {Type: String, NoEcho: true, AllowedValues: [a, b]}\nResources: {}\n", BASE
    )
    assert HUSH not in refused(template, given={"Word": HUSH})


WORDS = st.sampled_from(
    [
        "ChatApi",
        "DoorFunction",
        "DoorFunction.Arn",
        "AWS::Region",
        "AWS::StackId",
        "Table",
        "Topic",
        "Queue.Arn",
        "Stage",
    ]
)
LITERALS = st.text("abc/:. -_{}$", max_size=8)


@settings(max_examples=30)
@given(st.lists(st.tuples(LITERALS, WORDS), min_size=1, max_size=5))
def test_nothing_symbolic_is_left_in_a_text(pieces: list[tuple[str, str]]) -> None:
    literal = "".join(re.sub(r"\$\{?|\}", "", before) + "${" + name + "}" for before, name in pieces)
    assert "${" not in it(f"!Sub '{literal}'")
