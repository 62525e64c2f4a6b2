"""A peer that is up: started, waited for, and ended with the block."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stage.client import Client, Door, Refused, text_frame
from benchmarks.stage.load import Load
from benchmarks.stage.peers import HEADERS, Peer
from benchmarks.stage.tree import Tree, running

PATIENCE = 60.0
BETWEEN_TRIES = 0.005


class NotUpError(Exception):
    """A server did not come up, or does not answer; the message holds what it printed."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running peer: seconds from its start to the first connection let in, and to the first answer to `test`."""

    peer: Peer
    tree: Tree
    doors: Mapping[str, str]
    first_connect: float
    first_answer: float

    @property
    def door(self) -> Door:
        """Where clients come in, over plain TCP."""
        return Door(next(iter(self.doors.values())), HEADERS)


@contextmanager
def serving(peer: Peer, scratch: Path) -> Iterator[Server]:
    """The server of a peer, ended with the block. Raises NotUpError."""
    begin = time.perf_counter()
    with running(peer.command, peer.environment, peer.folder, scratch / "output.log") as tree:
        try:
            doors = _doors(peer, tree, begin)
            times = asyncio.run(_first_exchange(Door(next(iter(doors.values())), HEADERS), peer, tree, begin))
        except (TimeoutError, OSError, Refused) as error:
            raise NotUpError(f"{peer.name} does not serve ({error}): {tree.last_output()}") from error
        yield Server(peer, tree, doors, *times)


async def answer(client: Client, texts: asyncio.Queue[bytes], seconds: float = PATIENCE) -> bytes:
    """What is answered to `test`. Raises TimeoutError, and ConnectionError where the connection ends instead."""
    client.write(text_frame(Load(kind="talk", url="").message))
    begin = time.perf_counter()
    while texts.empty():
        if client.closed.done():
            raise ConnectionError("the connection was closed")
        if time.perf_counter() - begin > seconds:
            raise TimeoutError(f"no answer within {seconds:g} s")
        await asyncio.sleep(BETWEEN_TRIES)
    return texts.get_nowait()


def _doors(peer: Peer, tree: Tree, begin: float) -> Mapping[str, str]:
    while (doors := peer.doors()) is None:
        _go_on_waiting(tree, begin)
        time.sleep(BETWEEN_TRIES)
    return doors


async def _first_exchange(door: Door, peer: Peer, tree: Tree, begin: float) -> tuple[float, float]:
    texts: asyncio.Queue[bytes] = asyncio.Queue()
    while True:
        try:
            client = await door.open(texts.put_nowait)
        except OSError:
            _go_on_waiting(tree, begin)
            await asyncio.sleep(BETWEEN_TRIES)
        else:
            break
    connected = time.perf_counter() - begin
    text = await answer(client, texts)
    if peer.answer.encode() not in text:
        raise NotUpError(f"{peer.name} answers {text.decode()}: {tree.last_output()}")
    answered = time.perf_counter() - begin
    client.close()
    await client.closed
    return connected, answered


def _go_on_waiting(tree: Tree, begin: float) -> None:
    if tree.exit_code is not None:
        raise ConnectionError(f"it ended with {tree.exit_code}")
    if time.perf_counter() - begin > PATIENCE:
        raise TimeoutError(f"not ready within {PATIENCE:g} s")
