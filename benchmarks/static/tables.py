"""The figures that the static side's budgets are about, beside those of cfn-lint."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import command, paired
from benchmarks.resources import as_yaml
from benchmarks.static.templates import sound

SAMPLE = Path(__file__).parents[2] / "sample_stack" / "template.yaml"
SIZES = (50, 100, 200, 500)
COUNTS = (1, 25, 50, 100, 200)


def report(folder: Path, times: int) -> Iterator[str]:
    """Lines of the tables: `times` counted runs of each command; `folder` is for what they need."""
    wsconform, cfn_lint = command("wsconform"), command("cfn-lint")
    large = folder / "large.yaml"
    large.write_text(as_yaml(sound(500)))
    yield "| template | wsconform check | cfn-lint | ratio | memory |"
    yield "| --- | --- | --- | --- | --- |"
    for name, template in (("sample stack", SAMPLE), ("500 resources", large)):
        cost = paired({"ours": [wsconform, "check", str(template)], "theirs": [cfn_lint, "--", str(template)]}, times)
        ours, theirs = cost["ours"], cost["theirs"]
        yield (
            f"| {name} | {ours.cpu:.2f} s | {theirs.cpu:.2f} s | 1/{theirs.cpu / ours.cpu:.1f} "
            f"| {ours.memory:.0f} MiB, cfn-lint {theirs.memory:.0f} MiB |"
        )
    yield ""
    yield from _unused_plugin(folder, times)
    yield ""
    yield from _growth(folder, wsconform, times)


def _unused_plugin(folder: Path, times: int) -> Iterator[str]:
    test = folder / "test_nothing.py"
    test.write_text("def test_nothing() -> None:\n    pass\n")
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    cost = paired({"with": pytest, "without": [*pytest, "-p", "no:wsconform"]}, 4 * times)
    difference = (cost["with"].cpu - cost["without"].cpu) * 1000
    yield "| pytest with the plugin installed, not asked for | without it | it adds |"
    yield "| --- | --- | --- |"
    yield f"| {cost['with'].cpu:.3f} s | {cost['without'].cpu:.3f} s | {difference:+.1f} ms |"


def _growth(folder: Path, wsconform: str, times: int) -> Iterator[str]:
    yield "| resources in one template | CPU | beyond an empty run, per resource |"
    yield "| --- | --- | --- |"
    nothing = paired({"": [wsconform, "--version"]}, times)[""].cpu
    for size in SIZES:
        template = folder / f"of-{size}.yaml"
        template.write_text(as_yaml(sound(size)))
        cpu = paired({"": [wsconform, "check", str(template)]}, times)[""].cpu
        yield f"| {size} | {cpu:.2f} s | {(cpu - nothing) / size * 1000:.2f} ms |"
    yield ""
    yield "| templates in one run, each of the sample's size | CPU | beyond an empty run, per template |"
    yield "| --- | --- | --- |"
    for count in COUNTS:
        beside = folder / f"many-{count}"
        for number in range(count):
            shutil.copytree(SAMPLE.parent, beside / str(number), ignore=shutil.ignore_patterns("article"))
        cpu = paired({"": [wsconform, "check", str(beside)]}, max(1, times // 2))[""].cpu
        yield f"| {count} | {cpu:.2f} s | {(cpu - nothing) / count * 1000:.1f} ms |"
