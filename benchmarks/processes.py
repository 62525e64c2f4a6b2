"""Time and memory of whole processes."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took, with those that it started and waited for.

    CPU seconds (user and system), the memory of the largest of them in MiB, and seconds until the end.
    """

    cpu: float
    memory: float
    wall: float


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None, output: Path | None = None) -> Cost:
    """Run a command to its end, with more in its environment. What it prints goes to `output`, or is thrown away.

    Raises RuntimeError where it could not do its work.
    """
    begin = time.perf_counter()
    with (output or Path(os.devnull)).open("wb") as printed:
        process = subprocess.Popen(
            arguments, stdout=printed, stderr=subprocess.DEVNULL, env={**_environment(), **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _WORKED:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, wall)


def paired(commands: dict[str, Sequence[str]], times: int) -> dict[str, Cost]:
    """The median cost of each command, run in turns so that a busy machine slows all alike; one run warms up."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(times + 1):
        for name, arguments in commands.items():
            cost = run(arguments)
            if turn:
                costs[name].append(cost)
    return {name: median(found) for name, found in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """The median of several runs; of their memory, the largest."""
    return Cost(
        statistics.median(one.cpu for one in costs),
        max(one.memory for one in costs),
        statistics.median(one.wall for one in costs),
    )


def command(name: str) -> str:
    """The command of the environment that runs this. Exits where it is not installed."""
    found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if found is None:
        sys.exit(f'"{name}" is not installed here; run `tox -e bench`')
    return found


def _environment() -> dict[str, str]:
    """The environment, with compiled modules kept as in any installation."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


# 0 sound, 1 findings; cfn-lint adds up 2 errors, 4 warnings, 8 notes.
_WORKED = frozenset({0, 1, 2, 4, 6, 8, 10, 12, 14})
