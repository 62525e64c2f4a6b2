"""The status page shows what is there, nothing that acts, and nothing that is secret."""

import html
import json
import urllib.request
from email.message import Message
from pathlib import Path

import pytest
import websocket
from raw_client import Raw
from standing import with_function, write_template

from wsconform.local.stage import LocalStage

EVIL = "</script><script>alert(1)</script><b>"
WITH_FUNCTION = with_function(
    "Evil",
    """\
Code: {ZipFile: "def handler(event, context):\\n    print(event['body'])\\n    return {'statusCode': 200}\\n"}
Handler: index.handler
Runtime: python3.13
Environment: {Variables: {TOKEN: tell-nobody}}""",
)
SECRET = "hush-hush"  # noqa: S105 (made up)
WITH_SECRET = WITH_FUNCTION.replace(
    "Resources:\n", f"Parameters:\n  Word: {{Type: String, NoEcho: true, Default: {SECRET}}}\nResources:\n", 1
).replace("tell-nobody", "!Ref Word")
BESIDE = """\
  Beside:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Chat, RouteKey: !Ref Word, Target: !Sub "integrations/${Word}"}
"""
PLACES = {
    "remark": 'accepted here: Target of Beside is "integrations/****"',
    "word": "Deployment leads to $default, **** (broken)",
    "box": ">****</text>",
    "finding": '<td class="what">Target of Beside is "integrations/****"',
}
NO_DEFAULT = '''
from wsconform.check import Fault, Severity, check
from wsconform.wiring.model import Route

@check("no-default-route", on=Route, severity=Severity.WARNING, area="house", why="w", source="s")
def body(route):
    """No route is $default."""
    if route.key == "$default":
        yield Fault(message="in this house $default is taken", at=route.at("RouteKey"))
'''


def get(url: str) -> tuple[Message, str]:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 (the stage's own)
        return answer.headers, str(answer.read().decode())


def test_what_functions_and_clients_say_is_no_part_of_the_page(tmp_path: Path) -> None:
    with LocalStage(write_template(tmp_path, WITH_FUNCTION)) as stage:
        client = websocket.create_connection(stage.endpoints[0].ws, timeout=20)
        client.send(EVIL)
        while not any(EVIL in line for line in stage.logs("Evil")) or stage.happenings[-1].what.kind != "result":
            client.ping()
        headers, page = get(stage.endpoints[0].status)
        told, data = get(f"{stage.endpoints[0].status}.wsconform/state.json")
        client.close()

    assert "alert(1)" not in page
    assert page.count("</script>") == 1
    policy = headers["Content-Security-Policy"]
    nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
    assert "unsafe" not in policy
    assert page.count(f'<script nonce="{nonce}">') == 1
    assert (told.get_content_type(), told["X-Content-Type-Options"]) == ("application/json", "nosniff")
    state = json.loads(data)
    (log,) = state["logs"]
    assert log["function"] == "Evil"
    assert EVIL in log["text"].splitlines()
    (connection,) = state["connections"]
    assert (connection["api"], connection["stage"], connection["source"]) == ("Chat", "v1", "127.0.0.1")
    assert [one["kind"] for one in state["events"]] == ["result", "invoke", "message", "connect"]
    assert "tell-nobody" not in page + data


@pytest.mark.parametrize("path", ["/", "/.wsconform/state.json"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", ""])
def test_nothing_is_shown_under_another_name(tmp_path: Path, path: str, host: str) -> None:
    with LocalStage(write_template(tmp_path)) as stage, Raw(stage) as client:
        own, client.host = client.host, host
        client.request(f"GET {path}")
        refused = client.status()
        assert refused in {400, 403}
        assert b"Chat" not in client.body
        if refused == 403:
            client.host = own
            client.request(f"GET {path}")
            assert client.status() == 200


def test_checks_of_ones_own_count(tmp_path: Path) -> None:
    (tmp_path / "wsconform.toml").write_text('checks = ["house"]')
    (tmp_path / "house").mkdir()
    (tmp_path / "house/no_default.py").write_text(NO_DEFAULT)
    with LocalStage(write_template(tmp_path)) as stage:
        _, page = get(stage.endpoints[0].status)
    assert "in this house $default is taken" in page


def test_a_value_that_is_not_to_be_echoed_shows_nowhere(tmp_path: Path) -> None:
    template = write_template(tmp_path, WITH_SECRET.replace("  Deployment:\n", f"{BESIDE}  Deployment:\n", 1))
    with LocalStage(template, accept=["*"], order="best") as stage:
        client = websocket.create_connection(stage.endpoints[0].ws, timeout=20)
        client.send(json.dumps({"action": SECRET}))
        while not any(SECRET in one.what.text for one in stage.happenings):
            client.ping()
        _, page = get(stage.endpoints[0].status)
        _, data = get(f"{stage.endpoints[0].status}.wsconform/state.json")
        client.close()

    for place in ("remark", "word", "box", "finding"):
        assert PLACES[place] in html.unescape(page)
    assert "characters to ****" in data
    assert SECRET not in page + data
