"""Processes where the system offers less than Linux with all its tools."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator

import pytest
from local_functions import Made

from wsconform.local.functions import runtimes
from wsconform.local.functions.process import how_it_ended, tied
from wsconform.local.outcome import Crashed, TimedOut


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    tied.cache_clear()
    yield
    tied.cache_clear()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither `setpriv` nor pidfds nor a policy of scheduling, as on macOS, older Linux and in sandboxes."""

    def without(*_: object) -> int:
        raise OSError

    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("os.pidfd_open", without, raising=False)
    monkeypatch.setattr("os.sched_setscheduler", without, raising=False)


@pytest.mark.usefixtures("bare")
def test_it_works_without_what_only_newer_systems_have(running: Made) -> None:
    stage = running(
        "import os, time\ndef handler(event, context):\n    if event: exec(event)\n    return os.getpid()\n",
        timeout=0.5,
    )
    first = stage.returned()
    assert stage.returned() == first
    assert stage.invoke(event="os._exit(3)") == Crashed("exited with status 3")
    assert stage.invoke(event="time.sleep(99)") == TimedOut(0.5)
    assert stage.returned() != first


@pytest.mark.usefixtures("bare")
def test_a_worker_of_ours_ends_once_nobody_is_there(running: Made) -> None:
    """By itself, when its connection is closed: there it needs no help of the system."""
    stage = running("import os\ndef handler(event, context):\n    print(os.getpid())\n")
    stage.returned()
    [worker] = stage.functions._pools["F"]._workers  # noqa: SLF001
    [connection] = worker._connections  # noqa: SLF001
    stage.call(connection.close)
    stage.until("the idle worker exited with status 0")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such a policy")
def test_a_worker_and_what_it_starts_do_not_push_the_gateway_aside(running: Made) -> None:
    child = "subprocess.run([sys.executable, '-c', source], stdout=-1, text=True, check=True).stdout"
    stage = running(
        "import os, subprocess, sys\nsource = 'import os; print(os.sched_getscheduler(0))'\n"
        f"def handler(event, context):\n    return [os.sched_getscheduler(0), int({child})]\n"
    )
    assert stage.returned() == [os.SCHED_BATCH] * 2
    assert os.sched_getscheduler(0) != os.SCHED_BATCH


def test_a_setpriv_that_cannot_do_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: "/bin/false")
    assert tied() == ()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exited with status 0"),
        (7, "exited with status 7"),
        (-9, "was killed by SIGKILL"),
        (-15, "was killed by SIGTERM"),
        (-64 - 9, "was killed by signal 73"),
    ],
)
def test_how_a_process_ended(status: int, words: str) -> None:
    assert how_it_ended(status) == words


def test_the_bootstrap_is_python_3_8() -> None:
    source = (runtimes.BOOTSTRAPS / "python_bootstrap.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
