"""What goes wrong in a worker: the event ends as it would on Lambda, and the next one is served."""

from __future__ import annotations

import gc
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from local_functions import LONGEST, Made, alive, ends

from wsconform.local.outcome import Crashed, TimedOut

# Each handler does what the event says and answers with its process id otherwise, so that a cold start shows.
MISBEHAVING = """
import os, signal, subprocess, sys, threading, time

def handler(event, context):
    if event:
        exec(event)
    return os.getpid()
"""


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("sys.exit(1)", "exited with status 1"),
        ("sys.exit(0)", "exited with status 0"),
        ("os._exit(3)", "exited with status 3"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was killed by SIGSEGV"),
    ],
)
def test_a_process_that_ends(running: Made, fault: str, reason: str) -> None:
    stage = running(MISBEHAVING)
    before = stage.returned()
    assert stage.invoke(event=fault) == Crashed(reason)
    assert "Runtime.ExitError" in stage.lines
    assert stage.returned() != before


def test_a_process_that_ends_before_its_first_event(running: Made) -> None:
    stage = running("import os\nos._exit(4)\n")
    assert stage.invoke() == Crashed("exited with status 4 before it asked for an event")
    assert stage.at_once(1, 2) == [Crashed("exited with status 4 before it asked for an event")] * 2


def test_a_process_that_ends_between_events(running: Made) -> None:
    stage = running(MISBEHAVING)
    before = stage.returned(event="threading.Timer(0.01, os._exit, [5]).start()")
    stage.until("the idle worker exited with status 5")
    assert stage.returned() != before


def test_a_handler_that_hangs(running: Made) -> None:
    stage = running(MISBEHAVING, timeout=0.3)
    before = stage.returned()
    assert stage.invoke(event="while True: pass", request_id="id-9") == TimedOut(0.3)
    assert any(line.endswith("id-9 Task timed out after 0.30 seconds") for line in stage.lines)
    assert stage.returned() != before
    assert ends(before)


def test_what_a_handler_that_hangs_has_started(running: Made, tmp_path: Path) -> None:
    """Its children, those in a session of their own, and those that nobody is the parent of any more."""
    started = tmp_path / "started"
    stage = running(MISBEHAVING, timeout=1.0)
    orphan = "import subprocess, sys; print(subprocess.Popen(['sleep', '99'], start_new_session=True, stdout=-3).pid)"
    fault = f"""
pids = [subprocess.Popen(["sleep", "99"]).pid, subprocess.Popen(["sleep", "99"], start_new_session=True).pid]
orphan = subprocess.run([sys.executable, "-c", {orphan!r}], stdout=subprocess.PIPE, text=True).stdout
pids.append(int(orphan))
pids.append(os.fork())
open({str(started)!r}, "w").write(repr(pids)) if pids[-1] else None
time.sleep(99)
"""
    assert stage.invoke(event=fault) == TimedOut(1.0)
    stage.returned()
    pids = [int(pid) for pid in started.read_text().strip("[]").split(",")]
    assert len(pids) == 4
    assert ends(*pids)


def test_a_handler_that_forks_and_answers_twice(running: Made) -> None:
    stage = running("import os\ndef handler(event, context):\n    os.fork()\n    return event\n")
    assert [stage.returned(event=number) for number in range(5)] == list(range(5))


