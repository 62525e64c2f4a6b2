"""What is watched, and what counts as a change."""

import os
from pathlib import Path

from wsconform.local.people.watch import Watch


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def names(changed: list[str], folder: Path) -> list[str]:
    return [os.path.relpath(one, folder) for one in changed]


def test_files_that_change_come_and_go(tmp_path: Path) -> None:
    template = write(tmp_path / "template.yaml", "a")
    old = write(tmp_path / "code/old.py", "a")
    watch = Watch([template, tmp_path / "code"])
    assert watch.changed() == []

    write(template, "longer")
    write(tmp_path / "code/deep/new.py", "a")
    old.unlink()

    assert names(watch.changed(), tmp_path) == ["code/deep/new.py", "code/old.py", "template.yaml"]
    assert watch.changed() == []


def test_what_tools_write_is_passed_over(tmp_path: Path) -> None:
    watch = Watch([tmp_path])

    for name in ("__pycache__/a.pyc", "node_modules/a.js", ".git/index", "a.pyc"):
        write(tmp_path / name, "a")

    assert watch.changed() == []


def test_what_is_written_meanwhile_is_passed_over(tmp_path: Path) -> None:
    code, logs = write(tmp_path / "app.py", "a"), write(tmp_path / "logs/F.log", "a").parent
    with (tmp_path / "output.txt").open("w") as output:
        before = os.dup(1)
        try:
            os.dup2(output.fileno(), 1)
            watch = Watch([tmp_path], but=[logs])
        finally:
            os.dup2(before, 1)
            os.close(before)

    write(logs / "F.log", "longer")
    write(tmp_path / "output.txt", "longer")
    write(code, "longer")

    assert names(watch.changed(), tmp_path) == ["app.py"]


def test_what_changed_while_it_was_read_is_told(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.py", "a"), write(tmp_path / "new.py", "a")
    os.utime(old, ns=(0, 5))
    os.utime(new, ns=(0, 10))

    watch = Watch([tmp_path], since=10)

    assert names(watch.changed(), tmp_path) == ["new.py"]
    assert watch.changed() == []


def test_another_choice_of_folders_is_no_change(tmp_path: Path) -> None:
    template, code = write(tmp_path / "template.yaml", "a"), write(tmp_path / "code/app.py", "a")
    watch = Watch([template])

    watch.follow([template, code.parent])
    assert watch.changed() == []

    write(code, "longer")
    assert names(watch.changed(), tmp_path) == ["code/app.py"]


def test_a_change_that_is_not_told_yet_is_not_forgotten(tmp_path: Path) -> None:
    template = write(tmp_path / "template.yaml", "a")
    watch = Watch([template])
    write(template, "longer")

    watch.follow([template])

    assert names(watch.changed(), tmp_path) == ["template.yaml"]
