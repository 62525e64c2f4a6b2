"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from wsconform.files import write_private, write_whole


def test_a_file_is_made_or_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_whole(file, "ü\n")
    assert file.read_bytes() == "ü\n".encode()
    file.chmod(0o640)
    write_whole(file, "other")
    assert file.read_text() == "other"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_link_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("a.txt")
    write_whole(tmp_path / "link", "text")
    assert (tmp_path / "a.txt").read_text() == "text"
    assert (tmp_path / "link").is_symlink()


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    write_bytes = Path.write_bytes

    def fill(path: Path, data: bytes) -> int:
        write_bytes(path, data[:1])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(OSError, match=r"No space left on device: '.*a\.txt'"):
        write_whole(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_device_is_written_to() -> None:
    write_whole(Path(os.devnull), "text")
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_whole(Path("/dev/full"), "text")


@pytest.mark.parametrize("write", [write_whole, write_private])
def test_a_pipe_is_written_to(tmp_path: Path, write: Callable[[Path, str], None]) -> None:
    file = tmp_path / "pipe"
    os.mkfifo(file)
    writer = threading.Thread(target=write, args=(file, "text"))
    writer.start()
    assert file.read_text() == "text"
    writer.join()
    assert file.is_fifo()
    ends = os.pipe()
    write(Path(f"/dev/fd/{ends[1]}"), "text")
    assert os.read(ends[0], 10) == b"text"
    for end in ends:
        os.close(end)


def test_what_is_private_is_so_whatever_stood_there(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    file.chmod(0o644)
    write_private(file, "new")
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("write", [write_whole, write_private])
@pytest.mark.parametrize("name", [".", "none/a.txt"])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str, write: Callable[[Path, str], None]) -> None:
    with pytest.raises(OSError, match=str(tmp_path)) as caught:
        write(tmp_path / name, "text")
    assert caught.value.filename == str(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_may_not_be_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    monkeypatch.setattr(os, "access", lambda path, _mode: path == tmp_path)
    with pytest.raises(PermissionError, match="Permission denied"):
        write_whole(file, "new")
    assert file.read_text() == "old"


def test_a_file_in_a_folder_that_takes_no_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    monkeypatch.setattr(os, "access", lambda path, _mode: path == file)
    write_whole(file, "new")
    assert file.read_text() == "new"
