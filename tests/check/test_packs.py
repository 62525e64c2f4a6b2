"""Packs: folders of checks, found by path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wsconform.check import packs
from wsconform.check.packs import builtin_folder, load_folder, load_static
from wsconform.check.registry import PackError, Registry

CHECK = """
from wsconform.check import Severity, check
from wsconform.wiring.model import Route

@check("{name}", on=Route, severity=Severity.NOTE, area="a", why="w", source="s")
def body(route):
    \"\"\"{summary}\"\"\"
    return []
"""


def pack(folder: Path, *names: str, summary: str = "Something holds.") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name.replace('-', '_')}.py").write_text(CHECK.format(name=name, summary=summary))
    return folder


def names(registry: Registry) -> list[str]:
    return [check.name for check in registry]


def test_the_built_in_pack_is_found() -> None:
    assert (builtin_folder() / "example.yaml").is_file()
    assert len(load_static()) == len(list((builtin_folder() / "wiring").glob("[!_]*.py")))


def test_the_built_in_pack_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "__file__", str(tmp_path / "wsconform" / "check" / "packs.py"))
    with pytest.raises(PackError, match="reinstall"):
        builtin_folder()


def test_every_module_of_a_folder_is_loaded_in_order(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack", "b-b", "a-a")
    (folder / "_shared.py").write_text("raise RuntimeError")
    (folder / "page.md").write_text("text")
    registry = Registry()
    load_folder(folder, registry, "tested")
    assert names(registry) == ["a-a", "b-b"]
    assert registry.get("a-a").page == folder / "a_a.md"


def test_modules_may_import_what_they_share(tmp_path: Path) -> None:
    folder = pack(tmp_path / "my-checks.d", "a-a")
    (folder / "_shared.py").write_text("SUMMARY = 'Shared words.'\n")
    written = CHECK.format(name="b-b", summary="Something holds.")
    (folder / "b.py").write_text(f"from ._shared import SUMMARY\nassert SUMMARY == 'Shared words.'\n{written}")
    assert {"a-a", "b-b"} <= set(names(load_static([folder])))


def test_what_is_shared_is_that_of_the_pack_loaded_last(tmp_path: Path) -> None:
    for words in ("one", "other"):
        folder = pack(tmp_path / words / "checks")
        (folder / "_shared.py").write_text(f"WORDS = {words!r}\n")
        (folder / "a.py").write_text(f"from ._shared import WORDS\nassert WORDS == {words!r}\n")
        load_folder(folder, Registry(), "tested")


def test_folders_of_the_same_name_and_one_given_twice(tmp_path: Path) -> None:
    one, other = pack(tmp_path / "a" / "checks", "a-a"), pack(tmp_path / "b" / "checks", "b-b")
    registry = load_static([one, other, one, tmp_path / "b" / ".." / "a" / "checks"])
    assert names(registry)[-2:] == ["a-a", "b-b"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="does not exist"):
        load_static([tmp_path / "none"])
    with pytest.raises(PackError, match="does not exist"):
        load_static([pack(tmp_path / "pack", "a-a") / "a_a.py" / "in"])
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(PackError, match="does not exist"):
        load_static([tmp_path / "loop"])
    with pytest.raises(PackError, match="is no folder"):
        load_static([tmp_path / "pack" / "a_a.py"])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("a b", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("import wsconform.check as c; c.check('a-b')", "TypeError"),
        (
            CHECK.format(name="a-b", summary="Something.").replace("Severity.NOTE", "'note'"),
            "must be a Severity, and is",
        ),
    ],
)
def test_a_module_that_cannot_be_imported(tmp_path: Path, text: str, word: str) -> None:
    (pack(tmp_path / "pack") / "broken.py").write_text(text)
    with pytest.raises(PackError, match=word) as caught:
        load_static([tmp_path / "pack"])
    assert "broken.py" in str(caught.value)


def test_a_check_that_is_refused_is_so_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="kebab-case") as caught:
        load_static([pack(tmp_path / "pack", "Wrong")])
    assert "PackError" not in str(caught.value)


def test_an_interruption_is_no_fault_of_the_pack(tmp_path: Path) -> None:
    (pack(tmp_path / "pack") / "slow.py").write_text("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load_static([tmp_path / "pack"])


def test_a_name_that_a_built_in_check_has(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="target-in-same-api"):
        load_static([pack(tmp_path / "pack", "target-in-same-api")])


def test_a_module_under_a_name_that_python_cannot_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.spec_from_file_location", lambda *_: None)
    with pytest.raises(PackError, match="cannot import"):
        load_folder(pack(tmp_path / "pack", "a-a"), Registry(), "tested")


class TestInstalled:
    @staticmethod
    def install(folder: Path, entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
        info = folder / "house_rules-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: house-rules\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[wsconform.checks]\nhouse = {entry}\n")
        monkeypatch.syspath_prepend(folder)

    def test_packs_are_found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = pack(tmp_path / "house_rules", "a-house-rule")
        (folder / "__init__.py").touch()
        self.install(tmp_path, "house_rules", monkeypatch)
        assert names(load_static())[-1] == "a-house-rule"
        assert names(load_static([folder]))[-1] == "a-house-rule"
        sys.modules.pop("house_rules", None)

    @pytest.mark.parametrize("entry", ["no_such_package_here", "json.decoder"])
    def test_one_that_names_no_package(self, tmp_path: Path, entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.install(tmp_path, entry, monkeypatch)
        with pytest.raises(PackError, match="no package"):
            load_static()
