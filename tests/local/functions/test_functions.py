"""Workers as load asks: how many, which, and how they are replaced."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from local_functions import LONGEST, Made, Stage, alive, ends, function, written

from wsconform.local.deployed.model import Code
from wsconform.local.functions.worker import Worker
from wsconform.local.outcome import Invoked, Raised, Returned, TimedOut, Unrunnable

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
WAITS = """
import os, time
print("started", os.getpid(), flush=True)
def handler(event, context):
    time.sleep(event or 0)
    return os.getpid()
"""


def values(outcomes: list[Invoked]) -> list[Any]:
    assert all(isinstance(outcome, Returned) for outcome in outcomes), outcomes
    return [json.loads(outcome.payload) for outcome in outcomes if isinstance(outcome, Returned)]


def started(stage: Stage) -> list[int]:
    return [int(line.split()[1]) for line in stage.lines if line.startswith("started ")]


def test_no_worker_before_the_first_event_unless_asked(running: Made) -> None:
    stage = running(WAITS)
    assert stage.lines == []
    stage.run(stage.functions.warm("F"))
    assert len(values(stage.at_once(0))) == len(started(stage)) == 1


def test_quick_events_share_a_worker(running: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PATIENCE", "LONGEST_WAIT"):  # however slow the machine is just now
        monkeypatch.setattr(f"wsconform.local.functions.demand.{name}", 60)
    stage = running(WAITS)
    stage.returned()
    assert len(set(values(stage.at_once(*[0] * 20)))) == 1


def test_events_that_meet_run_at_the_same_time(running: Made, tmp_path: Path) -> None:
    """Each waits for the other, so that neither ends unless both run."""
    source = f"""
        import os, pathlib, time
        def handler(event, context):
            pathlib.Path({str(tmp_path)!r}, event[0]).touch()
            while not pathlib.Path({str(tmp_path)!r}, event[1]).exists():
                time.sleep(0.01)
            return os.getpid()
        """
    stage = running(source, timeout=30.0)
    assert len(set(values(stage.at_once(["a", "b"], ["b", "a"])))) == 2


def test_events_of_a_handler_that_waits_do_not_wait_for_each_other(
    running: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as it is seen to take its time with every event, however short that is."""
    for name in ("LONGEST_WAIT", "LONG"):
        monkeypatch.setattr(f"wsconform.local.functions.demand.{name}", 60)
    stage = running(WAITS)
    assert len(set(values(stage.at_once(*[0.06] * 60)))) > 1


def test_a_handler_that_is_quick_at_times_needs_no_other_worker(running: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"LONGEST_WAIT": 60, "LONG": 60, "SLOW": 0.1, "PROCESSORS": 1}  # however slow the machine is just now
    for name, seconds in settings.items():
        monkeypatch.setattr(f"wsconform.local.functions.demand.{name}", seconds)
    stage = running(WAITS)
    for _ in range(3):
        stage.returned()
    assert len(set(values(stage.at_once(*[0.12] * 8)))) == 1


