from command_line import EXAMPLE, Put, Run

from wsconform.check.packs import builtin_folder
from wsconform.commands.shell import Exit


def test_explain_pipes_the_page_as_it_is(run: Run) -> None:
    page = (builtin_folder() / "wiring" / "target_in_same_api.md").read_text()
    assert run("explain", "target-in-same-api").stdout == page
    assert run("explain", "suppression-is-used").stdout.startswith("# suppression-is-used\n")


def test_explain_knows_probes_too(run: Run) -> None:
    page = (builtin_folder() / "live" / "action_answered.md").read_text(encoding="utf-8")
    assert run("explain", "action-answered").stdout == page


def test_a_probe_that_is_selected_needs_a_stage(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    result = run("check", "--select", "action-*", "template.yaml")
    assert result.exit_code == Exit.FAILED
    assert result.stderr == 'error: --select: "action-*" is a probe, which needs a stage; no check is selected\n'
    assert run("check", "--ignore", "action-*=no time", "template.yaml").stderr == ""


def test_explain_sets_the_page_for_a_terminal(run: Run) -> None:
    shown = run("explain", "target-in-same-api", "--color=always").stdout
    assert "\033[" in shown
    assert "What it requires" in shown
    assert "## What it requires" not in shown


def test_explain_says_what_is_known_of_a_check_without_a_page(run: Run) -> None:
    shown = run("explain", "key-is-short", "--checks", "pack").stdout
    assert shown.startswith("# key-is-short\n\nA route key has at most four letters.\n")
    assert "it is a test" in shown


def test_explain_of_an_unknown_name_suggests_the_nearest(run: Run) -> None:
    for name, near in (("target-in-the-same-api", "target-in-same-api"), ("action-is-answered", "action-answered")):
        result = run("explain", name)
        assert result.exit_code == Exit.FAILED
        assert result.stderr == f'error: there is no check or probe "{name}"; did you mean "{near}"?\n'
