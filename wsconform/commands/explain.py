"""`wsconform explain`: the page of a check or a probe."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wsconform.commands.shell import checks_option, color_option, colored, terminal_width

if TYPE_CHECKING:
    from wsconform.check.registry import Check
    from wsconform.live.probe import Probe

_WIDEST = 100


@click.command("explain")
@click.argument("name")
@checks_option
@color_option
def command(name: str, packs: tuple[str, ...], color: str) -> None:
    """Show what a check or a probe requires, why, and an example that fails and one that passes.

    The page is set for a terminal; into a pipe goes its Markdown.
    """
    from wsconform.config.layers import options
    from wsconform.config.settings import load

    found = _named(name, load([], options({"checks": packs})).checks)
    text = _page(found.page) or _without_page(found)
    if not colored(color):
        click.echo(text.rstrip("\n"))
        return
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    width = min(terminal_width(_WIDEST), _WIDEST)
    page = StringIO()
    Console(file=page, force_terminal=True, width=width).print(Markdown(text))
    click.echo(page.getvalue().rstrip("\n"), color=True)


def _named(name: str, folders: Iterable[Path]) -> Check | Probe:
    """What has a name. Raises UnknownNameError."""
    from wsconform.check.registry import UnknownNameError
    from wsconform.run import load_registry, unknown_requirement

    checks = load_registry(folders)
    try:
        return checks.get(name)
    except UnknownNameError:
        from wsconform.live.packs import load_probes

        probes = load_probes(folders, checks)
        probe = probes.get(name)
        if probe is None:
            raise UnknownNameError(unknown_requirement(name, checks, probes)) from None
        return probe


def _without_page(found: Check | Probe) -> str:
    """What is known of a check or a probe that has no page."""
    why = f"## Why\n\n{found.why}\n\n" if hasattr(found, "why") else ""
    return f"# {found.name}\n\n{found.summary}\n\n{why}## Source\n\n{found.source}\n"


def _page(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
