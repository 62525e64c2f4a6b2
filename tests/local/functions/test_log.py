from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.local.functions.log import LONGEST_LINE, MOST_KEPT, Log, LogFile, LogFolderError, Output, make_folder


def log(folder: Path | None = None) -> tuple[Log, list[str]]:
    lines: list[str] = []

    def trouble(what: str, why: str) -> None:
        lines.append(f"{what}: {why}")

    return Log("Child/F", on_line=lambda _label, line: lines.append(line), on_trouble=trouble, folder=folder), lines


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
    kept, _ = log(tmp_path)
    kept.add("line")
    kept.close()
    assert [path.name for path in tmp_path.iterdir()] == ["Child.F.log"]


def test_what_was_logged_before_stays(tmp_path: Path) -> None:
    for line in ("first run", "second run"):
        kept, _ = log(tmp_path)
        kept.add(line)
        kept.close()
    assert (tmp_path / "Child.F.log").read_text() == "first run\nsecond run\n"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    make_folder(tmp_path / "deep" / "logs")
    assert list((tmp_path / "deep" / "logs").iterdir()) == []
    (tmp_path / "file").touch()
    for folder, why in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "logs", "Not a directory")):
        with pytest.raises(LogFolderError) as caught:
            make_folder(folder)
        assert str(caught.value) == f'no logs can be kept in "{folder}": {why}'


def test_a_full_disk_ends_the_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "Child.F.log"
    path.symlink_to("/dev/full")
    kept, told = log(tmp_path)
    kept.add("one")
    kept.add("two")
    ended = f'the log file of Child/F ends here: "{path}" cannot be written: No space left on device'
    assert told == ["one", ended, "two"]
    assert kept.last(3) == ["one", "two"]


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
