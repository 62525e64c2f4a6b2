"""One defect is one finding: what hangs on a value that is wrong is not reported beside it."""

import pytest
from examining import Marked

NAMES = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}"
PATH = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"


def resource(name: str, kind: str, *lines: str) -> str:
    body = "".join(f"      {line}\n" for line in lines)
    return f"\n  {name}:\n    Type: AWS::{kind}\n    Properties:\n{body}"


def route(name: str, key: str, *lines: str) -> str:
    api = () if any(line.startswith("ApiId") for line in lines) else ("ApiId: !Ref ChatApi",)
    target = "Target: !Sub integrations/${ChatIntegration}"
    return resource(name, "ApiGatewayV2::Route", f"RouteKey: {key}", *api, *lines, target)


def permission(source: str) -> str:
    return resource(
        "ChatPermission",
        "Lambda::Permission",
        "Action: lambda:InvokeFunction",
        "FunctionName: !Ref ChatFunction",
        "Principal: apigateway.amazonaws.com",
        f"SourceArn: !Sub {NAMES}/{source}",
    )


CUSTOM = ("AuthorizationType: CUSTOM", "AuthorizerId: !Ref DoorAuthorizer")
ONLY_SEND = """
  ConnectRoute: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: !Ref ChatApi, RouteKey: $connect,
    AuthorizationType: CUSTOM, AuthorizerId: !Ref DoorAuthorizer}}
  DefaultRoute: null
  Deployment: {Type: 'AWS::ApiGatewayV2::Deployment', DependsOn: [ConnectRoute, SendRoute],
    Properties: {ApiId: !Ref ChatApi}}
"""


@pytest.mark.parametrize(
    ("snippet", "check", "where"),
    [
        (route("ConnectRoute", "$disconnect # <--", *CUSTOM), "connect-route-exists", "ConnectRoute"),
        (route("ConnectRoute", "send # <--", *CUSTOM), "connect-route-exists", "ConnectRoute"),
        (route("ConnectRoute", "GET /connect # <--", *CUSTOM), "connect-route-exists", "ConnectRoute"),
        (route("SendRoute", "$connect # <--"), "route-keys-unique", "SendRoute"),
        (ONLY_SEND + route("SendRoute", "$send # <--") + permission("v1/send"), "route-key-allowed", "SendRoute"),
        (
            ONLY_SEND + route("SendRoute", "send", "ApiId: !Ref Chat # <--") + permission("v1/send"),
            "api-id-names-an-api",
            "SendRoute",
        ),
        (
            resource(
                "ChatIntegration",
                "ApiGatewayV2::Integration",
                "ApiId: !Ref ChatApi",
                "IntegrationType: HTTP",
                f"IntegrationUri: !Sub {PATH}/${{ChatFunction.Arn}}/invocations # <--",
            )
            + "\n  ChatPermission: null\n",
            "integration-uri-fits-type",
            "ChatIntegration",
        ),
        (
            route("SendRoute", "send", "RouteResponseSelectionExpression: default # <--"),
            "route-response-selection-is-default",
            "SendRoute",
        ),
        (
            resource(
                "DoorAuthorizer",
                "ApiGatewayV2::Authorizer",
                "ApiId: !Ref ChatApi",
                "Name: door",
                "AuthorizerType: REQUEST",
                f"AuthorizerUri: !Sub {PATH}/${{ChatFunction.Arn}}/invocations # <--",
                "IdentitySource: [route.request.header.x-chat-token]",
            ),
            "authorizer-function-handles-no-route",
            "DoorAuthorizer",
        ),
    ],
)
def test_nothing_is_said_of_what_hangs_on_it(snippet: str, check: str, where: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + snippet) == [(check, where, "error", True)]


@pytest.mark.parametrize(
    ("snippet", "check", "where"),
    [
        (resource("ChatIntegration", "ApiGatewayV2::Integration", "ApiId: !Ref ChatApi", "IntegrationType: AWS_PROXY",
                  "IntegrationUri: !Ref Stage # <--"), "integration-uri-well-formed", "ChatIntegration"),
        (resource("SendRoute", "ApiGatewayV2::Route", "ApiId: !Ref ChatApi", "RouteKey: send",
                  "Target: !Sub integrations/${Deployment} # <--"), "target-names-integration", "SendRoute"),
    ],
)  # fmt: skip
def test_a_wrong_reference_is_no_cycle_too(snippet: str, check: str, where: str, marked_findings: Marked) -> None:
    assert marked_findings("Resources:" + snippet) == [(check, where, "error", True)]


def test_a_route_that_targets_another_integration(marked_findings: Marked) -> None:
    snippet = f"""
  ChatPermission: null
  RoomsIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub {PATH}/${{RoomsFunction.Arn}}/invocations
  RoomsPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref RoomsFunction # <--
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub {NAMES}/*
  RoomsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {{'statusCode': 200}}"
"""
    found = [("route-function-may-be-invoked", "RoomsPermission", "error", True)]
    assert marked_findings("Resources:" + snippet) == found


def test_an_integration_that_no_route_targets_is_what_is_unused(marked_findings: Marked) -> None:
    snippet = ONLY_SEND + "  SendRoute: null\n" + permission("v1/send")
    snippet = snippet.replace("[ConnectRoute, SendRoute]", "[ConnectRoute]")
    assert marked_findings("Resources:" + snippet) == [("integration-is-used", "ChatIntegration", "warning", False)]


def test_an_api_that_is_not_there_is_one_finding(marked_findings: Marked) -> None:
    assert marked_findings("Resources:\n  ChatApi: null\n") == [
        ("api-id-names-an-api", "ConnectRoute", "error", False),
    ]


def test_an_api_that_sam_makes_of_a_value_that_is_not_there(marked_findings: Marked) -> None:
    snippet = """
Resources:
  RoomsApi:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: !Ref Nowhere # <--
      RouteSelectionExpression: $request.body.action
      Auth: {AuthType: AWS_IAM}
      Routes:
        $connect: {FunctionArn: !GetAtt RoomsFunction.Arn}
        $default: {FunctionArn: !GetAtt RoomsFunction.Arn}
  RoomsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'statusCode': 200}"
"""
    assert marked_findings(snippet) == [("reference-exists", "RoomsApi", "error", True)]
