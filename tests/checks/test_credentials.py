"""The checks on the roles with which API Gateway calls, beyond the examples of their pages."""

import pytest
from examining import Marked, Undecided

INVOCATIONS = "!Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
TRUST = "Principal: {Service: apigateway.amazonaws.com}\n            Action: sts:AssumeRole"
INVOKE = "Effect: Allow\n                Action: lambda:InvokeFunction\n                Resource: "
ASSUMED = ("credentials-role-may-be-assumed", "CallerRole", "error", True)
INVOKES = ("credentials-role-may-invoke", "CallerRole", "error", True)


def integration(credentials: str = "!GetAtt CallerRole.Arn", function: str = "${ChatFunction.Arn}") -> str:
    return f"""
Resources:
  ChatPermission: null
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: {INVOCATIONS}{function}/invocations
      CredentialsArn: {credentials}
"""


def authorizer(credentials: str = "!GetAtt CallerRole.Arn") -> str:
    return f"""
Resources:
  DoorPermission: null
  DoorAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref ChatApi
      Name: door
      AuthorizerType: REQUEST
      AuthorizerUri: {INVOCATIONS}${{DoorFunction.Arn}}/invocations
      AuthorizerCredentialsArn: {credentials}
      IdentitySource: [route.request.header.x-chat-token]
"""


def role(trust: str = TRUST, allowed: str = INVOKE + "!GetAtt ChatFunction.Arn", mark: str = "") -> str:
    policies = f"""
      Policies:
        - PolicyName: call
          PolicyDocument:
            Statement:
              - {allowed}
"""
    return f"""
  CallerRole: {mark}
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            {trust}
{policies if allowed else ""}
"""


@pytest.mark.parametrize(
    "trust",
    [
        TRUST,
        "Principal: {Service: [lambda.amazonaws.com, apigateway.amazonaws.com]}\n            Action: sts:AssumeRole",
        "Principal: {Service: !Sub 'apigateway.${AWS::URLSuffix}'}\n            Action: 'sts:*'",
        "Principal: '*'\n            Action: [sts:AssumeRole, sts:TagSession]",
    ],
)
def test_a_role_that_trusts_api_gateway_is_sound(trust: str, marked_findings: Marked) -> None:
    assert marked_findings(integration() + role(trust)) == []


@pytest.mark.parametrize(
    "trust",
    [
        "Principal: {Service: lambda.amazonaws.com} # <--\n            Action: sts:AssumeRole",
        "Principal: {Service: [lambda.amazonaws.com, states.amazonaws.com]} # <--\n            Action: sts:AssumeRole",
        "Principal: {Service: apigateway.amazonaws.com}\n            Action: sts:AssumeRoleWithWebIdentity # <--",
        "Principal: {Service: ops.apigateway.amazonaws.com} # <--\n            Action: sts:AssumeRole",
        "Principal: {AWS: !Ref 'AWS::AccountId'} # <--\n            Action: sts:AssumeRole",
    ],
)
def test_one_that_does_not_is_told_where_it_trusts_others(trust: str, marked_findings: Marked) -> None:
    assert marked_findings(integration() + role(trust)) == [ASSUMED]


def test_that_is_so_for_an_authorizer_too(marked_findings: Marked) -> None:
    allowed = INVOKE + "!GetAtt DoorFunction.Arn"
    assert marked_findings(authorizer() + role(allowed=allowed)) == []
    wrong = "Principal: {Service: lambda.amazonaws.com} # <--\n            Action: sts:AssumeRole"
    assert marked_findings(authorizer() + role(wrong, allowed)) == [ASSUMED]


def test_a_role_of_two_users_is_told_once(marked_findings: Marked) -> None:
    both = integration() + authorizer().replace("\nResources:\n", "")
    wrong = "Principal: {Service: lambda.amazonaws.com} # <--\n            Action: sts:AssumeRole"
    assert marked_findings(both + role(wrong, INVOKE + "'*'")) == [ASSUMED]


def test_a_condition_of_the_trust_cannot_be_told(marked_findings: Marked, undecided_in: Undecided) -> None:
    trust = TRUST + "\n            Condition: {StringEquals: {'aws:SourceAccount': !Ref 'AWS::AccountId'}}"
    text = integration() + role(trust)
    assert marked_findings(text) == []
    assert [name for name, _ in undecided_in(text)] == ["credentials-role-may-be-assumed"]


@pytest.mark.parametrize(
    "named", ["!Ref CallerRole", "caller", "!GetAtt CallerRole.RoleId", "!GetAtt ChatFunction.Arn"]
)
def test_what_is_no_role_arn_is_told(named: str, marked_findings: Marked) -> None:
    assert marked_findings(integration(f"{named} # <--") + role()) == [
        ("credentials-role-may-be-assumed", "ChatIntegration", "error", True)
    ]


def test_the_callers_own_identity_is_left_alone(marked_findings: Marked, undecided_in: Undecided) -> None:
    text = integration("!Sub arn:${AWS::Partition}:iam::*:user/*")
    assert marked_findings(text) == []
    assert undecided_in(text) == []


def test_a_role_from_elsewhere_cannot_be_told(marked_findings: Marked, undecided_in: Undecided) -> None:
    text = integration("!Sub arn:${AWS::Partition}:iam::123456789012:role/caller")
    assert marked_findings(text) == []
    assert [name for name, _ in undecided_in(text)] == ["credentials-role-may-be-assumed"]


