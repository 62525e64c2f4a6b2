"""A browser's own WebSocket against the local stage: it cannot set headers, so its identity is in the query string."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wsconform.local.stage import LocalStage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SAMPLE = Path(__file__).parents[2] / "sample_stack"
AUTHORIZER = """
def handler(event, context):
    effect = "Allow" if event["queryStringParameters"]["token"] == "let me in" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "visitor", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
CONNECT = """
def handler(event, context):
    offered = event["headers"].get("Sec-WebSocket-Protocol", "")
    named = event["queryStringParameters"].get("name", offered.partition(",")[0].strip())
    return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": named} if named else {}}
"""
ON_CONNECT = """\
      Target: !Sub integrations/${ConnectIntegration}

  ConnectIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref MyWebSocketApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${ConnectFunction.Arn}/invocations

  ConnectFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: connect/, Handler: connect.handler, Runtime: python3.13}

  ConnectPermission:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref ConnectFunction, Principal: apigateway.amazonaws.com}
"""  # noqa: E501 (an ARN)
EXCHANGE = """
([url, protocols, message]) => new Promise((resolve) => {
  const told = [];
  const sock = new WebSocket(url, protocols);
  sock.onopen = () => { told.push(["open", sock.protocol]); message ? sock.send(message) : sock.close(); };
  sock.onmessage = (event) => { told.push(["message", event.data]); sock.close(1000); };
  sock.onclose = (event) => { told.push(["close", event.code]); resolve(told); };
})
"""
"""What a WebSocket of the page tells, one after the other."""


def served(folder: Path, on_connect: str = "") -> LocalStage:
    """The sample stack for browsers; `on_connect` is what $connect has besides its authorizer."""
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    (folder / "authorizer/authorizer.py").write_text(AUTHORIZER, encoding="utf-8")
    (folder / "connect").mkdir()
    (folder / "connect/connect.py").write_text(CONNECT, encoding="utf-8")
    template = (folder / "template.yaml").read_text(encoding="utf-8")
    template = template.replace("route.request.header.x-some-header-to-auth-from", "route.request.querystring.token")
    template = template.replace("      AuthorizerId: !Ref Auth\n", f"      AuthorizerId: !Ref Auth\n{on_connect}", 1)
    (folder / "template.yaml").write_text(template, encoding="utf-8")
    return LocalStage(folder / "template.yaml")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """Nothing runs at $connect but the authorizer, and so nobody names a subprotocol."""
    with served(tmp_path_factory.mktemp("browser")) as stage:
        yield stage


@pytest.fixture(scope="module")
def naming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """A function runs at $connect, and names the subprotocol that was offered first, or that it is asked for."""
    with served(tmp_path_factory.mktemp("naming"), ON_CONNECT) as stage:
        yield stage


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def exchange(page: Page, stage: LocalStage, query: str, *protocols: str, message: str = "") -> list[list[Any]]:
    told: list[list[Any]] = page.evaluate(EXCHANGE, [f"{stage.endpoints[0].ws}{query}", list(protocols), message])
    return told


def told_last(stage: LocalStage, kind: str) -> tuple[str, str]:
    """The last event of a kind: what was said, and why."""
    what = [one.what for one in stage.happenings if one.what.kind == kind][-1]
    return what.text, what.explanation


@pytest.mark.parametrize(
    ("query", "status", "why"),
    [
        ("", "401", "identity source route.request.querystring.token is missing"),
        ("?token=", "401", "identity source route.request.querystring.token is missing"),
        ("?token=let%20me%20out", "403", "Auth: statement 1 of the policy denies"),
    ],
)
def test_who_shows_nothing_or_the_wrong_thing_stays_out(
    page: Page, stage: LocalStage, query: str, status: str, why: str
) -> None:
    assert exchange(page, stage, query) == [["close", 1006]]
    text, explanation = told_last(stage, "refuse")
    assert status in text
    assert why in explanation


@pytest.mark.parametrize("query", ["?token=let%20me%20in", "?token=let+me+in&more=1"])
def test_who_shows_the_token_is_answered(page: Page, stage: LocalStage, query: str) -> None:
    told = exchange(page, stage, query, message='{"action": "test"}')
    assert told == [
        ["open", ""],
        ["message", '{"message": "This response was pushed from my Lambda."}'],
        ["close", 1000],
    ]


def test_a_subprotocol_that_nobody_names_fails_the_connection(page: Page, stage: LocalStage) -> None:
    assert exchange(page, stage, "?token=let+me+in", "chat") == [["close", 1006]]


def test_a_subprotocol_that_the_integration_names_is_agreed_on(page: Page, naming: LocalStage) -> None:
    told = exchange(page, naming, "?token=let+me+in", "chat.v2", "chat", message='{"action": "test"}')
    assert told[0] == ["open", "chat.v2"]
    assert told[-1] == ["close", 1000]


def test_a_subprotocol_that_was_not_offered_fails_the_connection(page: Page, naming: LocalStage) -> None:
    assert exchange(page, naming, "?token=let+me+in&name=other", "chat") == [["close", 1006]]
    assert exchange(page, naming, "?token=let+me+in&name=other") == [["close", 1006]]


def test_the_agreed_connection_without_subprotocol(page: Page, naming: LocalStage) -> None:
    assert exchange(page, naming, "?token=let+me+in", message='{"action": "test"}')[0] == ["open", ""]
