"""Integrations, the responses around them and models, beyond the examples on the checks' pages."""

import pytest
from examining import Everything, Marked

URI = (
    "!Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "${ChatFunction.Arn}/invocations"
)
OTHER_API = """
  NewsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: news, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  NewsConnect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref NewsApi, RouteKey: $connect, AuthorizationType: AWS_IAM}
  NewsStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref NewsApi, StageName: live, AutoDeploy: true}
"""
PING = """
Resources:
  PingRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: ping
      RouteResponseSelectionExpression: $default
      Target: !Sub integrations/${{PingIntegration}}
  PingIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: MOCK
      TemplateSelectionExpression: "200"
      RequestTemplates: {{"200": '{{"statusCode": 200}}'}}
  PingAnswer:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      {answer}
      IntegrationResponseKey: $default
  PingReply:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties:
      {reply}
      RouteResponseKey: $default
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, PingRoute, PingReply, PingAnswer]
    Properties:
      ApiId: !Ref ChatApi
"""
SOUND_ANSWER = "ApiId: !Ref ChatApi\n      IntegrationId: !Ref PingIntegration"
SOUND_REPLY = "ApiId: !Ref ChatApi\n      RouteId: !Ref PingRoute"


def ping(answer: str = SOUND_ANSWER, reply: str = SOUND_REPLY) -> str:
    return PING.format(answer=answer, reply=reply)


def integration(properties: str, name: str = "ChatIntegration") -> str:
    return f"""
Resources:
  {name}:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      {properties}
"""


def test_a_sound_pair_of_responses_is_silent(marked_findings: Marked) -> None:
    assert marked_findings(ping()) == []


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        ("IntegrationId: !Ref PingIntegration", "api-id-names-an-api"),
        ("ApiId: !Ref ChatApi", "required-properties"),
        ("ApiId: !Ref ChatApi\n      IntegrationId: !Ref Pong", "reference-exists"),
        ("ApiId: !Ref ChatApi\n      IntegrationId: !Ref PingRoute", "integration-response-in-same-api"),
        ("ApiId: !Ref ChatApi\n      IntegrationId: PingIntegration", "integration-response-in-same-api"),
        ("ApiId: !Ref ChatApi\n      IntegrationId: !Ref ChatIntegration", "integration-response-is-used"),
    ],
)
def test_an_answer_that_is_astray_is_told_once(answer: str, check: str, marked_findings: Marked) -> None:
    assert [(found, resource) for found, resource, *_ in marked_findings(ping(answer=answer))] == [
        (check, "PingAnswer")
    ]


@pytest.mark.parametrize(
    ("reply", "check"),
    [
        ("RouteId: !Ref PingRoute", "api-id-names-an-api"),
        ("ApiId: !Ref ChatApi", "required-properties"),
        ("ApiId: !Ref ChatApi\n      RouteId: !Ref Pong", "reference-exists"),
        ("ApiId: !Ref ChatApi\n      RouteId: !Ref PingIntegration", "route-response-in-same-api"),
        ("ApiId: !Ref ChatApi\n      RouteId: ping", "route-response-in-same-api"),
        ("ApiId: !Ref NewsApi\n      RouteId: !Ref PingRoute", "route-response-in-same-api"),
    ],
)
def test_a_reply_that_is_astray_is_told_once(reply: str, check: str, marked_findings: Marked) -> None:
    found = [(name, resource) for name, resource, *_ in marked_findings(ping(reply=reply) + OTHER_API)]
    assert found == [(check, "PingReply")]


@pytest.mark.parametrize(
    "target",
    [
        "ApiId: !Ref ChatApi\n      Target: !Sub integrations/${NewsIntegration}",
        "ApiId: !Ref Chat\n      Target: !Sub integrations/${SendIntegration}",
        "Target: !Sub integrations/${SendIntegration}",
    ],
)
def test_an_integration_is_not_called_unused_where_the_route_is_wrong(target: str, marked_findings: Marked) -> None:
    snippet = (
        integration(f"IntegrationType: AWS_PROXY\n      IntegrationUri: {URI}", "SendIntegration")
        + f"""
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      RouteKey: send
      {target}
  NewsIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref NewsApi
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: https://news.example
  NewsRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref NewsApi, RouteKey: news, Target: !Sub "integrations/${{NewsIntegration}}"}}
"""
        + OTHER_API
    )
    found = marked_findings(snippet)
    assert [resource for _, resource, *_ in found] == ["SendRoute"]


