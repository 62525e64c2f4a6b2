from pathlib import Path

import pytest

from wsconform.wiring.functions.source_tree import MOST_BYTES, Files, Folder, UnreadableError


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    for name in ("app.py", "lib/push.py", "node_modules/x/index.js", ".git/hook.rb"):
        path = tmp_path / "code" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1", encoding="utf-8")
    (tmp_path / "secret.py").write_text("x = 2", encoding="utf-8")
    return Folder(tmp_path / "code")


def test_a_file_is_there_only_by_its_exact_name(folder: Folder) -> None:
    assert folder.has("app.py")
    assert folder.has("lib/push.py")
    assert not folder.has("App.py")
    assert not folder.has("lib")
    assert not folder.has("none.py")


@pytest.mark.parametrize("path", ["../secret.py", "lib/../../secret.py", "/etc/passwd", "a\0b", ""])
def test_nothing_outside_is_there(path: str, folder: Folder) -> None:
    assert not folder.has(path)


def test_a_file_is_read(folder: Folder) -> None:
    assert folder.read("app.py") == b"x = 1"
    assert folder.names("lib") == {"push.py"}
    assert folder.names("none") == frozenset()


def test_sources_are_searched_for_but_not_among_what_is_installed(folder: Folder) -> None:
    assert folder.has_any((".py",))
    assert not folder.has_any((".js",))
    assert not folder.has_any((".rb",))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(UnreadableError, match="larger than 1 MB"):
        Folder(tmp_path).read("app.py")


def test_a_file_that_is_gone_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"app\.py cannot be read"):
        Folder(tmp_path).read("app.py")


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert not Folder(tmp_path / "none").has_any((".py",))


def test_a_circle_of_links_is_no_trap(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    assert not Folder(tmp_path).has_any((".py",))


def test_files_by_name_are_a_tree_without_folders() -> None:
    files = Files({"index.py": b"x = 1"})
    assert files.has("index.py")
    assert files.read("index.py") == b"x = 1"
    assert files.names("") == {"index.py"}
    assert files.names("lib") == frozenset()
    assert files.has_any((".py",))
    assert not files.has_any((".js",))


def test_a_search_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsconform.wiring.functions.source_tree.MOST_ENTRIES", 3)
    for number in range(9):
        (tmp_path / f"{number}.txt").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "app.py").touch()
    assert not Folder(tmp_path).has_any((".py",))
