"""`wsconform check`: what is not wired in templates, where, why it matters, and how to mend it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wsconform.commands.shell import (
    Exit,
    checks_option,
    color_option,
    colored,
    parameter_options,
    say,
    template_argument,
    terminal_width,
    to_stderr,
)

if TYPE_CHECKING:
    from wsconform.check.examine import Examination
    from wsconform.run import Checker
    from wsconform.template.errors import TemplateError


@click.command("check")
@template_argument(several=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--select", multiple=True, metavar="NAME", help="Run only checks of this name or glob; may be repeated.")
@click.option("--ignore", multiple=True, metavar="NAME=REASON", help="Suppress what a check finds; may be repeated.")
@click.option(
    "--severity", multiple=True, metavar="NAME=LEVEL", help="Make it error, warning or note; may be repeated."
)
@parameter_options
@checks_option
@click.option("--baseline", metavar="FILE", help="Hide the findings that this file lists.")
@click.option(
    "--write-baseline", type=click.Path(path_type=Path), metavar="FILE", help="List all findings in this file."
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--fail-on", metavar="LEVEL", help="The least severity that fails: error, warning or note.")
@color_option
@click.option("-v", "--verbose", is_flag=True, help="Show notes, suppressed findings and undecided checks too.")
def command(  # noqa: PLR0913, PLR0917 (each is an option, passed by name)
    templates: tuple[Path, ...],
    form: str,
    packs: tuple[str, ...],
    write_baseline: Path | None,
    color: str,
    verbose: bool,  # noqa: FBT001 (an option too)
    **given: Any,  # noqa: ANN401 (by the names of the settings)
) -> int:
    """Check templates, or the templates in folders.

    In a folder, templates are told by what they hold; one that another nests is checked as part of that one. Hidden
    folders are passed over: .aws-sam/build/template.yaml is checked when it is named.
    """
    from wsconform.config.layers import options
    from wsconform.config.settings import load
    from wsconform.run import Checker

    settings = load(templates, options({**given, "checks": packs}))
    checker = Checker(settings if write_baseline is None else replace(settings, baseline=None))
    checker.require_checks()
    examinations, errors = _examine(checker, templates)
    checker.require_parameters()
    if write_baseline is not None and not errors:
        _write_baseline(write_baseline, examinations)
    if form == "json":
        from wsconform.report.json_report import dump, to_json

        click.echo(dump(to_json(examinations, errors)))
    else:
        _show(examinations, color, verbose=verbose)
    if errors:
        _say_errors(errors, color)
    heard = [one.stack.source.path for one in examinations if one.apis or form == "text"]
    for path in _without_api(templates, [*heard, *(error.path for error in errors)]):
        say(f"no WebSocket API in {path}")
    for leftover in checker.leftovers():
        say(f"note: {leftover}")
    if write_baseline is not None and errors:
        say(f"{write_baseline} is not written, for what could not be read would be missing from it")
    if errors:
        return Exit.FAILED
    failing = any(finding.severity >= settings.fail_on for one in examinations for finding in one.findings)
    return Exit.FINDINGS if failing else Exit.SOUND


def _examine(checker: Checker, paths: Sequence[Path]) -> tuple[list[Examination], list[TemplateError]]:
    """What came of all templates, but for those in folders that have no WebSocket API, and those that are none."""
    from wsconform.config.files import ConfigError
    from wsconform.template.errors import TemplateError

    examinations, errors = [], []
    for template in checker.templates(paths):
        try:
            examination = checker.check(template.path)
        except TemplateError as error:
            errors.append(error)
            continue
        except ConfigError as error:  # of the samconfig.toml beside it
            errors.append(TemplateError(str(error), path=str(template.path)))
            continue
        if examination.apis or template.named:
            examinations.append(examination)
    return examinations, errors


def _show(examinations: Sequence[Examination], color: str, *, verbose: bool) -> None:
    from wsconform.report.excerpt import WIDTH
    from wsconform.report.text import render

    use = colored(color)
    width = terminal_width(WIDTH)
    text = render(examinations, color=use, width=width, verbose=verbose)
    if text:
        click.echo(text, color=use)


def _say_errors(errors: Sequence[TemplateError], color: str) -> None:
    from wsconform.report.style import Style
    from wsconform.report.text import render_error

    use = colored(color, err=True)
    said = "\n\n".join(render_error(error, style=Style(color=use)) for error in errors)
    to_stderr(said, color=use)


def _without_api(paths: Sequence[Path], files: Sequence[str]) -> Iterator[Path]:
    """The files and folders to check in which none of `files` is, those of which something was said."""
    real = [Path(os.path.realpath(file)) for file in files]
    for path in paths:
        above = Path(os.path.realpath(path))
        if not any(file.is_relative_to(above) for file in real):
            yield path


def _write_baseline(file: Path, examinations: Sequence[Examination]) -> None:
    from wsconform.check.baseline import write_baseline

    baseline = write_baseline(file, examinations)
    for examination in examinations:
        baseline.apply(examination)
    say(f"findings listed in {file}: {len(baseline)}")
