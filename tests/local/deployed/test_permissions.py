"""Whether API Gateway may invoke the functions of a template, and why not."""

from __future__ import annotations

import pytest
from deploying import BASE, chat, deployed, route, snapshot, why_not

from wsconform.check.page import whole_template
from wsconform.local.deployed.account import local_account

PERMISSION = """Resources:
  ChatPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: {action}
      FunctionName: {function}
      Principal: {principal}
      SourceArn: !Sub arn:aws:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{source}
"""
GOOD = {
    "action": "lambda:InvokeFunction",
    "function": "!Ref ChatFunction",
    "principal": "apigateway.amazonaws.com",
    "source": "${ChatApi}/v1/*",
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"source": "${ChatApi}/*"},
        {"source": "${ChatApi}/*/*"},
        {"source": "${ChatApi}/v?/s*"},
        {"source": "*"},
        {"action": "lambda:*"},
        {"function": "!GetAtt ChatFunction.Arn"},
        {"principal": '"*"'},
    ],
)
def test_a_permission_that_covers_the_call_lets_it_through(change: dict[str, str]) -> None:
    made = chat(PERMISSION.format(**(GOOD | change)))
    assert why_not(made, "send") == ""
    assert not made.remarks


@pytest.mark.parametrize(
    ("change", "property_", "said"),
    [
        ({"source": "${ChatApi}/v2/*"}, "SourceArn", "/v2/*"),
        ({"source": "${ChatApi}/*/$connect"}, "SourceArn", "/*/$connect"),
        ({"source": "${ChatApi}/v1/SEND"}, "SourceArn", "/v1/SEND"),
        ({"action": "lambda:GetFunction"}, "Action", "lambda:GetFunction"),
        ({"principal": "sns.amazonaws.com"}, "Principal", "sns.amazonaws.com"),
        ({"function": "!Sub '${ChatFunction}:live'"}, "FunctionName", ":live"),
    ],
)
def test_a_permission_that_does_not_says_which_property_is_wrong(
    change: dict[str, str], property_: str, said: str
) -> None:
    made = chat(PERMISSION.format(**(GOOD | change)))
    reason = why_not(made, "send")
    assert f"the {property_} of ChatPermission is" in reason
    assert said in reason
    integration = route(made, "send").integration
    assert integration is not None
    assert integration.target is not None
    assert integration.target.refusal is not None
    assert integration.target.refusal.place.startswith("template.yaml:")


@pytest.mark.parametrize(
    ("region", "written", "covered"),
    [
        (None, "arn:aws:execute-api:eu-west-1", True),  # nobody said where else it is to be
        ("eu-west-1", "arn:aws:execute-api:eu-west-1", True),
        ("eu-west-1", "arn:aws:execute-api:${AWS::Region}", True),
        ("eu-west-1", "arn:${AWS::Partition}:execute-api:*", True),
        ("eu-west-2", "arn:aws:execute-api:eu-west-1", False),
        ("cn-north-1", "arn:aws:execute-api:${AWS::Region}", False),
        ("cn-north-1", "arn:${AWS::Partition}:execute-api:${AWS::Region}", True),
    ],
)
def test_what_names_another_region_or_partition_does_not_cover(region: str | None, written: str, covered: bool) -> None:  # noqa: FBT001
    template = PERMISSION.format(**GOOD).replace("arn:aws:execute-api:${AWS::Region}", written)
    reason = why_not(chat(template, account=local_account(region=region)), "send")
    assert (reason == "") is covered
    if not covered:
        assert (
            f'invoke ChatFunction as "arn:aws{"-cn" if region == "cn-north-1" else ""}:execute-api:{region}:' in reason
        )
        assert f'the SourceArn of ChatPermission is "{written.replace("${AWS::Region}", str(region))}:' in reason


def test_without_any_permission_nothing_is_invoked() -> None:
    made = chat("Resources:\n  ChatPermission: null\n")
    assert why_not(made, "send").startswith("no AWS::Lambda::Permission lets API Gateway invoke ChatFunction as")


def test_an_authorizer_is_invoked_in_the_region_of_its_function() -> None:
    made = chat(
        """Resources:
  DoorAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref ChatApi
      Name: door
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${DoorFunction.Arn}/invocations
"""
    )
    authorizer = route(made, "$connect").authorizer
    assert authorizer is not None
    assert authorizer.target.refusal is not None
    assert 'the region "eu-west-1", and its function is in "us-east-1"' in authorizer.target.refusal.reason


