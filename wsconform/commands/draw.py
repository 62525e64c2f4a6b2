"""`wsconform draw`: the wiring of a template as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wsconform.commands.shell import Exit, checks_option, parameter_options, say, template_argument


@click.command("draw")
@template_argument()
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the picture goes; it ends in .svg, .html or .mmd (Mermaid).",
)
@parameter_options
@checks_option
def command(template: Path, output: Path, packs: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 (by settings)
    """Draw who calls and who may call whom, with what is missing or faulty in red.

    Shows the template as it comes out with the parameters given, or their defaults.
    """
    from wsconform.config.layers import options
    from wsconform.config.settings import load
    from wsconform.files import write_whole
    from wsconform.picture.draw import FORMATS, picture
    from wsconform.run import Checker

    suffix = output.suffix.lower()
    if suffix not in FORMATS:
        raise click.UsageError(f'the name of the picture must end in {", ".join(FORMATS)}, and is "{output}"')
    checker = Checker(load([template], options({**given, "checks": packs})))
    examination = checker.check(template)
    checker.require_parameters()
    if not examination.apis:
        say(f"no WebSocket API in {template}")
        return Exit.FAILED
    write_whole(output, picture(examination, suffix))
    return Exit.SOUND
