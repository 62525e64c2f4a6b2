"""A stage without functions, which starts at once: what its $default route is sent, it sends back."""

from pathlib import Path
from textwrap import indent

TEMPLATE = """
Resources:
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Echo:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Chat
      RouteKey: $default
      RouteResponseSelectionExpression: $default
      Target: !Sub integrations/${Mock}
  EchoResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Chat, RouteId: !Ref Echo, RouteResponseKey: $default}
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: MOCK
      TemplateSelectionExpression: \\$default
      RequestTemplates: {$default: '{"statusCode": 200}'}
  MockResponse:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref Chat
      IntegrationId: !Ref Mock
      IntegrationResponseKey: $default
      TemplateSelectionExpression: \\$default
      ResponseTemplates: {$default: 'heard'}
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [Echo, EchoResponse, MockResponse]
    Properties: {ApiId: !Ref Chat}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Chat, DeploymentId: !Ref Deployment, StageName: v1}
"""
ANSWER = "heard"


def write_template(folder: Path, text: str = TEMPLATE) -> Path:
    """Write the template into a folder."""
    file = folder / "template.yaml"
    file.write_text(text)
    return file


def with_function(logical_id: str, properties: str) -> str:
    """The template with a function behind its route in place of the mock; `properties` are lines of the function's."""
    mock = TEMPLATE[TEMPLATE.index("  Mock:") : TEMPLATE.index("  Deployment:")]
    function = f"""\
  {logical_id}:
    Type: AWS::Lambda::Function
    Properties:
{indent(properties, "      ")}
      Role: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/role
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub >-
        arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{logical_id}.Arn}}/invocations
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref {logical_id}
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Chat}}/*
"""
    return TEMPLATE.replace(mock, function).replace(", MockResponse]", "]")
