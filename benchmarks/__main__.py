"""Prints the figures that the project's budgets are about, beside those of its peers."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

PARTS = ("static", "stage", "live")


def main() -> None:
    """Measure what is asked for, and print a table for each question."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="what to measure (default: static)")
    parser.add_argument("--times", type=int, default=5, help="static, live: counted runs of each command (default 5)")
    parser.add_argument("--rounds", type=int, default=3, help="stage: rounds, whose median counts (default 3)")
    parser.add_argument("--seconds", type=float, default=260, help="stage: time for the rounds (default 260)")
    parser.add_argument("--only", default="", help="stage: measure only peers whose name holds this text")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for line in _lines(Path(folder), arguments):
                print(line, flush=True)
        except KeyboardInterrupt:
            sys.exit("interrupted; everything that was started is ended")


def _lines(folder: Path, arguments: argparse.Namespace) -> Iterator[str]:
    parts = arguments.parts or ["static"]
    if "static" in parts:
        from benchmarks.static import tables

        yield from tables.report(folder, arguments.times)
    if "stage" in parts:
        from benchmarks.stage import report

        yield from report.report(folder, arguments.rounds, arguments.seconds, arguments.only)
    if "live" in parts:
        from benchmarks.live import report as live

        yield from live.report(folder, arguments.times)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
