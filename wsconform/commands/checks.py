"""`wsconform checks`: all checks, one a line."""

from __future__ import annotations

import click

from wsconform.commands.shell import checks_option, color_option, colored


@click.command("checks")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@checks_option
@color_option
def command(form: str, packs: tuple[str, ...], color: str) -> None:
    """List all checks: name, severity, area, and what they require."""
    from wsconform.config.layers import options
    from wsconform.config.settings import load
    from wsconform.run import Checker

    checker = Checker(load([], options({"checks": packs})))
    checks = sorted(checker.registry, key=lambda one: (one.area, one.name))
    if form == "json":
        import json

        listed = [
            {
                "name": one.name,
                "severity": str(checker.severity(one)),
                "effect": one.effect and str(one.effect),
                "area": one.area,
                "summary": one.summary,
                "why": one.why,
                "source": one.source,
            }
            for one in checks
        ]
        click.echo(json.dumps({"version": 1, "checks": listed}, indent=2))
        return
    from wsconform.report.style import Role, Style

    roles: dict[str, Role] = {"error": "error", "warning": "warning", "note": "note"}
    style = Style(color=colored(color))
    names = max(len(one.name) for one in checks)
    areas = max(len(one.area) for one in checks)
    lines = []
    for one in checks:
        severity = str(checker.severity(one))
        lines.append(
            f"{style('strong', one.name.ljust(names))}  {style(roles[severity], severity.ljust(7))}  "
            f"{one.area.ljust(areas)}  {one.summary}"
        )
    click.echo("\n".join(lines), color=style.color)
