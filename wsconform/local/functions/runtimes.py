"""Which command runs a function on this machine, by its runtime."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wsconform.local.functions.code import Laid

BOOTSTRAPS = Path(__file__).with_name("bootstraps")
SECONDS_TO_ANSWER = 10
_HEAD = 256  # bytes of a file that tell what it is
_MACHINES = {62: ("x86_64", "amd64"), 183: ("aarch64", "arm64")}
"""Names of machines by the number that an ELF file has of them."""
LARGEST_SEMI_SPACE = 2
"""MiB of each of the three parts that V8 makes new objects in. It fills them all before it looks for garbage, however
little a handler keeps, and a stage has many workers."""


class RuntimeMissingError(Exception):
    """Nothing here can run the function; the message says what to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A command and, where it is not quite what the template asks for, a remark."""

    command: tuple[str, ...]
    remark: str = ""


def choose(runtime: str, laid: Laid, *, memory: int) -> Chosen:
    """What runs a function of this runtime with `memory` MiB. Raises RuntimeMissingError."""
    if not runtime:
        raise RuntimeMissingError("it has no Runtime: container images do not run here")
    if found := re.fullmatch(r"python(3\.\d+)", runtime):
        return _python(found[1])
    if found := re.fullmatch(r"nodejs(\d+)\.[\w-]+", runtime):  # nodejs8.10 among the older names
        return _node(int(found[1]), memory)
    for folder in (laid.folder, *laid.layers):
        bootstrap = folder / "bootstrap"
        if bootstrap.is_file():
            if fault := _fault_of(bootstrap):
                raise RuntimeMissingError(f'"{bootstrap}" {fault}')
            return Chosen(command=(str(bootstrap),))
    if runtime.startswith("provided"):
        raise RuntimeMissingError(f'there is no executable "bootstrap" in "{laid.folder}" or in a layer')
    raise RuntimeMissingError(
        f"{runtime} does not run here: only pythonX.Y, nodejsX.x and code with an executable bootstrap of its own do"
    )


def _fault_of(bootstrap: Path) -> str:
    """Why a file does not run here, and what to do; empty where nothing is known against it."""
    if not os.access(bootstrap, os.X_OK):
        return "is not executable: give it the right with `chmod +x`"
    try:
        with bootstrap.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if head.startswith(b"\x7fELF"):
        built, here = _MACHINES.get(int.from_bytes(head[18:20], "little")), platform.machine().lower()
        if sys.platform != "linux":
            return "is built for Linux: build it for this machine"
        if built is not None and here not in built:
            return f"is built for {built[0]}, and this machine is {here}: build it for that"
    if not head.startswith(b"#!"):
        return ""
    line = head[2:].partition(b"\n")[0]
    if line.endswith(b"\r"):
        return "has the line ends of Windows: save it with those of Unix"
    program, *rest = os.fsdecode(line).split() or [""]
    if program.endswith("/env"):
        named = [word for word in rest if not word.startswith("-") and "=" not in word]
        program = named[0] if named else program
    return f'is a script for "{program}": install that' if program and shutil.which(program) is None else ""


def _python(version: str) -> Chosen:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    bootstrap = str(BOOTSTRAPS / "python_bootstrap.py")
    if version == here:
        return Chosen(command=(sys.executable, "-s", bootstrap))
    other = _other_python(f"python{version}")
    if other:
        return Chosen(command=(other, "-s", bootstrap))
    return Chosen(
        command=(sys.executable, "-s", bootstrap),
        remark=f"runs under Python {here}: there is no python{version} on PATH that can import boto3",
    )


def missing_here(kind: str, message: str) -> str:
    """What to do about a package that Lambda's Node.js runtimes bring along; empty where an error is another."""
    found = re.search(r"'(aws-sdk|@(?:aws-sdk|smithy)/[\w./-]+)'", message)
    if kind != "Runtime.ImportModuleError" or found is None:
        return ""
    package = "/".join(found[1].split("/")[:2])
    return f"Lambda brings {package} along, this machine does not: run `npm install {package}` where the code lies"


@cache
def _other_python(name: str) -> str | None:
    """The interpreter behind a name on PATH, which may be a script that looks for it; None unless it has boto3."""
    found = shutil.which(name)
    return _told([found, "-s", "-c", "import sys, boto3; print(sys.executable)"]) if found else None


def _node(major: int, memory: int) -> Chosen:
    node = shutil.which("node")
    if node is None:
        raise RuntimeMissingError(f"nodejs{major}.x needs Node.js: install it so that `node` is on PATH")
    told = _node_behind(node)
    if told is None:
        raise RuntimeMissingError(f'"{node}" does not run: install Node.js {major}')
    path, found = told
    remark = "" if found == major else f"runs under Node.js {found}, which `node` on PATH is, not under {major}"
    # Of the function's memory, as Lambda shares it out; V8 by itself would take as much as it likes.
    young = min(max(memory * 5 // 100, 1), LARGEST_SEMI_SPACE)
    shares = (f"--max-old-space-size={memory * 90 // 100}", f"--max-semi-space-size={young}")
    return Chosen(command=(path, *shares, str(BOOTSTRAPS / "node_bootstrap.mjs")), remark=remark)


@cache
def _node_behind(node: str) -> tuple[str, int] | None:
    """The Node.js behind a name on PATH, which may be a script that looks for it at home, and its major version."""
    found = re.fullmatch(
        r"(\d+)\.\S* (.+)", _told([node, "-p", "`${process.versions.node} ${process.execPath}`"]) or ""
    )
    return (found[2], int(found[1])) if found else None


def _told(command: Sequence[str]) -> str | None:
    """What a command prints; None where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 (an interpreter, found on PATH)
            command, capture_output=True, check=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS_TO_ANSWER
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
