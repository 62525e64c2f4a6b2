"""A worker's process: started apart from the terminal, watched, and ended with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

CHUNK = 1 << 16
LONGEST_END = 5.0
"""Seconds that killed processes are waited for. Only one that hangs in the system itself takes that long."""
PAUSE = 0.005
"""Seconds until what was killed is looked for again."""


@cache
def tied() -> tuple[str, ...]:
    """What goes before a command so that it dies with us, however we die; empty where the system cannot do it.

    Only a process itself can ask for this on Linux, and `setpriv` (util-linux) asks before it becomes the command.
    It is tied to the thread that started it.
    """
    found = shutil.which("setpriv") if sys.platform == "linux" else None
    if found is None:
        return ()
    ties = (found, "--pdeathsig", "KILL")
    tried = subprocess.run([*ties, "true"], capture_output=True, check=False)  # noqa: S603 (a fixed command)
    return ties if tried.returncode == 0 else ()


class Process:
    """A running command. `on_output` gets what it writes, `on_exit` its status once: both from the event loop."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        on_output: Callable[[bytes], None],
        on_exit: Callable[[int], None],
    ) -> None:
        """Start it. Raises OSError where the command cannot be run."""
        self._loop = asyncio.get_running_loop()
        self._on_output = on_output
        self._on_exit = on_exit
        # Its own session: neither the terminal's Ctrl-C nor its hang-up reaches it, and its group is ended as one.
        self._popen = subprocess.Popen(  # noqa: S603 (running the user's functions is what this is for)
            [*tied(), *command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )
        self.pid = self._popen.pid
        if sys.platform == "linux":
            # Woken by an event, it does not push the gateway off the processor that is about to wake others.
            with contextlib.suppress(OSError):
                os.sched_setscheduler(self.pid, os.SCHED_BATCH, os.sched_param(0))
        self.ended = asyncio.Event()
        assert self._popen.stdout is not None  # noqa: S101 (asked for above)
        self._output: int | None = self._popen.stdout.fileno()
        self._pidfd: int | None = None
        self._watch_output()
        self._watch_exit()

    def drain(self, most: int = 1 << 20) -> None:
        """Take what was written up to now, `most` bytes of it, so that it stands before what is said next."""
        if sys.platform == "win32":
            return
        taken = 0
        while self._output is not None and taken < most:
            size = self._read()
            if size == 0:
                return
            taken += size

    def kill(self) -> None:
        """End it at once, with its group. `on_exit` still comes."""
        if self._popen.returncode is None:
            _kill_group(self.pid)

    def close(self) -> None:
        """Let go of its output: whoever holds the other end is not waited for."""
        if self._output is not None:
            if sys.platform != "win32":
                self._loop.remove_reader(self._output)
            self._output = None
        if self._popen.stdout is not None:
            self._popen.stdout.close()

    def peak_memory(self) -> int:
        """The most memory that it had at once, in MiB; 0 where the system does not tell."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_bytes()
        except OSError:
            return 0
        _, found, rest = status.partition(b"VmHWM:")
        return int(rest.split(None, 1)[0]) // 1024 if found else 0

    def _watch_output(self) -> None:
        assert self._output is not None  # noqa: S101 (just opened)
        if sys.platform == "win32":
            threading.Thread(target=self._pump, daemon=True).start()
            return
        os.set_blocking(self._output, False)
        self._loop.add_reader(self._output, self._read)

    def _read(self) -> int:
        """Read once; the number of bytes."""
        assert self._output is not None  # noqa: S101 (no reader is left once it is closed)
        try:
            data = os.read(self._output, CHUNK)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if data:
            self._on_output(data)
        else:
            self.close()
        return len(data)

    def _pump(self) -> None:
        """Where pipes cannot be waited for in the event loop: a thread that hands over what it reads."""
        assert self._popen.stdout is not None  # noqa: S101 (asked for above)
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            while data := self._popen.stdout.read(CHUNK):
                self._loop.call_soon_threadsafe(self._on_output, data)

    def _watch_exit(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._pidfd = os.pidfd_open(self.pid)
                self._loop.add_reader(self._pidfd, self._reap)
                return
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        self._popen.wait()
        with contextlib.suppress(RuntimeError):  # the event loop is closed already
            self._loop.call_soon_threadsafe(self._reap)

    def _reap(self) -> None:
        if sys.platform != "win32":
            _kill_group(self.pid)  # what it left behind, while its own remains still keep the number from being reused
        status = self._popen.poll()
        if status is None:
            return
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None
        self.drain()
        self.ended.set()
        self._on_exit(status)


async def end_marked(mark: str) -> None:
    """End all processes with this `NAME=value` in their environment, whatever session or parent they have.

    A process that left its group and its parent is found by this only. Looks again until none is left: others may be
    forked meanwhile, and nobody tells when they end, as they are no children of ours. Nothing without a `/proc`.
    """
    wanted = f"\0{mark}\0".encode()
    until = time.monotonic() + LONGEST_END
    while sum(_kill_marked(entry, wanted) for entry in _numbered()) and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(PAUSE)


def _numbered() -> list[Path]:
    try:
        return [Path("/proc", name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208 (quicker)
    except OSError:
        return []


def _kill_marked(entry: Path, wanted: bytes) -> bool:
    try:
        if wanted not in b"\0" + (entry / "environ").read_bytes():
            return False
        os.kill(int(entry.name), signal.SIGKILL)
    except OSError:
        return False
    return True


def _kill_group(pid: int) -> None:
    if sys.platform == "win32":
        subprocess.run(  # noqa: S603 (a fixed command)
            ["taskkill", "/F", "/T", "/PID", str(pid)],  # noqa: S607 (where it lies differs)
            capture_output=True,
            check=False,
        )
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def how_it_ended(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exited with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"was killed by {name}"
