"""A chat written with `AWS::Serverless::WebSocketApi`, its expansion, and where things stand in it."""

from wsconform.template.nodes import Node, Span, child
from wsconform.template.sam import Expansion, expand
from wsconform.template.source import parse

CHAT = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect:
          FunctionArn: !GetAtt Greeter.Arn
        send:
          FunctionArn: !Sub ${Sender.Arn}
          IntegrationTimeout: 5000
  Greeter:
    Type: AWS::Serverless::Function
    Properties: {Handler: greeter.handler, Runtime: python3.13, CodeUri: src/}
  Sender:
    Type: AWS::Serverless::Function
    Properties: {Handler: sender.handler, Runtime: python3.13, CodeUri: src/}
"""
CUSTOM = """
      Auth:
        AuthType: CUSTOM
        AuthArn: !GetAtt Guard.Arn
        IdentitySource: [route.request.header.x-token]
"""


def with_properties(more: str, template: str = CHAT) -> str:
    """The template, with more properties of `Chat`."""
    anchor = "      RouteSelectionExpression: $request.body.action\n"
    return template.replace(anchor, more.strip("\n") + "\n" + anchor, 1)


def expanded(text: str, parameters: dict[str, str] | None = None) -> Expansion:
    return expand(parse(text.encode(), "template.yaml").root, parameters)


def at(text: str, needle: str) -> tuple[int, int]:
    """Line and column of the only place where `needle` stands, its part behind a `|` if it has one."""
    before, bar, after = needle.partition("|")
    assert text.count(before + after) == 1, needle
    head = text[: text.index(before + after) + (len(before) if bar else 0)]
    return head.count("\n") + 1, len(head) - head.rfind("\n")


def start(span: Span | None) -> tuple[int, int]:
    assert span is not None
    return span.line, span.column


def value(expansion: Expansion, resource: str, *path: str) -> Node:
    node = child(expansion.resources[resource], "Properties", *path)
    assert node is not None, (resource, path)
    return node