def test_a_worker_that_ends_while_another_one_is_thought_of(running: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end, and the look at whether another one would help, may fall into the same moment."""
    stage = running(WAITS, timeout=0.3, settings={"most_workers": 1})
    first = stage.returned()
    pool, failed = stage.functions._pools["F"], []  # noqa: SLF001
    ended = pool.ended

    def ended_and_looked_at(worker: Worker) -> None:
        ended(worker)
        try:
            pool._lose_patience()  # noqa: SLF001
        except ValueError as error:
            failed.append(error)

    monkeypatch.setattr(pool, "ended", ended_and_looked_at)
    late, served = stage.at_once(9, 0)
    assert (late, failed) == (TimedOut(0.3), [])
    assert values([served]) != [first]


def test_what_a_burst_leaves_behind_ends_but_for_one(running: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsconform.local.functions.pool.LONGEST_REST", 0.1)
    stage = running(WAITS)
    assert len(set(values(stage.at_once(0.4, 0.4, 0.4)))) > 1
    until = time.monotonic() + LONGEST
    while len(left := [pid for pid in started(stage) if alive(pid)]) > 1 and time.monotonic() < until:
        time.sleep(0.005)
    assert [stage.returned()] == left


def test_an_event_that_waits_long_gets_a_worker_however_quick_the_others_are(
    running: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsconform.local.functions.demand.PATIENCE", 0.01)
    monkeypatch.setattr("wsconform.local.functions.demand.LONGEST_WAIT", 0.02)
    stage = running(WAITS.replace("event or 0", "0.005"), settings={"most_workers": 4})
    assert len(set(values(stage.at_once(*[0] * 300)))) > 1


def test_there_are_no_more_workers_than_allowed(running: Made) -> None:
    stage = running(WAITS, settings={"most_workers": 2})
    assert len(set(values(stage.at_once(*[0.4] * 6)))) == 2
    assert len(started(stage)) == 2


def test_only_so_much_waits(running: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsconform.local.functions.pool.MOST_WAITING", 15)
    stage = running(WAITS.replace("event or 0", "0"), settings={"most_workers": 1})
    stage.returned()
    kinds = [type(outcome) for outcome in stage.at_once(*["ten bytes"] * 4)]
    assert sorted(kinds, key=str) == [Raised, Raised, Returned, Returned]
    assert stage.returned()


def test_nobody_waits_for_an_event_any_more(running: Made) -> None:
    """The function runs on, as it does on AWS, and the worker is there for the next event."""
    stage = running("seen = []\ndef handler(event, context):\n    seen.append(event)\n    return seen\n")
    waits = stage.begin("unheard")
    waits.cancel()
    assert stage.returned(event="heard") == ["unheard", "heard"]


def test_new_code_is_for_the_next_event(running: Made, tmp_path: Path) -> None:
    stage = running(WAITS)
    old = stage.returned()
    busy = stage.begin(0.5)
    stage.until("START RequestId: id-0 Version: $LATEST")
    written(tmp_path / "code", {"index.py": "handler = lambda event, context: 'new'"})
    stage.run(stage.functions.replace({"F": function("F", Code(folder=tmp_path / "code"), runtime=HERE)}))
    assert stage.returned() == "new"
    assert busy.result(60) == Returned(str(old).encode())
    assert stage.returned() == "new"
    assert ends(old)


def test_functions_come_and_go(running: Made, tmp_path: Path) -> None:
    stage = running(WAITS)
    gone = stage.returned()
    stage.run(stage.functions.replace({"G": function("G", Code(inline="handler = lambda e, c: 'G'"), runtime=HERE)}))
    assert stage.returned("G") == "G"
    assert ends(gone)
    stage.run(stage.functions.replace({"G": function("G", Code(unusable="it lies in S3"))}))
    assert stage.invoke("G") == Unrunnable("it lies in S3")
    assert stage.functions.problems() == [("G", "it lies in S3")]
    assert tmp_path.exists()


def test_a_remark_where_another_runtime_is_used(tmp_path: Path) -> None:
    stage = Stage(tmp_path, function("F", Code(inline="handler = lambda e, c: 1"), runtime="python3.99"))
    try:
        [(label, remark)] = stage.functions.remarks()
        assert label == "F"
        assert remark.endswith("there is no python3.99 on PATH that can import boto3")
        assert stage.returned() == 1
    finally:
        stage.stop()


def test_logs_are_kept_by_function_and_in_files(tmp_path: Path) -> None:
    source = "def handler(event, context):\n    print(context.function_name)\n"
    both = [function(label, Code(inline=source), runtime=HERE) for label in "FG"]
    stage = Stage(tmp_path, *both, log_folder=tmp_path / "logs")
    try:
        stage.returned("F")
        stage.returned("G")
        for label in "FG":
            assert f"stack-{label}" in stage.functions.logs(label)
            told = (tmp_path / "logs" / f"{label}.log").read_text(encoding="utf-8")
            assert told.splitlines() == stage.functions.logs(label)
        assert stage.functions.logs("nowhere") == []
    finally:
        stage.stop()
