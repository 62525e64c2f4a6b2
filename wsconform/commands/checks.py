"""`wsconform checks`: all checks, and all probes, one a line."""

from __future__ import annotations

import click

from wsconform.commands.shell import checks_option, color_option, colored


@click.command("checks")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@checks_option
@color_option
def command(form: str, packs: tuple[str, ...], color: str) -> None:
    """List all checks and probes: name, severity or level, area, and what they require.

    Probes, which try a stage, come last: their level is MUST or SHOULD.
    """
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
        probes = [
            {
                "name": one.name,
                "level": str(one.level),
                "per": one.per,
                "area": one.area,
                "summary": one.summary,
                "source": one.source,
            }
            for one in checker.probes
        ]
        click.echo(json.dumps({"version": 1, "checks": listed, "probes": probes}, indent=2))
        return
    from wsconform.report.style import Role, Style

    roles: dict[str, Role] = {
        "error": "error",
        "warning": "warning",
        "note": "note",
        "MUST": "error",
        "SHOULD": "warning",
    }
    style = Style(color=colored(color))
    rows = [(one.name, str(checker.severity(one)), one.area, one.summary) for one in checks]
    rows += [(one.name, str(one.level), one.area, one.summary) for one in checker.probes]
    names, areas = (max(len(row[column]) for row in rows) for column in (0, 2))
    lines = [
        f"{style('strong', name.ljust(names))}  {style(roles[level], level.ljust(7))}  {area.ljust(areas)}  {summary}"
        for name, level, area, summary in rows
    ]
    click.echo("\n".join(lines), color=style.color)
