"""Routes and integrations with all their settings, API keys, and stages with variables."""

from __future__ import annotations

from deploying import BASE, chat, only_api, refused, route, snapshot

from wsconform.check.page import whole_template
from wsconform.local.deployed.model import IntegrationResponse

SETTINGS = """Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${Plain}
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $connect
      AuthorizationType: AWS_IAM
      ApiKeyRequired: true
      RequestParameters:
        route.request.querystring.room: {Required: true}
        route.request.header.x-lang: {Required: false}
      Target: !Sub integrations/${ChatIntegration}
  Plain:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: HTTP
      IntegrationMethod: put
      IntegrationUri: !Sub https://chat.example.com/${AWS::Region}
      TimeoutInMillis: 1500
      PassthroughBehavior: NEVER
      TemplateSelectionExpression: \\$default
      RequestTemplates: {$default: !Sub '{"api": "${ChatApi}", "say": $input.json("$.text")}'}
      RequestParameters: {integration.request.header.x-from: route.request.body.from}
  PlainFails:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref ChatApi
      IntegrationId: !Ref Plain
      IntegrationResponseKey: /5\\d\\d/
      ResponseTemplates: {application/json: '{"sorry": true}'}
  PlainAnswers:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties: {ApiId: !Ref ChatApi, IntegrationId: !Ref Plain, IntegrationResponseKey: $default}
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, PlainFails, PlainAnswers]
    Properties: {ApiId: !Ref ChatApi}
"""


def test_an_integration_has_all_its_settings() -> None:
    made = chat(SETTINGS)
    plain = route(made, "send").integration
    assert plain is not None
    assert (plain.type, plain.uri, plain.method) == ("HTTP", "https://chat.example.com/us-east-1", "PUT")
    assert (plain.timeout, plain.passthrough, plain.template_selection) == (1.5, "NEVER", "\\$default")
    expected = f'{{"api": "{only_api(made).id}", "say": $input.json("$.text")}}'
    assert plain.request_templates == {"$default": expected}
    assert plain.request_parameters == {"integration.request.header.x-from": "route.request.body.from"}
    assert sorted(plain.responses, key=lambda one: one.key) == [
        IntegrationResponse(key="$default"),
        IntegrationResponse(key="/5\\d\\d/", templates={"application/json": '{"sorry": true}'}),
    ]


def test_a_connect_route_has_all_its_settings() -> None:
    connect = route(chat(SETTINGS), "$connect")
    assert (connect.authorization, connect.authorizer, connect.api_key_required) == ("AWS_IAM", None, True)
    assert connect.required_parameters == (("querystring", "room"),)


def test_an_authorizer_without_its_type_guards_nothing() -> None:
    made = chat(
        """Resources:
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref ChatApi, RouteKey: $connect, AuthorizerId: !Ref DoorAuthorizer}
"""
    )
    connect = route(made, "$connect")
    assert (connect.authorization, connect.authorizer, connect.integration) == ("NONE", None, None)


def test_another_aws_service_is_named() -> None:
    made = chat(
        """Resources:
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS
      IntegrationMethod: POST
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/jobs
      CredentialsArn: arn:aws:iam::123456789012:role/caller
"""
    )
    integration = route(made, "send").integration
    assert integration is not None
    assert (integration.service, integration.target) == ("sqs", None)


UNKNOWN = """Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: v1
      DeploymentId: !Ref Deployment
      StageVariables: {table: !ImportValue table}
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref ChatApi, RouteKey: send, Target: !Sub "integrations/${Plain}"}
  Plain:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: !ImportValue messages
      TimeoutInMillis: !ImportValue patience
"""


def test_what_is_wired_by_a_value_that_only_aws_knows_is_told_with_the_reason_and_a_way_out() -> None:
    said = refused(whole_template(UNKNOWN, BASE)).splitlines()
    for begun in (
        '"table" in the StageVariables of Stage',
        "the TimeoutInMillis of Plain",
        "the IntegrationUri of Plain",
    ):
        (line,) = (one for one in said if begun in one)
        assert line.startswith("template.yaml:")
        assert f"{begun} is not known: " in line
        assert line.endswith("; give --parameter where a parameter holds it, or write it out")


KEYS = """Resources:
  Given: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: abcdefghijklmnopqrstuvwxyz}}
  Made: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true}}
  Kept: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: "{{resolve:secretsmanager:chat}}"}}
  Shut: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: zyxwvutsrqponmlkjihgfedcba}}
"""


def test_enabled_api_keys_are_accepted() -> None:
    made = chat(KEYS)
    keys = only_api(made).keys
    assert "abcdefghijklmnopqrstuvwxyz" in keys
    assert "zyxwvutsrqponmlkjihgfedcba" not in keys
    made_up = keys - {"abcdefghijklmnopqrstuvwxyz"}
    assert len(made_up) == 2
    for begun in ("the API key Made has no Value", "the API key Kept has a Value that only AWS could tell"):
        (remark,) = (one for one in made.remarks if one.startswith(begun))
        assert remark.removeprefix(f"{begun}; here it is ") in made_up
    assert only_api(chat(KEYS)).keys == keys


def test_a_stage_has_its_variables() -> None:
    made = chat(
        """Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: v1
      DeploymentId: !Ref Deployment
      StageVariables: {table: !Sub "rooms-${AWS::Region}"}
"""
    )
    assert only_api(made).stages["v1"].variables == {"table": "rooms-us-east-1"}
    assert snapshot(made).routes.keys() == {"$connect", "send", "$default"}


def test_settings_of_the_api() -> None:
    made = chat(
        """Resources:
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
      ApiKeySelectionExpression: $context.authorizer.usageIdentifierKey
      DisableExecuteApiEndpoint: true
"""
    )
    assert only_api(made).key_expression == "$context.authorizer.usageIdentifierKey"
    assert only_api(made).disabled
    assert any("--assume disabled_endpoint=200" in remark for remark in made.remarks)
