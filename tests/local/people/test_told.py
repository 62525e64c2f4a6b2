"""What a command writes of a stage."""

from __future__ import annotations

import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wsconform.local.people.told import MOST_WAITING, Told
from wsconform.report.style import PLAIN


def log(told: Told, function: str) -> None:
    for number in range(200):
        told.logged(function, f"line {number}")


def test_all_lines_are_written_whole_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    with Told(PLAIN, as_json=False) as told, ThreadPoolExecutor(4) as threads:
        for thread in range(4):
            threads.submit(log, told, f"F{thread}")

    lines = capsys.readouterr().out.splitlines()
    for thread in range(4):
        mine = [line for line in lines if line.startswith(f"F{thread} |")]
        assert mine == [f"F{thread} | line {number}" for number in range(200)]
    assert len(lines) == 800


def test_an_output_that_nobody_reads_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(read, encoding="utf-8") as reader, ThreadPoolExecutor(1) as other:
        with os.fdopen(write, "w", encoding="utf-8") as writer:
            monkeypatch.setattr(sys, "stdout", writer)
            with Told(PLAIN, as_json=False) as told:
                for number in range(3 * MOST_WAITING):
                    told.line(f"{number} {'x' * 100}")
                read_on = other.submit(reader.readlines)  # to the end, or what is left would hold up the output's
        lines = read_on.result(timeout=60)
    assert any("more lines are left out here" in line for line in lines)


def test_a_full_disk_is_said_once_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(full, write_through=True))
        with Told(PLAIN, as_json=False) as told:
            log(told, "F")
            while told._waiting:  # noqa: SLF001 (so that what follows is written by itself)
                os.sched_yield()
            log(told, "F")
    said = "warning: the output cannot be written: No space left on device; the stage goes on\n"
    assert capsys.readouterr().err == said


def test_an_output_that_is_closed_ends_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "output").open("w", encoding="utf-8") as closed:
        pass
    monkeypatch.setattr(sys, "stdout", closed)
    with Told(PLAIN, as_json=False) as told:
        for number in range(1000):
            told.line(f"line {number}")
