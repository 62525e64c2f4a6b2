"""What a template comes to once it is deployed."""

from __future__ import annotations

from pathlib import Path

from wsconform.local.deployed.deploy import deploy
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

SAMPLE = Path(__file__).parents[3] / "sample_stack"


def test_the_sample_stack_is_deployed_whole() -> None:
    deployed = deploy(read_stack(read(SAMPLE / "template.yaml")), address=lambda _label: "127.0.0.1:8443")
    api = deployed.apis["MyWebSocketApi"]
    snapshot = api.stages["v1"].snapshot
    assert snapshot is not None
    assert snapshot.routes.keys() == {"$connect", "test"}
    assert not snapshot.absent
    assert not deployed.remarks
    assert deployed.functions.keys() == {"LambdaRequestAuthFunction", "MyLambdaRouteHandlerFunction"}
