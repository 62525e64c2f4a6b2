"""What clients do wrong ends with them: the stage goes on serving the others."""

import asyncio
import contextlib
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from botocore.config import Config
from raw_client import Raw, frame
from standing import ANSWER, TEMPLATE, write_template

from wsconform.local.happenings import Happening
from wsconform.local.sockets import connection, peer
from wsconform.local.stage import LocalStage

TEXT = 1


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that happens elsewhere."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def goes_on(stage: LocalStage) -> None:
    for tls in (False, True):
        with Raw(stage, tls=tls) as other:
            assert other.upgrade() == 101
            other.send(frame(TEXT, b"a"))
            assert other.frame() == (TEXT, ANSWER.encode())


def held(stage: LocalStage) -> int:
    """How many TCP connections the stage holds."""
    return sum(len(one.connections) for ports in stage._running.ports.values() for one in ports.listeners)  # noqa: SLF001


@pytest.fixture
def alone(template: Path) -> Iterator[LocalStage]:
    """A stage that nobody else uses."""
    with LocalStage(template) as running:
        yield running


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\0" * 100, id="zeros"),
        pytest.param(os.urandom(10_000), id="noise"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), id="half a TLS hello"),
        pytest.param(b"HELO there\r\n", id="mail"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nBad header\r\n\r\n", id="a header without colon"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", id="a version"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"\r\n" * 40_000, id="empty lines"),
    ],
)
def test_garbage_is_turned_away(stage: LocalStage, garbage: bytes, tls: bool) -> None:  # noqa: FBT001
    with Raw(stage, tls=tls) as client:
        try:
            client.send(garbage)
            if not tls:
                client.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        else:
            if not tls:
                assert client.ends()
    goes_on(stage)


def test_tls_and_plain_are_told_apart(stage: LocalStage) -> None:
    endpoint = stage.endpoints[0]
    host, _, plain = endpoint.plain.rpartition(":")
    with socket.create_connection((host, int(plain)), 20) as raw, pytest.raises((ssl.SSLError, OSError)):
        stage.ssl_context().wrap_socket(raw, server_hostname=host)
    with socket.create_connection((host, int(endpoint.tls.rpartition(":")[2])), 20) as raw:
        raw.sendall(b"GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            while raw.recv(1000):
                pass
        except ConnectionError:
            pass
    goes_on(stage)


def test_slow_heads_bodies_and_idle_connections_are_ended(alone: LocalStage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "IDLE_SECONDS"):
        monkeypatch.setattr(connection, name, 0.2)
    with ExitStack() as clients:
        silent, in_head, in_body, idle = (clients.enter_context(Raw(alone)) for _ in range(4))
        in_head.send(b"GET /v1 HTTP/1.1\r\nHost")
        in_body.request("POST /v1/@connections/a=", "Content-Length: 10", body=b"hal")
        idle.request("GET /v1")
        assert idle.status() == 426

        assert in_head.status() == 408
        assert in_body.status() == 408
        for one in (silent, in_head, in_body, idle):
            assert one.ends()
    until(lambda: not held(alone))


def test_one_byte_at_a_time_does_not_stretch_the_time(alone: LocalStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    with Raw(alone) as client:
        ended = threading.Event()

        def drip() -> None:
            try:
                while not ended.wait(0.05):
                    client.send(b"G")
            except OSError:
                pass

        client.send(b"GET /v1?")
        dripping = threading.Thread(target=drip)
        dripping.start()
        assert client.status() == 408
        ended.set()
        dripping.join()


def test_a_close_that_is_not_answered_is_not_waited_for(alone: LocalStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "CLOSE_SECONDS", 0.2)
    with Raw(alone) as client:
        assert client.upgrade() == 101
        client.send(frame(2, b"binary"))
        assert client.frame()[0] == 8
        assert client.ends()
    until(lambda: not held(alone))


def test_a_thousand_clients_vanish(alone: LocalStage) -> None:
    many = 1_000

    async def vanish() -> None:
        host, _, port = alone.endpoints[0].plain.rpartition(":")
        key = "AAAAAAAAAAAAAAAAAAAAAA=="
        request = (
            f"GET /v1 HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        )
        at_once = asyncio.Semaphore(100)

        async def one(number: int) -> None:
            async with at_once:
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(request.encode())
                if number % 3:  # the others go before they are answered
                    await reader.readuntil(b"\r\n\r\n")
                writer.transport.abort()

        await asyncio.gather(*(one(number) for number in range(many)))

    asyncio.run(vanish())

    until(lambda: not held(alone))
    shell = next(iter(alone._running.ports.values())).shell  # noqa: SLF001
    assert shell is not None
    until(lambda: not shell.gateway.connections)
    assert shell.gateway.idle
    goes_on(alone)


def test_a_flood_of_messages_keeps_nobody_waiting(alone: LocalStage) -> None:
    told: list[str] = []
    with Raw(alone) as flooding, ExitStack() as others:

        def hear(happening: Happening) -> None:
            told.append(happening.what.kind)
            if told.count("message") == 1 and happening.what.kind == "message":
                # The system accepts it, and the stage once it looks.
                others.enter_context(Raw(alone)).ask_for_upgrade()

        assert flooding.upgrade() == 101
        alone.on_happening(hear)
        flooding.send(1_500 * frame(TEXT, b"a"))
        for _ in range(1_500):
            assert flooding.frame() == (TEXT, ANSWER.encode())

        assert told[: told.index("connect")].count("message") < 500


def test_a_client_that_never_reads_is_bounded(alone: LocalStage) -> None:
    with Raw(alone) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        assert client.upgrade() == 101
        client.send(frame(TEXT, b"a"))
        client.frame()
        identity = next(one.what.connection_id for one in alone.happenings if one.what.kind == "message")
        api = alone.client(config=Config(retries={"total_max_attempts": 1}))
        try:

            def push_on() -> None:
                for _ in range(400):
                    api.post_to_connection(ConnectionId=identity, Data=b"x" * 100_000)

            with pytest.raises(api.exceptions.LimitExceededException):  # 429
                push_on()
            goes_on(alone)
            pushed = False
            while not pushed:  # it reads again, whatever there is
                while select.select([client.socket], [], [], 0.05)[0]:
                    client.socket.recv(1_000_000)
                with contextlib.suppress(api.exceptions.LimitExceededException):
                    api.post_to_connection(ConnectionId=identity, Data=b"read")
                    pushed = True
        finally:
            api.close()


def test_a_client_that_reads_late_is_answered_whole(tmp_path: Path) -> None:
    answer, many = "h" * 30_000, 400
    with (
        LocalStage(write_template(tmp_path, TEMPLATE.replace("'heard'", f"'{answer}'"))) as stage,
        Raw(stage) as client,
    ):
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        assert client.upgrade() == 101
        client.send(many * frame(TEXT, b"a"))
        shell = next(iter(stage._running.ports.values())).shell  # noqa: SLF001
        assert shell is not None
        until(lambda: any(one.full for one in shell.gateway.connections.values()))

        for _ in range(many):
            assert client.frame() == (TEXT, answer.encode())


def test_a_client_that_sends_and_never_reads_is_bounded(alone: LocalStage) -> None:
    with Raw(alone) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert client.upgrade() == 101
        client.socket.settimeout(1)
        many = 5_000 * frame(TEXT, b"a")

        def send_on() -> None:
            for _ in range(2_000):
                client.send(many)

        with pytest.raises(OSError, match=r"timed out|reset|[Bb]roken"):
            send_on()
    goes_on(alone)
