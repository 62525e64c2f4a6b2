import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import EXAMPLE, OURS, ROOT, Put, with_key

from wsconform.commands.shell import Exit, terminal_width


def process(*args: str, folder: Path, **more: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 (subprocess's own)
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    env = {**os.environ, "PYTHONPATH": str(ROOT)} | more.pop("env", {})
    return subprocess.run(  # noqa: S603 (the tests' own interpreter)
        [sys.executable, "-m", "wsconform", *args], cwd=folder, text=True, check=False, env=env, **more
    )


def test_a_process_ends_with_the_code_of_its_report(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("publish"))
    done = process("check", "template.yaml", *OURS, folder=tmp_path)
    assert (done.returncode, done.stderr) == (Exit.FINDINGS, "")
    assert "error[key-is-short]" in done.stdout


def test_a_reader_that_goes_away_is_no_trouble(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = process("checks", folder=tmp_path, stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (Exit.PIPE_CLOSED, "")


def test_a_full_disk_is_said_once(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("publish"))
    with Path("/dev/full").open("w") as full:
        done = process("check", "template.yaml", "--format=json", *OURS, folder=tmp_path, stdout=full)
    assert (done.returncode, done.stderr) == (
        Exit.FAILED,
        "error: the output cannot be written: No space left on device\n",
    )
    done = process("check", "template.yaml", "--write-baseline", "/dev/full", *OURS, folder=tmp_path)
    assert done.returncode == Exit.FAILED
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_exit_code_does_when_nothing_can_be_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        for args in (["check", "gone.yaml"], ["check", "--unknown"], ["draw", "gone.yaml", "-o", "a.svg"]):
            assert process(*args, folder=tmp_path, stdout=full, stderr=full).returncode == Exit.FAILED


def test_what_is_said_of_settings_acts_on_no_terminal(put: Put, tmp_path: Path) -> None:
    put("wsconform.toml", 'severity = { "\\u001b[31m" = "note" }')
    done = process("checks", folder=tmp_path)
    assert done.returncode == Exit.FAILED
    assert 'there is no check "␛[31m"' in done.stderr


def test_any_name_can_be_written_in_any_encoding(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("p\N{RIGHTWARDS ARROW}blish"))
    env = {"PYTHONIOENCODING": "latin-1"}
    done = process("check", "template.yaml", *OURS, folder=tmp_path, env=env)
    assert done.returncode == Exit.FINDINGS
    assert "p\\u2192blish" in done.stdout
    strange = os.fsdecode(b"caf\xe9.yaml")
    assert process("check", strange, *OURS, folder=tmp_path).returncode == Exit.FAILED
    Path(tmp_path / strange).write_text(with_key("publish"))
    assert ids_of(process("check", strange, "--format=json", *OURS, folder=tmp_path)) == ["key-is-short"]


def test_a_folder_that_is_gone_is_said(put: Put, tmp_path: Path) -> None:
    put("template.yaml", EXAMPLE)
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@" check "$PWD/../template.yaml"'
    done = subprocess.run(  # noqa: S603 (the tests' own interpreter)
        ["/bin/sh", "-c", script, "sh", sys.executable, "-m", "wsconform"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (Exit.FAILED, "error: the current folder is gone\n")


def ids_of(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [one["id"] for one in json.loads(done.stdout)["findings"]]


def test_what_only_others_need_is_not_imported_for_a_report(put: Put, tmp_path: Path) -> None:
    put("template.yaml", with_key("publish"))
    code = (
        "import sys; from wsconform.cli import main\n"
        f"code = main.main({['check', 'template.yaml', *OURS]!r}, standalone_mode=False)\n"
        "unwanted = {'rich', 'pytest', 'samtranslator', 'boto3', 'jinja2', 'hypothesis', 'jsonschema', 'asyncio',\n"
        "    'ssl', 'wsconform.local', 'wsconform.live', 'wsconform.talk'} & set(sys.modules)\n"
        "print(code, sorted(unwanted))"
    )
    done = subprocess.run(  # noqa: S603 (the tests' own interpreter)
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.splitlines()[-1] == "1 []"


@pytest.mark.parametrize(("said", "width"), [("72", 72), ("0", 80), ("wide", 80), (None, 80)])
def test_without_a_terminal_lines_are_as_wide_as_columns_says(
    said: str | None, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_terminal(*_: object) -> os.terminal_size:
        raise OSError

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", no_terminal)
    if said is not None:
        monkeypatch.setenv("COLUMNS", said)
    assert terminal_width(80) == width


def test_a_terminal_is_as_wide_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    for columns, width in ((120, 120), (0, 80)):
        monkeypatch.setattr(os, "get_terminal_size", lambda *_, columns=columns: os.terminal_size((columns, 24)))
        assert terminal_width(80) == width
