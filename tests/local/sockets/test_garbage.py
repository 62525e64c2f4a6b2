"""What connections leave behind: each has large buffers, and none may wait for the collector of garbage."""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from raw_client import TIMEOUT, Raw, frame
from websockets.server import ServerProtocol

from wsconform.local.sockets.connection import Connection
from wsconform.local.sockets.peer import Peer
from wsconform.local.sockets.request import RequestReader
from wsconform.local.stage import LocalStage


def closes(client: Raw) -> None:
    client.upgrade()
    client.send(frame(8, b"\x03\xe8"))
    client.read(4)


def vanishes(client: Raw) -> None:
    client.upgrade()
    client.send(frame(1, b"hello"))


def breaks_the_protocol(client: Raw) -> None:
    client.upgrade()
    client.send(b"\xff" * 10)
    client.read(2)


def is_refused(client: Raw) -> None:
    client.upgrade("/elsewhere")


def asks_nothing_more(client: Raw) -> None:
    client.request("GET /")
    client.status()


def living() -> Counter[type]:
    kinds = {Connection, Peer, RequestReader, ServerProtocol}
    return Counter(type(one) for one in gc.get_objects() if type(one) in kinds)


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("tls", [False, True], ids=["ws", "wss"])
@pytest.mark.parametrize("does", [closes, vanishes, breaks_the_protocol, is_refused, asks_nothing_more])
def test_nothing_of_a_connection_waits_to_be_collected(
    stage: LocalStage, does: Callable[[Raw], None], *, tls: bool
) -> None:
    before = living()
    for _ in range(5):
        with Raw(stage, tls=tls) as client:
            does(client)
    until = time.monotonic() + TIMEOUT
    while (left := living() - before).total() > 4 and time.monotonic() < until:  # the event loop may have the last one
        time.sleep(0.01)
    assert max(left.values(), default=0) <= 1
