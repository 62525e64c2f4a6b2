from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wsconform.local.functions import runtimes
from wsconform.local.functions.code import Laid
from wsconform.local.functions.runtimes import Chosen, RuntimeMissingError, choose

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
BOOTSTRAP = str(runtimes.BOOTSTRAPS / "python_bootstrap.py")


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    """What was found on PATH is forgotten."""
    yield
    runtimes._other_python.cache_clear()  # noqa: SLF001
    runtimes._node_behind.cache_clear()  # noqa: SLF001


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(path: Path, says: str) -> None:
    path.write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    path.chmod(0o755)


def chosen(runtime: str, folder: Path) -> Chosen:
    return choose(runtime, Laid(folder=folder, layers=()), memory=256)


def why_not(runtime: str, folder: Path) -> str:
    with pytest.raises(RuntimeMissingError) as caught:
        chosen(runtime, folder)
    return str(caught.value)


def test_this_python_runs_functions_of_its_version(path: Path) -> None:
    assert chosen(f"python{HERE}", path) == Chosen(command=(sys.executable, "-s", BOOTSTRAP))


def test_another_python_is_looked_for_on_path(path: Path) -> None:
    program(path / "python3.8", "echo /where/it/really/is")
    assert chosen("python3.8", path) == Chosen(command=("/where/it/really/is", "-s", BOOTSTRAP))


@pytest.mark.parametrize("says", [None, "echo no boto3 >&2; exit 1"])
def test_without_it_this_python_does(path: Path, says: str | None) -> None:
    if says:
        program(path / "python3.8", says)
    remark = f"runs under Python {HERE}: there is no python3.8 on PATH that can import boto3"
    assert chosen("python3.8", path) == Chosen(command=(sys.executable, "-s", BOOTSTRAP), remark=remark)


def test_node(path: Path) -> None:
    program(path / "node", "echo 22.11.0 /where/node really/is")
    shares = ("--max-old-space-size=230", "--max-semi-space-size=2")
    command = ("/where/node really/is", *shares, str(runtimes.BOOTSTRAPS / "node_bootstrap.mjs"))
    assert chosen("nodejs22.x", path) == Chosen(command=command)
    remark = "runs under Node.js 22, which `node` on PATH is, not under 20"
    assert chosen("nodejs20.x", path) == Chosen(command=command, remark=remark)


def test_node_that_is_missing(path: Path) -> None:
    assert why_not("nodejs22.x", path) == "nodejs22.x needs Node.js: install it so that `node` is on PATH"


def test_node_that_does_not_work(path: Path) -> None:
    program(path / "node", "exit 1")
    assert why_not("nodejs22.x", path) == f'"{path}/node" does not run: install Node.js 22'


@pytest.mark.parametrize("runtime", ["provided.al2023", "java21", "ruby3.3", "dotnet8"])
def test_a_bootstrap_runs_whatever_the_runtime(path: Path, runtime: str) -> None:
    program(path / "bootstrap", "")
    assert chosen(runtime, path) == Chosen(command=(str(path / "bootstrap"),))


OTHER, OTHERS_NAME = (62, "x86_64") if platform.machine() in {"aarch64", "arm64"} else (183, "aarch64")


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        (None, "is not executable: give it the right with `chmod +x`"),
        (b"#!/bin/sh\r\nexit\r\n", "has the line ends of Windows: save it with those of Unix"),
        (b"#!/no/such/php -q\n", 'is a script for "/no/such/php": install that'),
        (b"#!/usr/bin/env -S LANG=C phpp -q\n", 'is a script for "phpp": install that'),
        (b"\x7fELF" + bytes(14) + OTHER.to_bytes(2, "little"), f"is built for {OTHERS_NAME}, and this machine is "),
    ],
    ids=["right", "line ends", "interpreter", "env", "machine"],
)
def test_a_bootstrap_that_does_not_run_here(path: Path, head: bytes | None, fault: str) -> None:
    (path / "bootstrap").write_bytes(head or b"")
    (path / "bootstrap").chmod(0o644 if head is None else 0o755)
    assert why_not("provided.al2", path).startswith(f'"{path}/bootstrap" {fault}')


def test_what_does_not_run_here(path: Path) -> None:
    assert why_not("", path) == "it has no Runtime: container images do not run here"
    assert why_not("ruby3.3", path).startswith("ruby3.3 does not run here: only pythonX.Y, nodejsX.x and code with")
    assert why_not("provided.al2", path) == f'there is no executable "bootstrap" in "{path}" or in a layer'