def test_a_missing_role_is_left_to_its_own_check(marked_findings: Marked) -> None:
    assert marked_findings(integration("!GetAtt NoRole.Arn # <--")) == [
        ("reference-exists", "ChatIntegration", "error", True)
    ]


@pytest.mark.parametrize(
    "allowed",
    [
        INVOKE + "!GetAtt ChatFunction.Arn",
        INVOKE + "!Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${ChatFunction}",
        INVOKE + "!Sub ${ChatFunction.Arn}*",
        INVOKE + "'*'",
        INVOKE.replace("InvokeFunction", "*") + "!Sub arn:${AWS::Partition}:lambda:*:*:function:*",
    ],
)
def test_a_role_that_may_invoke_is_sound(allowed: str, marked_findings: Marked) -> None:
    assert marked_findings(integration() + role(allowed=allowed)) == []


@pytest.mark.parametrize(
    "allowed",
    [
        INVOKE + "!GetAtt DoorFunction.Arn # <--",
        INVOKE + "!Ref ChatFunction # <--",
        INVOKE + "!Sub ${ChatFunction.Arn}:live # <--",
        INVOKE + "!Sub arn:${AWS::Partition}:lambda:*:*:function:other # <--",
    ],
)
def test_another_function_is_told_where_it_stands(allowed: str, marked_findings: Marked) -> None:
    assert marked_findings(integration() + role(allowed=allowed)) == [INVOKES]


@pytest.mark.parametrize(
    "allowed", ["", "Effect: Allow\n                Action: logs:*\n                Resource: '*'"]
)
def test_a_role_without_the_right_is_told_as_a_whole(allowed: str, marked_findings: Marked) -> None:
    assert marked_findings(integration() + role(allowed=allowed, mark="# <--")) == [INVOKES]


def test_the_qualifier_counts(marked_findings: Marked) -> None:
    live = integration(function="${ChatFunction.Arn}:live")
    assert marked_findings(live + role(allowed=INVOKE + "!Sub ${ChatFunction.Arn}:live")) == []
    assert marked_findings(live + role(allowed=INVOKE + "!GetAtt ChatFunction.Arn # <--")) == [INVOKES]


def test_a_managed_policy_may_give_the_right(marked_findings: Marked) -> None:
    lambda_role = "      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaRole']\n"
    assert marked_findings(integration() + role(allowed="") + lambda_role) == []


def test_a_permission_for_the_role_itself_is_enough(marked_findings: Marked) -> None:
    permission = """
  RolePermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ChatFunction
      Principal: !GetAtt CallerRole.Arn
"""
    found = marked_findings(integration() + role(allowed="") + permission)
    assert [one for one in found if one[0].startswith("credentials")] == []


def test_another_service_needs_the_trust_only(marked_findings: Marked) -> None:
    queue = """
Resources:
  ChatPermission: null
  ChatFunction: null
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS
      IntegrationMethod: POST
      IntegrationUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/queue
      CredentialsArn: !GetAtt CallerRole.Arn
  ChatResponse:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref ChatApi
      IntegrationId: !Ref ChatIntegration
      IntegrationResponseKey: $default
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, ChatResponse]
    Properties:
      ApiId: !Ref ChatApi
"""
    assert marked_findings(queue + role(allowed="")) == []
    wrong = "Principal: {Service: sqs.amazonaws.com} # <--\n            Action: sts:AssumeRole"
    assert marked_findings(queue + role(wrong, "")) == [ASSUMED]


def test_the_role_that_sam_makes_for_a_function_is_not_meant(marked_findings: Marked) -> None:
    assert marked_findings(integration("!GetAtt ChatFunctionRole.Arn # <--")) == [
        ("credentials-role-may-be-assumed", "ChatIntegration", "error", True)
    ]


def test_a_role_that_trusts_nobody_is_told_as_a_whole(marked_findings: Marked) -> None:
    nobody = role(mark="# <--").split("      AssumeRole")[0] + "      ManagedPolicyArns: []\n" + inline_invoke()
    assert marked_findings(integration() + nobody) == [ASSUMED]


def inline_invoke() -> str:
    return """      Policies:
        - PolicyName: call
          PolicyDocument: {Statement: {Effect: Allow, Action: 'lambda:InvokeFunction', Resource: '*'}}
"""


def test_a_function_named_by_a_stage_variable_cannot_be_told(undecided_in: Undecided) -> None:
    text = integration(function="arn:aws:lambda:eu-west-1:123456789012:function:${!stageVariables.name}") + role()
    assert "credentials-role-may-invoke" in [name for name, _ in undecided_in(text)]


def test_a_right_under_a_condition_cannot_be_told(marked_findings: Marked, undecided_in: Undecided) -> None:
    allowed = INVOKE + "'*'\n                Condition: {Bool: {'aws:SecureTransport': true}}"
    text = integration() + role(allowed=allowed)
    assert marked_findings(text) == []
    assert [name for name, _ in undecided_in(text)] == ["credentials-role-may-invoke"]


def test_a_role_named_by_an_import_cannot_be_told(marked_findings: Marked, undecided_in: Undecided) -> None:
    text = integration("!ImportValue caller-role")
    assert marked_findings(text) == []
    assert [name for name, _ in undecided_in(text)] == ["credentials-role-may-be-assumed"]
