from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from command_line import OURS, PACK, Put, Run

from wsconform.cli import main


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Writes a file below the current folder, which has a pack of checks in it."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    write("pack/keys.py", PACK)
    return write


@pytest.fixture
def run(put: Put) -> Run:  # noqa: ARG001 (makes the folder)
    """Runs `wsconform` with some arguments, where `None` stands for the options that choose our checks."""

    def invoke(*args: str | None) -> Result:
        return CliRunner().invoke(main, [word for arg in args for word in (OURS if arg is None else (arg,))])

    return invoke
