"""Where a partition or region is spelt out, beyond the examples on the checks' pages."""

import pytest
from examining import Marked

ROLE = """
Resources:
  ChatRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal: {{Service: lambda.amazonaws.com}}
      ManagedPolicyArns:
        - {managed}
  ChatPush:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: push
      Roles: [!Ref ChatRole]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: execute-api:ManageConnections
            Resource: {resource}
  ChatFunction:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      Role: !GetAtt ChatRole.Arn
      Code:
        ZipFile: |
          import boto3

          def handler(event, context):
              client = boto3.client("apigatewaymanagementapi", endpoint_url="https://chat.example")
              client.post_to_connection(ConnectionId="x", Data=b"received")
              return {{"statusCode": 200}}
"""
MANAGED = "!Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
RESOURCE = "!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/*"


@pytest.mark.parametrize(
    ("managed", "resource", "expected"),
    [
        (MANAGED, RESOURCE, []),
        (
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole # <--",
            RESOURCE,
            [("partition-is-not-hard-coded", "ChatRole", "warning", True)],
        ),
        (
            MANAGED,
            RESOURCE.replace("${AWS::Partition}", "aws") + " # <--",
            [("partition-is-not-hard-coded", "ChatPush", "warning", True)],
        ),
        (
            MANAGED,
            "!Sub arn:${AWS::Partition}:execute-api:*:*:${ChatAp}/* # <--",
            [("reference-exists", "ChatPush", "error", True)],
        ),
    ],
)
def test_the_role_of_a_function_is_looked_at_too(
    managed: str, resource: str, expected: list[object], marked_findings: Marked
) -> None:
    assert marked_findings(ROLE.format(managed=managed, resource=resource)) == expected


def test_a_policy_without_its_sub_allows_nothing(marked_findings: Marked) -> None:
    snippet = ROLE.format(managed=MANAGED, resource=RESOURCE.removeprefix("!Sub "))
    assert [check for check, *_ in marked_findings(snippet)] == ["function-may-push"]


def test_the_callers_own_identity_has_no_other_spelling(marked_findings: Marked) -> None:
    snippet = """
Resources:
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt ChatFunction.Arn
      CredentialsArn: arn:aws:iam::*:user/*
"""
    assert "partition-is-not-hard-coded" not in [check for check, *_ in marked_findings(snippet)]