@pytest.mark.parametrize("uri", [URI, "https://chat.example", "!GetAtt ChatFunction.Arn"])
def test_a_mock_with_a_uri_is_a_warning(uri: str, marked_findings: Marked) -> None:
    snippet = integration(f"IntegrationType: MOCK\n      IntegrationUri: {uri} # <--")
    assert ("integration-uri-fits-type", "ChatIntegration", "warning", True) in marked_findings(snippet)


def test_a_mock_with_an_empty_uri_is_none(marked_findings: Marked) -> None:
    found = marked_findings(integration("IntegrationType: MOCK\n      IntegrationUri: ''"))
    assert "integration-uri-fits-type" not in [check for check, *_ in found]


@pytest.mark.parametrize(
    ("properties", "severity"),
    [
        (f"IntegrationUri: {URI}", "warning"),
        (f"IntegrationUri: {URI}\n      RequestTemplates: {{$default: $input.body}}", "note"),
        ("IntegrationUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/x/y", "note"),
    ],
)
def test_a_function_called_without_templates_or_responses(
    properties: str, severity: str, examine_snippet: Everything
) -> None:
    found = examine_snippet(integration(f"IntegrationType: AWS\n      {properties}"))
    assert [level for check, _, _, level in found if check == "integration-response-exists"] == [severity]


def test_a_model_that_joins_no_api_is_told_once(marked_findings: Marked) -> None:
    snippet = """
Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${ChatIntegration}
      RequestModels: {$default: Message}
      ModelSelectionExpression: $default
  MessageModel: # <--
    Type: AWS::ApiGatewayV2::Model
    Properties:
      Name: Message
      Schema: {type: object}
"""
    assert marked_findings(snippet) == [("api-id-names-an-api", "MessageModel", "error", True)]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("http://json-schema.org/draft-04/schema#", []),
        ("http://json-schema.org/draft-07/schema# # <--", [("model-schema-parses", "MessageModel", "warning", True)]),
    ],
)
def test_a_schema_of_another_draft(draft: str, expected: list[object], marked_findings: Marked) -> None:
    address, _, mark = draft.partition(" ")
    snippet = f"""
Resources:
  MessageModel:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref ChatApi
      Name: Message
      Schema:
        $schema: "{address}" {mark}
        type: object
"""
    assert marked_findings(snippet) == expected


def test_a_deployment_of_another_api_is_told_at_the_stage_alone(marked_findings: Marked) -> None:
    snippet = (
        """
Resources:
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute]
    Properties:
      ApiId: !Ref NewsApi
"""
        + OTHER_API
    )
    assert [(check, resource) for check, resource, *_ in marked_findings(snippet)] == [
        ("deployment-in-same-api", "Stage")
    ]


@pytest.mark.parametrize("written", ["Deployment", "''"])
def test_a_deployment_id_that_can_be_none_is_an_error(written: str, marked_findings: Marked) -> None:
    snippet = f"""
Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: v1
      DeploymentId: {written} # <--
"""
    assert marked_findings(snippet) == [("stage-deployment-is-deployment", "Stage", "error", True)]


def test_what_a_missing_connect_route_leaves_is_not_called_unused(marked_findings: Marked) -> None:
    snippet = (
        integration("IntegrationType: MOCK", "ConnectIntegration")
        + """
  ConnectRoute: null
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [SendRoute, DefaultRoute]
    Properties:
      ApiId: !Ref ChatApi
"""
    )
    assert [check for check, *_ in marked_findings(snippet)] == ["connect-route-exists"]
