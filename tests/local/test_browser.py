"""A browser at the local stage: its own WebSocket, which cannot set headers and shows itself in the query string; and
the status page.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from wsconform.local.stage import LocalStage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

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
HEADER = "x-some-header-to-auth-from"
TELLING = """
def handler(event, context):
    shown = event["headers"]["x-some-header-to-auth-from"]
    print(shown)
    effect = "Deny" if shown == "nobody" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": shown, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
REPEATING = """
def handler(event, context):
    print(event["body"])
"""
HOSTILE = [
    "<script>window.ran = 1</script>",
    "</pre></script><script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<svg/onload='window.ran = 1'>{{ 7 * 7 }}",
]
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


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """The sample stack, with functions that log what clients say, and an authorizer that takes it for their names."""
    folder = tmp_path_factory.mktemp("telling")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    (folder / "authorizer/authorizer.py").write_text(TELLING, encoding="utf-8")
    (folder / "route_handler/route_handler.py").write_text(REPEATING, encoding="utf-8")
    with LocalStage(folder / "template.yaml") as stage:
        yield stage


@dataclass(slots=True)
class Watched:
    """The status page in a browser, and what it asked for and complained of."""

    page: Page
    asked: set[str]
    complaints: list[str]

    def row(self, table: str, *texts: str) -> Locator:
        """The rows of a table that have all of the texts in them."""
        rows = self.page.locator(f"#{table} tr")
        for text in texts:
            rows = rows.filter(has_text=text)
        return rows


@pytest.fixture
def status(page: Page, telling: LocalStage) -> Iterator[Watched]:
    """It is left only once nobody is connected, and has to be sound until then."""
    from playwright.sync_api import expect

    expect.set_options(timeout=20_000)
    watched = Watched(page, set(), [])
    page.on("request", lambda one: watched.asked.add(one.url))
    page.on("console", lambda one: watched.complaints.append(one.text))
    page.on("pageerror", lambda one: watched.complaints.append(str(one)))
    address = telling.endpoints[0].status
    page.goto(address)
    expect(page.locator("#count")).to_have_text("0")
    yield watched
    expect(page.locator("#count")).to_have_text("0")
    assert not watched.complaints
    assert watched.asked == {address, f"{address}.wsconform/state.json"}


def connected(stage: LocalStage, shown: str) -> websocket.WebSocket:
    return websocket.create_connection(stage.endpoints[0].ws, header=[f"{HEADER}: {shown}"], timeout=20)


def test_the_status_page_shows_what_is_served(status: Watched, telling: LocalStage) -> None:
    from playwright.sync_api import expect

    expect(status.page.get_by_role("table", name="Addresses")).to_contain_text(telling.url)
    picture = status.page.get_by_label("Picture of the wiring")
    for shown in ("MyWebSocketApi", "$connect", "TestLambdaIntegration", "Auth"):
        expect(picture.get_by_text(shown, exact=True)).to_be_visible()
    expect(status.page.get_by_text("The checks find nothing wrong with it.")).to_be_visible()


def test_the_status_page_follows_connections(status: Watched, telling: LocalStage) -> None:
    from playwright.sync_api import expect

    client = connected(telling, "somebody")
    try:
        expect(status.row("connections", "MyWebSocketApi v1", "127.0.0.1", "somebody")).to_have_count(1)
        expect(status.page.locator("#count")).to_have_text("1")
    finally:
        client.close()
    expect(status.row("connections", "none now")).to_have_count(1)
    expect(status.row("connections", "somebody")).to_have_count(0)


def test_the_status_page_says_why_a_client_stays_out(status: Watched, telling: LocalStage) -> None:
    from playwright.sync_api import expect

    with pytest.raises(websocket.WebSocketBadStatusException):
        connected(telling, "nobody")
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(telling.endpoints[0].ws, timeout=20)
    expect(status.row("events", "403", "Auth: statement 1 of the policy denies")).to_have_count(1)
    expect(status.row("events", "401", f"{HEADER} is missing")).to_have_count(1)


@pytest.mark.parametrize("payload", HOSTILE)
def test_the_status_page_shows_what_clients_and_functions_say_as_text(
    status: Watched, telling: LocalStage, payload: str
) -> None:
    from playwright.sync_api import expect

    client = connected(telling, payload)
    try:
        client.send(json.dumps({"action": "test", "said": payload}))
        expect(status.row("connections", payload)).to_have_count(1)
        for function in ("LambdaRequestAuthFunction", "MyLambdaRouteHandlerFunction"):
            log = status.page.get_by_role("group").filter(has=status.page.get_by_text(function, exact=True))
            expect(log.locator("pre")).to_contain_text(payload)
    finally:
        client.close()
    assert status.page.evaluate("[typeof ran, document.scripts.length, document.images.length]") == ["undefined", 1, 0]


@pytest.mark.parametrize("width", [360, 1400])
def test_the_status_page_fits_the_window(status: Watched, telling: LocalStage, width: int) -> None:
    from playwright.sync_api import expect

    status.page.set_viewport_size({"width": width, "height": 800})
    client = connected(telling, "w" * 500)
    try:
        expect(status.row("connections", "w" * 500)).to_have_count(1)
        assert status.page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        client.close()
