"""What is installed from npm for the benchmark: into the build folder, at the versions of `app/package.json`."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

APP = Path(__file__).parent / "app"
INSTALLED = Path(__file__).parents[2] / "build" / "benchmarks"
TO_INSTALL = 600.0  # seconds


class MissingNodeError(Exception):
    """Node, npm or their packages are not to be had; the message says which."""


def install() -> Path:
    """A folder with the handlers of `app/` and all that they and the peer need. Raises MissingNodeError."""
    for command in ("node", "npm"):
        if shutil.which(command) is None:
            raise MissingNodeError(f'"{command}" is not installed here')
    wanted = (APP / "package.json").read_text()
    present = INSTALLED / "package.json"
    done = INSTALLED / "node_modules" / ".package-lock.json"
    if not (done.is_file() and present.is_file() and present.read_text() == wanted):
        shutil.rmtree(INSTALLED, ignore_errors=True)
        shutil.copytree(APP, INSTALLED)
        _npm_install(INSTALLED)
    shutil.copytree(APP, INSTALLED, dirs_exist_ok=True)
    return INSTALLED


def environment(folder: Path) -> dict[str, str]:
    """Of a Node server that is to write nothing outside `folder`, and to ask nothing of anybody."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SLS_", "NODE_"))} | {
        "HOME": str(home),
        "CI": "true",
        "SLS_NOTIFICATIONS_MODE": "off",
        "SLS_TELEMETRY_DISABLED": "1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_REGION": "us-east-1",
    }


def imports(folder: Path, handler: str) -> float:
    """Seconds that Node takes to start and load one of the handlers, and nothing else."""
    begin = time.perf_counter()
    subprocess.run(
        ["node", "-e", f"require('./handlers/{handler}.js')"],  # noqa: S607 - the Node that everybody here runs on
        cwd=folder,
        env=environment(folder),
        check=True,
        capture_output=True,
        timeout=60,
    )
    return time.perf_counter() - begin


def _npm_install(folder: Path) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TO_INSTALL, check=False)
    except subprocess.TimeoutExpired as error:
        raise MissingNodeError(f"npm did not install the packages within {TO_INSTALL:.0f} s") from error
    if done.returncode:
        raise MissingNodeError(f"npm cannot install the packages: {done.stderr.strip()[-300:]}")
