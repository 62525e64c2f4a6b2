"""What the benchmark runs: our template and the peer's configuration say the same, and are sound."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from wsconform.local.deployed.deploy import deploy
from wsconform.local.deployed.model import DeployedFunction, Deployment
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

APP = Path(__file__).parents[2] / "benchmarks" / "stage" / "app"


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    return deploy(read_stack(read(APP / "template.yaml")), address=lambda _: "127.0.0.1:8443")


@pytest.fixture(scope="module")
def serverless() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((APP / "serverless.yml").read_text())
    return found


def handler(function: DeployedFunction) -> str:
    assert function.code.folder is not None
    return f"{function.code.folder.relative_to(APP).as_posix()}/{function.handler}"


def test_the_template_is_sound() -> None:
    command = [sys.executable, "-m", "wsconform", "check", "--strict", str(APP / "template.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command

    assert done.returncode == 0, done.stdout + done.stderr


def test_both_have_the_same_routes_handlers_and_credential(deployment: Deployment, serverless: dict[str, Any]) -> None:
    (api,) = deployment.apis.values()
    (stage,) = api.stages.values()
    assert stage.snapshot is not None
    ours = {}
    for key, route in stage.snapshot.routes.items():
        assert route.integration is not None
        assert route.integration.target is not None
        assert route.integration.target.function is not None
        ours[key] = handler(deployment.functions[route.integration.target.function])
    theirs = {}
    for function in serverless["functions"].values():
        for event in function.get("events", []):
            socket = event["websocket"]
            theirs[socket["route"] if isinstance(socket, dict) else socket] = function["handler"]

    assert ours == theirs

    authorizer = stage.snapshot.routes["$connect"].authorizer
    assert authorizer is not None
    (told,) = (
        event["websocket"]["authorizer"]
        for function in serverless["functions"].values()
        for event in function.get("events", [])
        if isinstance(event["websocket"], dict)
    )
    ours_authorizer = deployment.functions[authorizer.target.function or ""]
    assert handler(ours_authorizer) == serverless["functions"][told["name"]]["handler"]
    assert [f"route.request.{kind}.{name}" for kind, name in authorizer.sources] == [told["identitySource"]]
    assert ours_authorizer.environment["TOKEN"] == serverless["provider"]["environment"]["TOKEN"]
    assert {function.runtime for function in deployment.functions.values()} == {serverless["provider"]["runtime"]}


def test_what_is_installed_is_fixed_and_names_no_host() -> None:
    packages = json.loads((APP / "package.json").read_text())["dependencies"]

    for version in packages.values():
        assert version.rsplit("@", 1)[-1].replace(".", "").isdigit(), version
        assert "://" not in version
    assert not list(APP.glob("*lock*"))
