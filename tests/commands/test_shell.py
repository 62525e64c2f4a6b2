import os

import pytest
from command_line import EXAMPLE, Put, Run

from wsconform.cli import main
from wsconform.commands.shell import Exit


def test_an_unknown_command_suggests_the_nearest(run: Run) -> None:
    result = run("chek", "template.yaml")
    assert result.exit_code == Exit.FAILED
    assert 'there is no command "chek"; did you mean "check"?' in result.stderr
    assert run("--chek").exit_code == Exit.FAILED


def test_help_names_every_command_and_the_exit_codes(run: Run) -> None:
    shown = run("--help")
    assert shown.exit_code == Exit.SOUND
    assert all(f"\n  {name} " in shown.stdout for name in ("check", "checks", "explain", "draw"))
    assert "0 nothing found at the failing level, 1 findings, 2 could not run" in shown.stdout.replace("\n  ", " ")


# When things go wrong


def test_a_pack_that_cannot_be_imported_is_named(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("pack/broken.py", "import nothing_of_this_name")
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.FAILED
    assert "broken.py: ModuleNotFoundError" in result.stderr
    assert "Traceback" not in result.stderr


def test_ctrl_c_ends_with_one_line(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("pack/broken.py", "raise KeyboardInterrupt")
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.INTERRUPTED
    assert result.stderr == "interrupted\n"


def test_a_bug_is_said_in_words(run: Run, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("template.yaml", EXAMPLE)

    def broken(*_: object) -> None:
        raise RuntimeError("the moon is full")

    monkeypatch.setattr("wsconform.run.Checker.check", broken)
    result = run("check", "template.yaml", None)
    assert result.exit_code == Exit.FAILED
    assert result.stderr.startswith("internal error: RuntimeError: the moon is full; please report it")
    assert "Traceback" not in result.stderr
    monkeypatch.setenv("WSCONFORM_DEBUG", "1")
    assert "Traceback" in run("check", "template.yaml", None).stderr


def test_it_can_be_called_as_a_function() -> None:
    assert main.main(["--version"], prog_name="wsconform", standalone_mode=False) == 0
    assert main.main(["check", os.devnull], standalone_mode=False) == Exit.FAILED
