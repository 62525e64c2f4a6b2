"""The template of many routes that the benchmark of live runs probes: it is sound, and its routes answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.live.routes import write


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("benchmark") / "routes", 2)


def wsconform(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wsconform", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def test_the_template_is_sound(template: Path) -> None:
    done = wsconform("check", "--strict", template)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_probe_passes(template: Path) -> None:
    done = wsconform("probe", "--local", "--format=json", "--template", template)
    assert done.returncode == 0, done.stdout + done.stderr
    probes = json.loads(done.stdout)["probes"]
    assert {one["outcome"] for one in probes} == {"passed"}
    assert {f"action-answered[action{number}]" for number in range(2)} <= {one["id"] for one in probes}
    assert all(isinstance(one["seconds"], float) for one in probes)
