"""Frames and messages, by clients that do as they should and by those that do not."""

import asyncio
from collections.abc import Iterator

import pytest
import websocket
import websockets.asyncio.client
import websockets.exceptions
from raw_client import Raw, frame
from standing import ANSWER

from wsconform.local.gateway.limits import FRAME, MESSAGE
from wsconform.local.stage import LocalStage

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0


@pytest.fixture(params=[False, True], ids=["ws", "wss"])
def client(request: pytest.FixtureRequest, stage: LocalStage) -> Iterator[Raw]:
    with Raw(stage, tls=request.param) as opened:
        assert opened.upgrade() == 101
        yield opened


def messages(stage: LocalStage) -> int:
    return sum(one.what.kind == "message" for one in stage.happenings)


def test_websocket_client_is_answered(stage: LocalStage) -> None:
    for url in (stage.endpoints[0].ws, f"{stage.url}/"):
        connection = websocket.create_connection(url, timeout=20, sslopt={"ca_certs": str(stage.ca_file)})
        connection.send("hello")
        assert connection.recv() == ANSWER
        connection.close()


def test_websockets_is_answered(stage: LocalStage) -> None:
    async def talk() -> None:
        async with websockets.asyncio.client.connect(stage.url, ssl=stage.ssl_context()) as connection:
            assert connection.response is not None
            assert "Sec-WebSocket-Extensions" not in connection.response.headers
            for _ in range(3):
                await connection.send("hello")
                assert await connection.recv() == ANSWER
            await asyncio.wait_for(await connection.ping(), 20)

    asyncio.run(talk())


def test_a_message_may_be_as_large_as_its_frames_allow(client: Raw) -> None:
    part = b"a" * FRAME
    client.send(frame(TEXT, part))
    assert client.frame() == (TEXT, ANSWER.encode())

    client.send(frame(TEXT, part, fin=False) + 2 * frame(CONTINUATION, part, fin=False) + frame(CONTINUATION, part))
    assert 4 * FRAME == MESSAGE
    assert client.frame() == (TEXT, ANSWER.encode())


def test_a_frame_beyond_the_limit_ends_the_connection(client: Raw) -> None:
    client.send(frame(TEXT, b"a" * (FRAME + 1)))

    assert client.closed_with() == 1009
    assert client.ends()


def test_so_does_a_message_beyond_it(client: Raw) -> None:
    part = b"a" * FRAME
    client.send(frame(TEXT, part, fin=False) + 3 * frame(CONTINUATION, part, fin=False) + frame(CONTINUATION, b"a"))

    assert client.closed_with() == 1009
    assert client.ends()


def test_fragments_make_one_message_with_pings_between(client: Raw, stage: LocalStage) -> None:
    before = messages(stage)
    whole = "grüße 🎉".encode()
    for at, byte in enumerate(whole):
        client.send(frame(CONTINUATION if at else TEXT, bytes([byte]), fin=at == len(whole) - 1))
        client.send(frame(PING, b"p"))

    seen = [client.frame() for _ in range(len(whole) + 1)]
    assert sorted(seen) == sorted([(TEXT, ANSWER.encode()), *[(PONG, b"p")] * len(whole)])
    assert messages(stage) == before + 1


def test_a_message_may_come_in_very_many_fragments(client: Raw, stage: LocalStage) -> None:
    between = frame(CONTINUATION, b"", fin=False) + frame(CONTINUATION, b"a", fin=False)
    client.send(frame(TEXT, b"", fin=False) + 20_000 * between + frame(CONTINUATION, b""))

    assert client.frame() == (TEXT, ANSWER.encode())
    last = next(one.what.text for one in reversed(stage.happenings) if one.what.kind == "message")
    assert "20000 characters" in last


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(BINARY, b"\0"), 1003, id="binary"),
        pytest.param(frame(BINARY, b"\0", fin=False), 1003, id="first fragment of binary"),
        pytest.param(frame(TEXT, b"\xff\xfe"), 1007, id="no UTF-8"),
        pytest.param(frame(TEXT, b"a", fin=False) + frame(CONTINUATION, b"\xc3"), 1007, id="half a character"),
        pytest.param(frame(TEXT, b"a", mask=None), 1002, id="not masked"),
        pytest.param(frame(TEXT, b"a", reserved=0x40), 1002, id="reserved bit"),
        pytest.param(frame(3, b"a"), 1002, id="reserved opcode"),
        pytest.param(frame(CONTINUATION, b"a"), 1002, id="continues nothing"),
        pytest.param(frame(TEXT, b"a", fin=False) + frame(TEXT, b"a"), 1002, id="not continued"),
        pytest.param(frame(PING, b"a" * 126), 1002, id="long ping"),
        pytest.param(frame(PING, b"a", fin=False), 1002, id="fragmented ping"),
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="half a close code"),
        pytest.param(frame(CLOSE, b"\x03\xee"), 1002, id="close code 1006"),
    ],
)
def test_what_the_protocol_forbids_ends_the_connection(client: Raw, stage: LocalStage, sent: bytes, code: int) -> None:
    client.send(sent)

    assert client.closed_with() == code
    assert client.ends()
    with Raw(stage) as other:
        assert other.upgrade() == 101
        other.send(frame(TEXT, b"a"))
        assert other.frame() == (TEXT, ANSWER.encode())


def test_a_close_is_answered_in_kind(client: Raw) -> None:
    client.send(frame(CLOSE, b"\x03\xe8bye"))

    assert client.frame() == (CLOSE, b"\x03\xe8bye")
    assert client.ends()


def test_what_was_sent_before_the_close_is_heard(client: Raw, stage: LocalStage) -> None:
    before = messages(stage)
    client.send(20 * frame(TEXT, b"a") + frame(CLOSE, b""))

    assert client.ends()
    assert messages(stage) == before + 20


def test_frames_may_come_in_the_same_breath_as_the_upgrade(stage: LocalStage) -> None:
    with Raw(stage) as client:
        upgrade = (
            f"GET /v1 HTTP/1.1\r\nHost: {client.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        client.send(upgrade.encode() + frame(TEXT, b"a"))

        assert client.status() == 101
        assert client.frame() == (TEXT, ANSWER.encode())
