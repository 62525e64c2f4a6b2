"""A server as a tree of processes: started, measured as a whole, and ended as a whole."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

BETWEEN_SAMPLES = 0.5
TO_END = 10.0  # seconds a server is given to end by itself
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a tree in MiB. `own` shares out what several processes map; `resident` counts it for each of them."""

    own: float = 0.0
    resident: float = 0.0


class Tree:
    """A running process with all its children. Times in seconds."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.peak = Memory()
        self.output = output
        self._process = process
        self._root = psutil.Process(process.pid)
        self._over = threading.Event()

    @property
    def exit_code(self) -> int | None:
        """How the first process ended; None while it runs."""
        return self._process.poll()

    def cpu(self) -> float:
        """User and system time of all that runs, and of the children that have ended and were waited for."""
        total = 0.0
        for process in self._processes():
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total

    def memory(self) -> Memory:
        """What it takes now."""
        own = resident = 0
        for process in self._processes():
            try:
                found = process.memory_full_info()
            except psutil.Error:
                continue
            resident += found.rss
            own += getattr(found, "pss", found.rss)
        return Memory(own / MIB, resident / MIB)

    def last_output(self) -> str:
        """The end of what it printed."""
        return self.output.read_text(errors="replace")[-1500:]

    def watch(self) -> Self:
        """Note the largest memory from now on."""
        threading.Thread(target=self._sample, daemon=True).start()
        return self

    def end(self) -> None:
        """Ask the first process to end, and end by force what remains."""
        self._over.set()
        everything = self._processes()
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)
        _, left = psutil.wait_procs(everything, timeout=TO_END)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=TO_END)
        self._process.wait()

    def _processes(self) -> list[psutil.Process]:
        try:
            return [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return []

    def _sample(self) -> None:
        while not self._over.wait(BETWEEN_SAMPLES):
            now = self.memory()
            self.peak = Memory(max(self.peak.own, now.own), max(self.peak.resident, now.resident))


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path) -> Iterator[Tree]:
    """The tree of a command, in a session of its own so that Ctrl-C comes to it from here; ended with the block."""
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    tree = Tree(process, output).watch()
    try:
        yield tree
    finally:
        tree.end()
