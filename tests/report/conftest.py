import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wsconform.check.examine import Examination
from wsconform.check.finding import Finding, Severity, Verdict
from wsconform.template.nodes import Span
from wsconform.template.source import Source, parse
from wsconform.wiring.reader import read_stack

SNAPSHOTS = Path(__file__).parent / "snapshots"

TEMPLATE = """\
Parameters:
  Env:
    Type: String
    Default: dev
  Table:
    Type: String
  Region:
    Type: String
    Default: eu-west-1
  Secret:
    Type: String
    NoEcho: true
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Condition: IsProd
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${AdminIntegration}
  AdminIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref AdminApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${Region}:lambda:path/2015-03-31/functions/${Send}/invocations
  AdminApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: admin
      ProtocolType: HTTP
"""


@pytest.fixture
def snapshot() -> Callable[[str, str], None]:
    """Compares with the file of that name; UPDATE_SNAPSHOTS=1 writes it instead."""

    def compare(name: str, text: str) -> None:
        file = SNAPSHOTS / f"{name}.txt"
        text = text.replace("\x1b", "\N{SYMBOL FOR ESCAPE}") + "\n"
        if os.environ.get("UPDATE_SNAPSHOTS") == "1":
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def source() -> Source:
    return parse(TEMPLATE.encode(), "template.yaml")


@pytest.fixture
def at(source: Source) -> Callable[..., Span]:
    """The place of a text in the template, or of its first occurrence behind another."""

    def find(text: str, behind: str = "") -> Span:
        whole = "\n".join(source.lines)
        start = whole.index(text, whole.index(behind))
        line, column = whole.count("\n", 0, start) + 1, start - whole.rfind("\n", 0, start)
        return Span(source.path, line, column, line, column + len(text))

    return find


@pytest.fixture
def finding(at: Callable[..., Span]) -> Callable[..., Finding]:
    """A finding; what a test does not care about is that of the template's one fault."""

    def make(**fields: object) -> Finding:
        usual: dict[str, Any] = {
            "check": "target-in-same-api",
            "severity": Severity.ERROR,
            "api": "ChatApi",
            "resource": "SendRoute",
            "path": "Resources/SendRoute/Properties/Target",
            "span": at("!Sub integrations/${AdminIntegration}"),
            "message": 'route "send" targets an integration of another API',
            "label": "AdminIntegration is in AdminApi",
            "why": "integration ids belong to one API, so API Gateway refuses the route",
            "fix": "point Target at an integration whose ApiId is ChatApi",
            "worlds": (),
        }
        chosen: dict[str, Any] = {**usual, **fields}
        chosen.setdefault("docs", f"wsconform explain {chosen['check']}")
        return Finding(**chosen)

    return make


@pytest.fixture
def examined(source: Source) -> Callable[..., Examination]:
    """The examination of the template that came to these verdicts, and passed so many checks besides."""

    def make(
        *verdicts: Verdict, passed: int = 0, given: dict[str, str] | None = None, apis: str = "ChatApi"
    ) -> Examination:
        sound = [Verdict(check=f"sound-{number}", api="ChatApi", span=None) for number in range(passed)]
        return Examination(read_stack(source, given), tuple(apis.split()), [*verdicts, *sound])

    return make
