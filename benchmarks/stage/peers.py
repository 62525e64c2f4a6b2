"""Who is measured: how each is started, and where its clients then go."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.stage import node
from benchmarks.stage.load import PUSHED

ROOT = Path(__file__).parents[2]
HEADERS = {"x-token": "allow"}
OURS = "wsconform"
DEFAULT_MODE = "serverless-offline"
IN_PROCESS = "serverless-offline, in process"
FLOOR = "bare echo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server to measure. `doors` gives, once it can, the URL of each row: called until it no longer gives None.

    `answer` is what the answer to `test` holds. `handlers` says whether it runs those of `app/`.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    folder: Path
    doors: Callable[[], Mapping[str, str] | None]
    answer: str = PUSHED
    handlers: bool = True


@dataclass(frozen=True, slots=True)
class Lineup:
    """The peers of a run, and why others are not in it."""

    peers: list[Peer] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def lineup(scratch: Path, only: str = "") -> Lineup:
    """All peers that can run here; `only` leaves out those whose name does not hold it."""
    found = Lineup()
    wanted = [name for name in (OURS, DEFAULT_MODE, IN_PROCESS, FLOOR) if only in name]
    if set(wanted) - {FLOOR}:
        try:
            app = node.install()
        except node.MissingNodeError as error:
            found.absent.append(f"{error}, so nothing that runs the handlers is measured")
            wanted = [name for name in wanted if name == FLOOR]
    for name in wanted:
        if name == OURS:
            found.peers.append(_wsconform(app, scratch))
        elif name == FLOOR:
            found.peers.append(_echo())
        else:
            found.peers.append(_serverless_offline(name, app, [] if name == DEFAULT_MODE else ["--useInProcess"]))
    return found


def _wsconform(app: Path, scratch: Path) -> Peer:
    ready = scratch / "ready.json"
    command = shutil.which("wsconform", path=sysconfig.get_path("scripts")) or "wsconform"

    def doors() -> Mapping[str, str] | None:
        if not ready.exists():
            return None
        (stage,) = json.loads(ready.read_text())["stages"]
        ready.unlink()
        return {OURS: stage["ws"], f"{OURS}, wss": stage["wss"]}

    return Peer(
        name=OURS,
        command=[command, "serve", str(app / "template.yaml"), "--ready-file", str(ready)],
        environment=node.environment(app),
        folder=app,
        doors=doors,
    )


def _serverless_offline(name: str, app: Path, mode: list[str]) -> Peer:
    http, websocket, functions = (str(_free_port()) for _ in range(3))
    ports = ["--httpPort", http, "--websocketPort", websocket, "--lambdaPort", functions]
    here = f"127.0.0.1:{websocket}"
    return Peer(
        name=name,
        command=[
            str(app / "node_modules" / ".bin" / "osls"),
            *("offline", "start", "--noSponsor", "--host", "127.0.0.1", *ports, *mode),
        ],
        environment=node.environment(app) | {"PUSH_ENDPOINT": f"http://{here}"},
        folder=app,
        doors=lambda: {name: f"ws://{here}/"},
    )


def _echo() -> Peer:
    port = str(_free_port())
    return Peer(
        name=FLOOR,
        command=[sys.executable, "-m", "benchmarks.stage.echo", port],
        environment=os.environ,
        folder=ROOT,
        doors=lambda: {FLOOR: f"ws://127.0.0.1:{port}/"},
        answer='"test"',
        handlers=False,
    )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
