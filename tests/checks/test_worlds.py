"""What is of use in some worlds only is not found idle in the others."""

import pytest
from examining import Marked

PROD = """
Parameters:
  Env:
    Type: String
    Default: dev
    AllowedValues: [dev, prod]
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
"""
SECOND = """
  SecondAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref ChatApi
      Name: second
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub
        - arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Arn}/invocations
        - Arn: !GetAtt DoorFunction.Arn
      IdentitySource:
        - route.request.querystring.token
  DoorPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref DoorFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/authorizers/*
"""
CONNECT = """
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: {authorizer}
      Target: !Sub integrations/${{ChatIntegration}}
"""
SPARE = """
  SpareIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: https://chat.example
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: {target}
"""
PERMISSION = """
  {name}:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ChatFunction
      Principal: apigateway.amazonaws.com
      SourceArn: {source}
"""
ARN = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}"


@pytest.mark.parametrize(
    ("authorizer", "idle"),
    [
        ("!If [IsProd, !Ref DoorAuthorizer, !Ref SecondAuthorizer]", []),
        ("!Ref DoorAuthorizer", ["SecondAuthorizer"]),
        ("!If [IsProd, !Ref SecondAuthorizer, !Ref SecondAuthorizer]", ["DoorAuthorizer"]),
    ],
)
def test_an_authorizer_that_some_world_uses(authorizer: str, idle: list[str], marked_findings: Marked) -> None:
    found = marked_findings(PROD + SECOND + CONNECT.format(authorizer=authorizer))
    assert [resource for check, resource, *_ in found if check == "authorizer-is-used"] == idle


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("!If [IsProd, !Sub 'integrations/${SpareIntegration}', !Sub 'integrations/${ChatIntegration}']", []),
        ("!Sub integrations/${ChatIntegration}", ["SpareIntegration"]),
    ],
)
def test_an_integration_that_some_world_uses(target: str, expected: list[str], marked_findings: Marked) -> None:
    found = marked_findings(PROD + SPARE.format(target=target))
    assert [resource for check, resource, *_ in found if check == "integration-is-used"] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"!If [IsProd, !Sub '{ARN}/v1/gone', !Sub '{ARN}/v1/*']", []),
        (f"!If [IsProd, !Sub '{ARN}/v1/gone', !Sub '{ARN}/v1/away']", ["ExtraPermission"] * 2),
    ],
)
def test_a_permission_that_matches_in_some_world(source: str, expected: list[str], marked_findings: Marked) -> None:
    found = marked_findings(PROD + PERMISSION.format(name="ExtraPermission", source=source))
    assert [resource for check, resource, *_ in found if check == "permission-matches-something"] == expected


def test_what_is_found_idle_only_where_it_exists_is_still_found(marked_findings: Marked) -> None:
    spare = SPARE.format(target="!Sub integrations/${ChatIntegration}").replace(
        "    Properties:\n      ApiId: !Ref ChatApi\n      IntegrationType",
        "    Condition: IsProd\n    Properties:\n      ApiId: !Ref ChatApi\n      IntegrationType",
    )
    found = marked_findings(PROD + spare)
    assert [resource for check, resource, *_ in found if check == "integration-is-used"] == ["SpareIntegration"]


def test_a_missing_connect_route_is_told_without_the_integration_it_leaves(marked_findings: Marked) -> None:
    connect = CONNECT.format(authorizer="!Ref DoorAuthorizer").replace(
        "    Properties:", "    Condition: IsProd\n    Properties:"
    )
    own = connect.replace("${ChatIntegration}", "${DoorIntegration}") + SPARE.format(
        target="!Sub integrations/${ChatIntegration}"
    ).replace("SpareIntegration", "DoorIntegration")
    found = marked_findings(PROD + own)
    assert [(check, resource) for check, resource, *_ in found] == [("connect-route-exists", "ChatApi")]
