"""Runs the load beside a server and takes the server's CPU time around what is counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.stage.load import Load
from benchmarks.stage.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a load came to. Times in milliseconds; CPU, of the server and of the load, in milliseconds for each."""

    rate: float
    p50: float
    p99: float
    server_cpu: float
    load_cpu: float
    faults: dict[str, int]
    elapsed: float
    count: int


class LoadProcess:
    """A running load process."""

    def __init__(self, process: subprocess.Popen[str], tree: Tree) -> None:
        self._process = process
        self._tree = tree

    def line(self) -> dict[str, Any]:
        """The next thing it says. Raises RuntimeError where it ended without."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe, as started below
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load ended with {self._process.wait()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def go_on(self) -> None:
        """Let it go on to its next step."""
        assert self._process.stdin is not None  # noqa: S101 - as above
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def result(self) -> Result:
        """What is counted between `begin` and `end`."""
        self.line()
        before = self._tree.cpu()
        end = self.line()
        cpu = self._tree.cpu() - before
        count = max(1, end["count"])
        return Result(
            rate=end["count"] / end["elapsed"],
            p50=end["p50"],
            p99=end["p99"],
            server_cpu=cpu * 1000 / count,
            load_cpu=end["cpu"] * 1000 / count,
            faults=end["faults"],
            elapsed=end["elapsed"],
            count=end["count"],
        )


@contextmanager
def loading(load: Load, tree: Tree) -> Iterator[LoadProcess]:
    """The process of a load; ended with the block, whatever it is doing."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stage.load", load.as_json()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield LoadProcess(process, tree)
        except BaseException:
            process.kill()
            raise


def run(load: Load, tree: Tree) -> Result:
    """A load from beginning to end."""
    with loading(load, tree) as process:
        return process.result()
