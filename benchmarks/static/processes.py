"""CPU time and memory of whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: CPU seconds (user and system), and its largest memory in MiB."""

    cpu: float
    memory: float


def run(command: Sequence[str]) -> Cost:
    """Run a command to its end, its output thrown away. Raises RuntimeError where it could not do its work."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _WORKED:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def paired(commands: dict[str, Sequence[str]], times: int) -> dict[str, Cost]:
    """The median cost of each command, run in turns so that a busy machine slows all alike; one run warms up."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(times + 1):
        for name, command in commands.items():
            cost = run(command)
            if turn:
                costs[name].append(cost)
    return {
        name: Cost(statistics.median(one.cpu for one in found), max(one.memory for one in found))
        for name, found in costs.items()
    }


def _environment() -> dict[str, str]:
    """The environment, with compiled modules kept as in any installation."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


# 0 sound, 1 findings; cfn-lint adds up 2 errors, 4 warnings, 8 notes.
_WORKED = frozenset({0, 1, 2, 4, 6, 8, 10, 12, 14})
