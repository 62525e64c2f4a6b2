"""HTTP on the ports of a stage: handshakes that are not well-formed, and management calls."""

import base64
import json
import urllib.request

import botocore.exceptions
import pytest
import websocket
from raw_client import Raw

from wsconform.local.sockets.request import MOST_BODY, MOST_HEAD
from wsconform.local.stage import LocalStage

KEY = base64.b64encode(bytes(16)).decode()
SOUND = {
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 101),
        ({"Upgrade": "WebSocket", "Connection": "UPGRADE"}, 101),
        ({"Connection": "keep-alive"}, 400),
        ({"Sec-WebSocket-Version": "8"}, 400),
        ({"Sec-WebSocket-Version": None}, 400),
        ({"Sec-WebSocket-Key": None}, 400),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Sec-WebSocket-Key": base64.b64encode(bytes(15)).decode()}, 400),
        ({"Sec-WebSocket-Key": f"{KEY}\r\nSec-WebSocket-Key: {KEY}"}, 400),
        ({"Content-Length": "3"}, 400),
        ({"Host": "again"}, 400),
    ],
    ids=str,
)
def test_a_handshake_has_to_be_well_formed(stage: LocalStage, changes: dict[str, str | None], status: int) -> None:
    lines = [f"{name}: {value}" for name, value in {**SOUND, **changes}.items() if value is not None]
    with Raw(stage) as client:
        client.request("GET /v1", *lines, body=b"abc" if "Content-Length" in changes else b"")

        assert client.status() == status


@pytest.mark.parametrize("version", ["Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 13, 8", "X: none is named"])
def test_the_version_that_is_understood_is_named(stage: LocalStage, version: str) -> None:
    lines = [f"{name}: {value}" for name, value in SOUND.items() if name != "Sec-WebSocket-Version"]
    with Raw(stage) as client:
        client.request("GET /v1", *lines, version)

        assert client.status() == 400
        assert client.headers["sec-websocket-version"] == "13"


def test_another_upgrade_that_is_offered_is_passed_over(stage: LocalStage) -> None:
    with Raw(stage) as client:
        for _ in range(2):
            client.request("GET /v1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
            assert client.status() == 426
            client.request("POST /v1", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 2", body=b"hi")
            assert client.status() == 403


def test_the_key_is_answered_as_the_rfc_says(stage: LocalStage) -> None:
    with Raw(stage) as client:  # RFC 6455, section 1.3
        lines = [
            f"{name}: {value}" for name, value in {**SOUND, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}.items()
        ]
        client.request("GET /v1", *lines)
        client.status()

        assert client.headers["sec-websocket-accept"].lower() == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".lower()


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /v1", 426),
        ("GET /v1/", 426),
        ("GET /elsewhere", 403),
        ("POST /v1", 403),
        ("GET /v1/@connections/abc=", 403),
        ("POST /@connections/abc=", 403),
        ("GET v1", 400),
        ("FETCH /v1", 400),
        ("GET /v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nX:", 400),
    ],
)
def test_other_requests_have_their_statuses(stage: LocalStage, line: str, status: int) -> None:
    with Raw(stage) as client:
        client.request(line)

        assert client.status() == status


@pytest.mark.parametrize("path", ["/v1/more", "/v2", "/", "/V1", "//v1"])
def test_an_upgrade_elsewhere_is_refused(stage: LocalStage, path: str) -> None:
    with Raw(stage) as client:
        assert client.upgrade(path) == 403
        assert client.ends()


def test_boto3_posts_asks_and_deletes(stage: LocalStage, request: pytest.FixtureRequest) -> None:
    connection = websocket.create_connection(stage.endpoints[0].ws, timeout=20)
    connection.send("hello")
    connection.recv()
    identity = next(one.what.connection_id for one in reversed(stage.happenings) if one.what.kind == "message")
    api = stage.client()
    request.addfinalizer(api.close)

    api.post_to_connection(ConnectionId=identity, Data="pushed: grüße".encode())
    assert connection.recv() == "pushed: grüße"
    assert api.get_connection(ConnectionId=identity)["Identity"]["SourceIp"] == "127.0.0.1"
    api.post_to_connection(ConnectionId=identity, Data=b"a" * 131_072)
    assert len(connection.recv()) == 131_072
    with pytest.raises(api.exceptions.PayloadTooLargeException):
        api.post_to_connection(ConnectionId=identity, Data=b"a" * 131_073)
    api.delete_connection(ConnectionId=identity)
    assert connection.recv_data() == (8, b"\x03\xe8Connection Closed Normally")
    with pytest.raises(api.exceptions.GoneException):
        api.post_to_connection(ConnectionId=identity, Data=b"late")
    with pytest.raises(botocore.exceptions.ClientError, match="Invalid connectionId"):
        api.post_to_connection(ConnectionId="test-connection-123", Data=b"strange")
    connection.shutdown()  # type: ignore[no-untyped-call]


def test_one_connection_serves_many_requests(stage: LocalStage) -> None:
    with Raw(stage, tls=True) as client:
        for _ in range(3):
            client.request("POST /v1/@connections/abc=", "Content-Length: 2", body=b"hi")
            assert client.status() == 403
            assert client.headers["connection"] == "keep-alive"
        for _ in range(5):  # all at once
            client.request("GET /v1")
        assert [client.status() for _ in range(5)] == [426] * 5
        client.request("GET /v1", "Connection: close")
        assert client.status() == 426
        assert client.ends()


def test_a_body_that_is_too_long_is_not_read(stage: LocalStage) -> None:
    with Raw(stage) as client:
        client.request("POST /v1/@connections/abc=", f"Content-Length: {MOST_BODY + 1}")
        assert client.status() == 413
    with Raw(stage) as client:
        client.request("POST /v1/@connections/abc=", "Transfer-Encoding: chunked")
        chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        try:
            for _ in range(2 * MOST_BODY // 0x10000):
                client.send(chunk)
        except ConnectionError:
            return  # it was told so before all was sent
        assert client.status() == 413


def test_a_head_that_is_too_long_is_not_read(stage: LocalStage) -> None:
    with Raw(stage) as client:
        client.send(b"GET /v1 HTTP/1.1\r\nX: " + b"a" * (MOST_HEAD + 1))
        assert client.status() == 431


def test_a_body_is_waited_for_if_asked(stage: LocalStage) -> None:
    with Raw(stage) as client:
        client.request("POST /v1/@connections/abc=", "Content-Length: 2", "Expect: 100-continue")
        assert client.status() == 100
        client.send(b"hi")
        assert client.status() == 403


def test_the_status_page_is_for_its_own_address(stage: LocalStage) -> None:
    endpoint = stage.endpoints[0]
    with urllib.request.urlopen(endpoint.status, timeout=20) as answer:  # noqa: S310
        page = answer.read().decode()
        assert answer.headers["Content-Security-Policy"]
    assert endpoint.wss in page
    assert "<svg" in page
    for secret in (stage.credentials.secret_access_key, stage.credentials.session_token):
        assert secret not in page
    with Raw(stage) as client:
        client.host = "evil.example"
        client.request("GET /")
        assert client.status() == 403
    with Raw(stage) as client:
        client.request("GET /.wsconform/state.json")
        assert client.status() == 200
        assert json.loads(client.body).keys() == {"version", "count", "connections", "events", "logs"}
    with Raw(stage, tls=True) as client:
        client.request("GET /")
        assert client.status() == 403
