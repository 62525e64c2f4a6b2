from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.local.functions.log import LONGEST_LINE, MOST_KEPT, Log, LogFile, Output


def log(folder: Path | None = None) -> tuple[Log, list[str]]:
    lines: list[str] = []
    return Log("Child/F", on_line=lambda _label, line: lines.append(line), folder=folder), lines


def test_only_so_many_lines_are_kept_in_memory() -> None:
    kept, told = log()
    kept.add(*(str(number) for number in range(MOST_KEPT + 5)))
    assert kept.last(MOST_KEPT + 5) == told[5:]
    assert kept.last(2) == told[-2:]
    assert kept.last(0) == []


def test_a_file_is_never_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsconform.local.functions.log.LARGEST_FILE", 10)
    file = LogFile(tmp_path / "F.log")
    for number in range(7):
        assert file.write((f"{number}...",)) == ""
    file.close()
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "F.log": "6...\n",
        "F.log.1": "4...\n5...\n",
    }


def test_a_label_is_no_path(tmp_path: Path) -> None:
    kept, _ = log(tmp_path / "logs")
    kept.add("line")
    kept.close()
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["Child_F.log"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    kept, told = log(tmp_path / "logs")
    kept.add("one")
    kept.add("two")
    path = tmp_path / "logs" / "Child_F.log"
    assert told == ["one", f'the log file "{path}" cannot be written (File exists), so it ends here', "two"]


@given(st.lists(st.binary(max_size=9000), max_size=8))
def test_output_is_cut_into_lines_however_it_comes(parts: list[bytes]) -> None:
    kept, told = log()
    output = Output(kept)
    for part in parts:
        output.add(part)
    output.finish()
    assert all(len(line) <= LONGEST_LINE for line in told)
    text = b"".join(parts).replace(b"\r\n", b"\n").decode("latin-1")
    assert "".join(told).count("\N{REPLACEMENT CHARACTER}") <= len(text)
    if text.isascii() and "\r" not in text:
        assert "".join(told) == text.replace("\n", "")
    assert output._taken == 0  # noqa: SLF001


def test_a_line_ends_where_it_ends() -> None:
    kept, told = log()
    output = Output(kept)
    for part in (b"on", b"e\ntwo\r\n\nthr", b"ee"):
        output.add(part)
    assert told == ["one", "two", ""]
    output.finish()
    assert told[3:] == ["three"]