def test_an_init_phase_that_takes_too_long(running: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsconform.local.functions.worker.INIT_SECONDS", 0.3)
    stage = running("import time\ntime.sleep(99)\n", timeout=0.4)
    assert stage.invoke() == TimedOut(0.4)
    phases = [line.partition("\t")[2] for line in stage.lines if line.startswith("INIT_REPORT")]
    assert phases == ["Phase: init\tStatus: timeout", "Phase: invoke\tStatus: timeout"]


def test_an_init_phase_that_is_slow_once(running: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("wsconform.local.functions.worker.INIT_SECONDS", 0.5)
    once = str(tmp_path / "once")
    stage = running(
        f"""
        import os, time
        if not os.path.exists({once!r}):
            open({once!r}, "w").close()
            time.sleep(99)
        def handler(event, context):
            return "ready"
        """
    )
    assert stage.returned() == "ready"


def test_a_hundred_megabytes_of_output(running: Made, tmp_path: Path) -> None:
    stage = running(MISBEHAVING, timeout=50.0, settings={"log_folder": tmp_path / "logs"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    flood = "block = ('x' * 99 + chr(10)) * 10_000\nfor _ in range(100): sys.stdout.write(block)"
    pid = stage.returned(event=flood)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 32 * 1024
    assert (tmp_path / "logs" / "F.log").stat().st_size < 1 << 20
    assert stage.lines[-1] == "[99,737,856 more bytes of output are left out here]"
    assert stage.returned(event="print('heard again')") == pid
    assert "heard again" in stage.lines


def test_a_line_without_end(running: Made) -> None:
    stage = running(MISBEHAVING)
    stage.returned(event="sys.stdout.write('x' * 10_000)")
    assert [len(line) for line in stage.lines] == [4096, 4096, 1808]


def test_output_that_is_no_text(running: Made) -> None:
    stage = running(MISBEHAVING)
    stage.returned(event="os.write(1, bytes(range(128, 256)))")
    assert set(stage.lines[0]) == {"\N{REPLACEMENT CHARACTER}"}


def test_a_log_disk_that_is_full(running: Made, tmp_path: Path) -> None:
    (tmp_path / "F.log").symlink_to("/dev/full")
    stage = running(MISBEHAVING, settings={"log_folder": tmp_path})
    stage.returned()
    stage.returned()
    ((what, why),) = stage.troubles
    assert what == "the log file of F ends here"
    assert why == f'"{tmp_path / "F.log"}" cannot be written: No space left on device'


def test_stopping_ends_everything_at_once(running: Made) -> None:
    stage = running(MISBEHAVING)
    pid = stage.returned()
    child = stage.returned(
        event="return_ = subprocess.Popen(['sleep', '99'], start_new_session=True)\nprint(return_.pid)"
    )
    assert child == pid
    sleeper = int(stage.lines[-1])
    scratch = Path(f"/proc/{pid}/environ").read_bytes().partition(b"\0HOME=")[2].partition(b"\0")[0].decode()
    assert Path(scratch).is_dir()
    stage.run(stage.functions.stop())
    assert not alive(pid)
    assert not alive(sleeper)
    assert not Path(scratch).parent.exists()
    assert stage.invoke() == Crashed("the local stage is being stopped")


def test_nothing_is_left_open(running: Made) -> None:
    before = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    stage = running(MISBEHAVING, timeout=0.5)
    stage.returned()
    for fault in ("sys.exit(1)", "time.sleep(99)", "raise ValueError", "os.kill(os.getpid(), signal.SIGKILL)"):
        stage.invoke(event=fault)
    stage.at_once(*["time.sleep(0.2)"] * 3)
    stage.stop()
    gc.collect()
    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before
    assert not [path for path in Path("/proc/self/task").glob("*/children") if path.read_text()]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_workers_end_with_us_however_we_end(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(
        "import os, time\ndef handler(e, c):\n    print(os.getpid())\n    time.sleep(99)\n"
    )
    source = f"""
from pathlib import Path
from local_functions import Stage, function, Code
stage = Stage(Path({str(tmp_path)!r}), function("F", Code(folder=Path({str(tmp_path)!r})), timeout=99.0))
stage.functions._on_line = None
stage.functions._logs["F"]._on_line = lambda label, line: print(line, flush=True)
stage.invoke()
"""
    support = str(Path(__file__).parents[2] / "support")
    with subprocess.Popen(  # noqa: S603 (this test's own)
        [sys.executable, "-c", source], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": support}
    ) as stage:
        assert stage.stdout is not None
        pid = next(int(line) for line in stage.stdout if line.strip().isdecimal())
        stage.send_signal(signal.SIGKILL)
        stage.wait(LONGEST)
    assert ends(pid)
