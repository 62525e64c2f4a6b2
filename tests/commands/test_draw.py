from pathlib import Path

import pytest
from command_line import EXAMPLE, HTTP_API, Put, Run, with_key

from wsconform.commands.shell import Exit


@pytest.mark.parametrize(("name", "begins"), [("a.svg", "<svg"), ("a.HTML", "<!doctype html>"), ("a.mmd", "flowchart")])
def test_draw_writes_the_picture_that_the_name_asks_for(name: str, begins: str, run: Run, put: Put) -> None:
    put("template.yaml", with_key("publish"))
    result = run("draw", "template.yaml", "-o", name)
    assert (result.exit_code, result.output) == (Exit.SOUND, "")
    assert Path(name).read_text().lstrip().startswith(begins)
    assert "publish" in Path(name).read_text()


def test_what_cannot_be_drawn_is_said(run: Run, put: Put) -> None:
    put("template.yaml", EXAMPLE)
    put("other.yaml", HTTP_API)
    result = run("draw", "template.yaml", "-o", "wiring.png")
    assert result.exit_code == Exit.FAILED
    assert 'must end in .svg, .html, .mmd, and is "wiring.png"' in result.stderr
    result = run("draw", "other.yaml", "-o", "wiring.svg")
    assert (result.exit_code, result.stderr) == (Exit.FAILED, "no WebSocket API in other.yaml\n")
    result = run("draw", "gone.yaml", "-o", "wiring.svg")
    assert result.exit_code == Exit.FAILED
    assert "gone.yaml: there is no such file" in result.stderr
    result = run("draw", "template.yaml", "-o", "nowhere/wiring.svg")
    assert (result.exit_code, result.stderr) == (
        Exit.FAILED,
        "error: nowhere/wiring.svg: No such file or directory\n",
    )
    result = run("draw", "template.yaml", "-o", "wiring.svg", "--parameter", "Env=prod")
    assert '--parameter: there is no parameter "Env"' in result.stderr
    Path("full.svg").symlink_to("/dev/full")
    result = run("draw", "template.yaml", "-o", "full.svg")
    assert (result.exit_code, result.stderr) == (
        Exit.FAILED,
        "error: full.svg: No space left on device\n",
    )
