"""The wiring of a chat that has one of each element."""

from __future__ import annotations

from typing import TypeVar

from building import wiring

from wsconform.wiring.element import Element
from wsconform.wiring.model import (
    Wiring,
)

E = TypeVar("E", bound=Element)
FUNCTIONS = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
CHAT = f"""\
Parameters:
  Free: {{Type: String}}
Conditions:
  Never: !Equals [a, b]
Resources:
  Chat: {{Type: "AWS::ApiGatewayV2::Api", Properties: {{ProtocolType: WEBSOCKET}}}}
  Other: {{Type: "AWS::ApiGatewayV2::Api", Properties: {{ProtocolType: WEBSOCKET}}}}
  Gone: {{Type: "AWS::ApiGatewayV2::Integration", Condition: Never, Properties: {{ApiId: !Ref Chat}}}}
  Door:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Chat
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub {FUNCTIONS}/${{Doorman.Arn}}/invocations
  Say:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub {FUNCTIONS}/${{Sayer.Arn}}:live/invocations
  OfOther: {{Type: "AWS::ApiGatewayV2::Integration", Properties: {{ApiId: !Ref Other}}}}
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Chat
      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Door
  Send:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Chat, RouteKey: send, Target: !Sub "integrations/${{Say}}"}}
  Reply: {{Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {{ApiId: !Ref Chat, RouteId: !Ref Send}}}}
  Answer:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties: {{ApiId: !Ref Chat, IntegrationId: !Ref Say}}
  Snapshot: {{Type: "AWS::ApiGatewayV2::Deployment", DependsOn: Send, Properties: {{ApiId: !Ref Chat}}}}
  Live:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {{ApiId: !Ref Chat, StageName: v1, DeploymentId: !Ref Snapshot}}
  Domain: {{Type: "AWS::ApiGatewayV2::DomainName", Properties: {{DomainName: chat.example}}}}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {{ApiId: !Ref Chat, Stage: v1, DomainName: !Ref Domain}}
  Sayer: {{Type: "AWS::Lambda::Function"}}
  Doorman: {{Type: "AWS::Lambda::Function", Properties: {{FunctionName: doorman}}}}
  SayerPermission: {{Type: "AWS::Lambda::Permission", Properties: {{FunctionName: !Sub "${{Sayer.Arn}}:live"}}}}
  DoorPermission: {{Type: "AWS::Lambda::Permission", Properties: {{FunctionName: doorman}}}}
  Unrelated: {{Type: "AWS::Lambda::Permission", Properties: {{FunctionName: elsewhere}}}}
"""


def chat(**changed: str) -> Wiring:
    """The wiring of `CHAT`, with some resources written anew, or added."""
    lines = CHAT.splitlines(keepends=True)
    kept: list[str] = []
    name = ""
    for line in lines:
        if line.startswith("  ") and line[2] != " ":
            name = line.strip().partition(":")[0]
        if name not in changed:
            kept.append(line)
    return wiring("".join(kept) + "".join(f"  {key}: {value}\n" for key, value in changed.items()))


def element(here: Wiring, name: str, kind: type[E]) -> E:
    """An element by its logical id."""
    found = here.elements[name]
    assert isinstance(found, kind)
    return found


def ids(elements: list[E]) -> list[str]:
    """The ids of elements, in their order."""
    return [one.id for one in elements]
