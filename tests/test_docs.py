"""The documentation is run: what it shows is what comes of doing what it says.

`UPDATE_DOCS=1 pytest tests/test_docs.py` writes down what comes of it now. In a fence, `console` is a session, all of
one document in one folder that holds the sample stack; a fence with a title is a file of that name there.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
import yaml

from wsconform.check.examine import examine
from wsconform.check.finding import Severity
from wsconform.check.packs import ENTRY_POINTS, builtin_folder, load_folder
from wsconform.check.page import HEADINGS, MARK, read_page, whole_template
from wsconform.check.registry import Check, Registry
from wsconform.cli import COMMANDS, main
from wsconform.config.settings import Settings
from wsconform.plugin import pytest_addoption
from wsconform.run import load_registry
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "docs" / "manual.md"
CATALOGUE = ROOT / "docs" / "checks.md"
PACKS = ROOT / "docs" / "packs.md"
RECIPES = ROOT / "docs" / "ci.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PAGES = sorted([*DOCUMENTS, *(page for folder in ("checks", "sample_stack") for page in (ROOT / folder).rglob("*.md"))])
UPDATE = bool(os.environ.get("UPDATE_DOCS"))

FENCE = re.compile(
    r'^(?P<ticks>`{3,})(?P<kind>\w*)(?: title="(?P<title>[^"\n]+)")?\n(?P<text>.*?)^(?P=ticks)$',
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
VOLATILE = [
    (re.compile(r"^platform .*$", re.MULTILINE), "platform"),
    (re.compile(r"^rootdir: .*$", re.MULTILINE), "rootdir"),
    (re.compile(r"^=+ (.* in )[\d.]+s =+$", re.MULTILINE), r"\1 a while"),
]
"""What differs from machine to machine, and from run to run."""

Documents = pytest.mark.parametrize("document", [pytest.param(one, id=one.name) for one in DOCUMENTS])


def at_once(text: str) -> str:
    """What is said in a session, without what is volatile in it."""
    for pattern, instead in VOLATILE:
        text = pattern.sub(instead, text)
    return text


def refresh(file: Path, text: str) -> None:
    """Write down what is now so, if that is asked for."""
    if UPDATE and (not file.exists() or file.read_text(encoding="utf-8") != text):
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., list[str]]:
    """Runs commands, one after the other in one shell and in a folder with the sample stack: what each says."""
    here, programs = tmp_path / "wsconform", tmp_path / "bin"
    shutil.copytree(ROOT / "sample_stack", here / "sample_stack", ignore=shutil.ignore_patterns("__pycache__"))
    programs.mkdir()
    for name, module in (("wsconform", "wsconform"), ("pytest", "pytest -p wsconform.plugin")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (programs / name).chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "LC_ALL": "C.UTF-8",
    }

    def run(*commands: str, folder: Path = here) -> list[str]:
        mark = "=== next ==="
        script = "".join(f"{command}\ncode=$?; printf '\\n{mark}\\n'; (exit $code)\n" for command in commands)
        done = subprocess.run(  # noqa: S603 (our own documentation)
            ["/bin/sh", "-c", script],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.stdout.replace(str(here), "/home/you/wsconform").split(f"\n{mark}\n")[:-1]

    return run


@pytest.fixture
def play(shell: Callable[..., list[str]], tmp_path: Path) -> Callable[[str], str]:
    """Makes the files of a document and runs its sessions: the text as it is after that."""

    def again(fence: re.Match[str]) -> str:
        if fence["title"]:
            file = tmp_path / "wsconform" / fence["title"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fence["text"], encoding="utf-8")
        if fence["kind"] != "console":
            return fence[0]
        _, *parts = COMMAND.split(fence["text"])
        shown = dict(enumerate(zip(parts[::2], parts[1::2], strict=True)))
        said = shell(*(command for command, _ in shown.values()))
        lines = ["```console\n"]
        for number, (command, before) in shown.items():
            now = said[number].rstrip("\n") + "\n" if said[number].strip() else ""
            gap = "\n" if before.endswith("\n\n") or (not before and False) else ""
            same = at_once(before.strip("\n")) == at_once(now.strip("\n"))
            lines += [f"$ {command}\n", before if same else now + gap]
        return "".join(lines) + "```"

    return lambda text: FENCE.sub(again, text)
