"""The figures of a run of all probes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.live.routes import MOST_ROUTES, write
from benchmarks.processes import Cost, command, median, run
from benchmarks.stage.tree import running

SAMPLE = Path(__file__).parents[2] / "sample_stack" / "template.yaml"
SAMPLE_IDENTITY = "x-some-header-to-auth-from"
BUDGET = 3.0
"""Seconds for all probes against a stage that answers at once."""
PATIENCE = 60.0
BETWEEN_TRIES = 0.02


@dataclass(frozen=True, slots=True)
class Probing:
    """What `wsconform probe` took, and by the id of each probe its seconds and outcome."""

    cost: Cost
    seconds: dict[str, float]
    outcomes: dict[str, str]


def report(folder: Path, times: int) -> Iterator[str]:
    """Lines of the tables: medians of `times` runs; `folder` is for what they need."""
    wsconform = command("wsconform")
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--wsconform", str(SAMPLE)]
    local = [wsconform, "probe", "--local", "--template"]
    routes = write(folder / "routes", MOST_ROUTES)
    sample = [_probing([*local, str(SAMPLE)], folder) for _ in range(times)]
    with _served(SAMPLE, wsconform, folder) as (url, environment):
        identities = [f"--allow={SAMPLE_IDENTITY}=env:ALLOWED", f"--deny={SAMPLE_IDENTITY}=env:DENIED"]
        remote = [wsconform, "probe", url, f"--template={SAMPLE}", *identities]
        served = [_probing(remote, folder, environment) for _ in range(times + 1)][1:]
    many = _probing([*local, str(routes)], folder)
    yield "| run | from start to end | CPU, with that of functions | memory | probes |"
    yield "| --- | --- | --- | --- | --- |"
    whole = median([run([*pytest, "--wsconform-local"]) for _ in range(times)])
    yield f"| sample stack, `pytest`, local stage and checks included | {_costs(whole)} | |"
    yield _row("sample stack, `wsconform probe --local`", sample)
    yield _row("sample stack, `wsconform probe`, stage running", served)
    yield _row(f"{MOST_ROUTES} routes, `wsconform probe --local`", [many])
    yield ""
    yield from _budget(served)
    yield ""
    yield from _by_probe(served[-1], many)


def _budget(served: list[Probing]) -> Iterator[str]:
    taken = median([one.cost for one in served]).wall
    yield f"All probes, the start of the command included, take {taken:.1f} s of the {BUDGET:g} s that they may."


def _by_probe(sample: Probing, many: Probing) -> Iterator[str]:
    yield f"| probe | sample stack | of {MOST_ROUTES} routes |"
    yield "| --- | --- | --- |"
    theirs = _grouped(many.seconds)
    for name, seconds in sorted(_grouped(sample.seconds).items(), key=lambda one: -sum(one[1])):
        others = theirs.get(name, [])
        of_routes = f"{sum(others) / len(others):.2f} s" if others else ""
        yield f"| `{name}` | {sum(seconds):.2f} s | {of_routes}{' for each route' if len(others) > 1 else ''} |"
    wall, cpu = (1000 * one / MOST_ROUTES for one in (many.cost.wall, many.cost.cpu))
    yield ""
    yield f"For each of {MOST_ROUTES} routes {wall:.0f} ms, CPU {cpu:.0f} ms."


def _grouped(seconds: dict[str, float]) -> dict[str, list[float]]:
    """The seconds of each probe, one for each of its routes."""
    found: dict[str, list[float]] = defaultdict(list)
    for name, one in seconds.items():
        found[name.partition("[")[0]].append(one)
    return found


def _row(title: str, probings: list[Probing]) -> str:
    return f"| {title} | {_costs(median([one.cost for one in probings]))} | {_tally(probings)} |"


def _costs(cost: Cost) -> str:
    return f"{cost.wall:.1f} s | {cost.cpu:.1f} s | {cost.memory:.0f} MiB"


def _tally(probings: list[Probing]) -> str:
    """What came of the probes in each run; one that does not pass is named."""
    others = {f"{name} {outcome}" for one in probings for name, outcome in one.outcomes.items() if outcome != "passed"}
    passed = min(sum(outcome == "passed" for outcome in one.outcomes.values()) for one in probings)
    return ", ".join([f"{passed} passed", *sorted(others)])


def _probing(arguments: list[str], folder: Path, environment: dict[str, str] | None = None) -> Probing:
    printed = folder / "probes.json"
    cost = run([*arguments, "--format=json"], environment, printed)
    probes = json.loads(printed.read_bytes())["probes"]
    return Probing(cost, {one["id"]: one["seconds"] for one in probes}, {one["id"]: one["outcome"] for one in probes})


@contextmanager
def _served(template: Path, wsconform: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The URL of a template's local stage, and the environment with which clients trust it and are let in."""
    ready = folder / "ready.json"
    serve = [wsconform, "serve", str(template), "--ready-file", str(ready)]
    with running(serve, os.environ, folder, folder / "serve.log") as tree:
        begin = time.perf_counter()
        while not ready.exists():
            if tree.exit_code is not None or time.perf_counter() - begin > PATIENCE:
                sys.exit(f"the stage does not start: {tree.last_output()}")
            time.sleep(BETWEEN_TRIES)
        told = json.loads(ready.read_text())
        (stage,) = told["stages"]
        yield stage["wss"], {"SSL_CERT_FILE": told["ca"], "ALLOWED": "allow", "DENIED": "nobody"}