def test_an_authorizer_needs_a_permission_of_its_own() -> None:
    made = chat("Resources:\n  DoorPermission: null\n")
    authorizer = route(made, "$connect").authorizer
    assert authorizer is not None
    assert authorizer.target.refusal is not None
    assert f"/authorizers/{authorizer.id}" in authorizer.target.refusal.reason
    assert why_not(made, "$connect") == ""


def test_what_only_aws_could_tell_is_taken_to_allow_and_told() -> None:
    made = chat(PERMISSION.format(**(GOOD | {"source": "${ChatApi}/v1/*"})).replace("!Sub arn", "!ImportValue arn"))
    assert why_not(made, "send") == ""
    assert any("ChatPermission is taken to let API Gateway invoke ChatFunction" in one for one in made.remarks)


ROLE = """Resources:
  ChatPermission: null
  CallerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {{Effect: Allow, Action: sts:AssumeRole, Principal: {{Service: {service}}}}}
      Policies:
        - PolicyName: call
          PolicyDocument:
            Statement:
              - {{Effect: Allow, Action: {action}, Resource: !GetAtt ChatFunction.Arn}}
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt ChatFunction.Arn
      CredentialsArn: !GetAtt CallerRole.Arn
"""


@pytest.mark.parametrize(
    ("service", "action", "said"),
    [
        ("apigateway.amazonaws.com", "lambda:InvokeFunction", ""),
        ("lambda.amazonaws.com", "lambda:InvokeFunction", "the trust policy of CallerRole"),
        ("apigateway.amazonaws.com", "lambda:GetFunction", "no statement of CallerRole allows lambda:InvokeFunction"),
    ],
)
def test_with_credentials_the_role_decides(service: str, action: str, said: str) -> None:
    reason = why_not(chat(ROLE.format(service=service, action=action)), "send")
    assert reason.startswith(said)
    assert bool(reason) == bool(said)


ALIAS = """Resources:
  Live:
    Type: AWS::Lambda::Alias
    Properties: {{FunctionName: {of}, FunctionVersion: $LATEST, Name: live}}
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: {uri}
  ChatPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: {function}
      Principal: apigateway.amazonaws.com
"""


@pytest.mark.parametrize(
    ("uri", "function", "said"),
    [
        ("!Ref Live", "!Ref Live", ""),
        ("!Sub '${ChatFunction.Arn}:live'", "!Sub '${ChatFunction.Arn}:live'", ""),
        ("!Ref Live", "!Ref ChatFunction", "no AWS::Lambda::Permission"),
        (
            "!Sub '${ChatFunction.Arn}:gone'",
            "!Sub '${ChatFunction}:gone'",
            'ChatFunction has no alias or version "gone"',
        ),
    ],
)
def test_a_permission_is_for_one_qualifier(uri: str, function: str, said: str) -> None:
    made = chat(ALIAS.format(of="!Ref ChatFunction", uri=uri, function=function))
    assert why_not(made, "send").startswith(said)
    assert bool(why_not(made, "send")) == bool(said)


@pytest.mark.parametrize(
    ("of", "is_its"),
    [
        ("!GetAtt ChatFunction.Arn", True),
        ("!Sub '${AWS::AccountId}:function:${ChatFunction}'", True),
        ("!Ref DoorFunction", False),
        ("!Sub 'our-${ChatFunction}'", False),
    ],
)
def test_an_alias_is_of_one_function(of: str, is_its: bool) -> None:  # noqa: FBT001
    live = "!Sub '${ChatFunction.Arn}:live'"
    reason = why_not(chat(ALIAS.format(of=of, uri=live, function=live)), "send")
    assert (reason == "") is is_its
    assert is_its or 'ChatFunction has no alias or version "live"' in reason


def test_a_function_of_another_stack_cannot_be_called() -> None:
    made = chat(
        """Resources:
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:elsewhere
"""
    )
    integration = route(made, "send").integration
    assert integration is not None
    assert integration.target is not None
    assert integration.target.function is None
    assert why_not(made, "send") == 'the function "elsewhere" is not in this template'


STAGED = """Resources:
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: index.handler, InlineCode: "x = 1", FunctionName: chat-beta}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref ChatApi, StageName: v1, DeploymentId: !Ref Deployment, StageVariables: {fn: chat-beta}}
  Other:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref ChatApi, StageName: v2, DeploymentId: !Ref Deployment, StageVariables: {fn: nobody}}
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub
        - arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Arn}/invocations
        - Arn: !Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.fn}
"""


def test_a_stage_variable_names_the_function_of_its_stage() -> None:
    made = deployed(whole_template(STAGED, BASE))
    assert why_not(made, "send", "v1") == ""
    assert "nobody" in why_not(made, "send", "v2")
    assert snapshot(made, "v2").routes.keys() == snapshot(made, "v1").routes.keys()
