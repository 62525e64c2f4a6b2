"""`wsconform explain`: the page of a check."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from wsconform.commands.shell import checks_option, color_option, colored

_WIDEST = 100


@click.command("explain")
@click.argument("name")
@checks_option
@color_option
def command(name: str, packs: tuple[str, ...], color: str) -> None:
    """Show what a check requires, why, and an example that fails and one that passes.

    The page is set for a terminal; into a pipe goes its Markdown.
    """
    from wsconform.check.registry import Check
    from wsconform.config.layers import options
    from wsconform.config.settings import load
    from wsconform.run import load_registry

    check: Check = load_registry(load([], options({"checks": packs})).checks).get(name)
    text = (
        _page(check.page)
        or f"# {check.name}\n\n{check.summary}\n\n## Why\n\n{check.why}\n\n## Source\n\n{check.source}\n"
    )
    if not colored(color):
        click.echo(text.rstrip("\n"))
        return
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    page = StringIO()
    Console(file=page, force_terminal=True, width=width).print(Markdown(text))
    click.echo(page.getvalue().rstrip("\n"), color=True)


def _page(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
