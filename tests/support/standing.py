"""A stage without functions, which starts at once: what its $default route is sent, it sends back."""

from pathlib import Path

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
