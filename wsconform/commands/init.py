"""`wsconform init`: a first configuration from a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wsconform.commands.shell import Exit, parameter_options, say, template_argument


@click.command("init")
@template_argument()
@click.option("--stdout", is_flag=True, help="Write it to standard output, and no file.")
@parameter_options
def command(template: Path, stdout: bool, **given: Any) -> int:  # noqa: ANN401, FBT001 (options, by the names of settings)
    """Write a first wsconform.toml beside TEMPLATE, from its wiring: who connects, and what routes answer.

    A file that is there already is left alone.
    """
    from wsconform.config.files import ConfigError, shown
    from wsconform.config.layers import options
    from wsconform.config.settings import PROJECT_FILE, PYPROJECT, find_project, load
    from wsconform.live.first import first_configuration
    from wsconform.template.source import read
    from wsconform.wiring.reader import read_stack, read_wiring

    file = template.parent / PROJECT_FILE
    settings = load([template], options(given))
    stack = read_stack(read(template), settings.parameters_for(template))
    wiring = read_wiring(stack.in_world(stack.worlds[0]))
    if not any(api.element is not None for api in wiring.apis):
        raise ConfigError(f"{template}: there is no WebSocket API in it")
    text = first_configuration(wiring)
    if stdout:
        click.echo(text, nl=False)
        return Exit.SOUND
    project = find_project([template])
    if project is not None and project.folder == file.parent.absolute() and project.file.endswith(PYPROJECT):
        raise ConfigError(
            f"{project.file} configures wsconform, and would count no more beside {PROJECT_FILE}; see --stdout"
        )
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise ConfigError(f"{shown(file)} is there already, and stays as it is; see --stdout") from None
    say(f"written: {file}")
    return Exit.SOUND
