"""`wsconform probe`: asserts what a stage does, without pytest."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wsconform.commands.shell import Exit, checks_option, color_option, colored, parameter_options, terminal_width

if TYPE_CHECKING:
    from wsconform.check.examine import Examination
    from wsconform.check.finding import Outcome
    from wsconform.live.probe import Case, Probes
    from wsconform.live.stages import Stages
    from wsconform.live.verdict import ProbeVerdict

Met = list[tuple["Case", "ProbeVerdict"]]
MOST_NAMES = 5
"""Of probes that are inconclusive for one reason."""


@click.command("probe")
@click.argument("url", required=False)
@click.option(
    "--template", required=True, type=click.Path(path_type=Path), metavar="FILE", help="What is deployed there."
)
@click.option("--local", is_flag=True, help="Run the template on this machine, and probe that.")
@click.option("--allow", multiple=True, metavar="NAME=REFERENCE", help="Who may connect; may be repeated.")
@click.option("--deny", multiple=True, metavar="NAME=REFERENCE", help="Who may not connect; may be repeated.")
@click.option(
    "--select", "names", multiple=True, metavar="NAME", help="Only probes of this name or glob; may be repeated."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@parameter_options
@checks_option
@click.option("--strict", is_flag=True, help="Fail on what only should be so, too.")
@color_option
def command(  # noqa: PLR0913, PLR0917 (each is an option, passed by name)
    url: str | None,
    template: Path,
    local: bool,  # noqa: FBT001 (an option)
    names: tuple[str, ...],
    form: str,
    packs: tuple[str, ...],
    color: str,
    **given: Any,  # noqa: ANN401 (by the names of the settings)
) -> int:
    """Probe the stage at URL (API=URL where the template has several), or with --local the template on this machine.

    A client's identity is given by the names of its sources: --allow x-token=env:WS_TOKEN takes the value from the
    environment variable WS_TOKEN, and it is shown nowhere.
    """
    from wsconform.config.files import ConfigError
    from wsconform.config.layers import options
    from wsconform.config.settings import load
    from wsconform.live.stages import Stages
    from wsconform.run import Checker

    where = options({"url": [url] if url else None}, "the argument ")
    settings = load([template], options({**given, "select": names, "checks": packs}), where)
    if local and url:
        raise ConfigError("a URL and --local name two stages; give one of them")
    if not local and not settings.url:
        raise ConfigError("there is no stage to probe: name its URL, or give --local")
    checker = Checker(replace(settings, select=()))  # a probe that fails is shown with what any check finds
    _require_probes(names, checker.probes)
    examination = checker.check(template)
    checker.require_parameters()
    stages = Stages(settings, checker.probes, local=local)
    try:
        met = list(_met(stages, examination))
        if form == "json":
            click.echo(_as_json(met, stages, examination))
        else:
            _show(met, stages, examination, color)
    finally:
        stages.close()
    return _exit(met, strict=settings.strict)


def _require_probes(names: tuple[str, ...], probes: Probes) -> None:
    """Raise UnknownNameError for a name or glob that fits no probe."""
    from wsconform.check.registry import UnknownNameError, unknown_name

    for name in names:
        if not probes.select([name]):
            raise UnknownNameError(unknown_name("probe", name, [one.name for one in probes]))


def _met(stages: Stages, examination: Examination) -> Iterator[tuple[Case, ProbeVerdict]]:
    """Run the probes of every API that has a stage. Raises ConfigError where there is none, or nobody to be."""
    from wsconform.config.files import ConfigError

    plans = stages.plans(examination)
    if not plans:
        raise ConfigError(f"{examination.stack.source.path}: there is no WebSocket API in it")
    cases = [case for label in plans for case in stages.cases(examination, label)]
    if not cases:
        raise ConfigError("there is nothing to probe: the settings select no probe of an API that has a stage")
    for api in {case.api.label: case.api for case in cases}.values():
        stages.identities(examination, api)
    stages.expect(cases)
    for case in cases:
        yield case, stages.verdict(examination, case)


def _show(met: Met, stages: Stages, examination: Examination, color: str) -> None:
    from wsconform.check.finding import Outcome
    from wsconform.report.cells import visible
    from wsconform.report.excerpt import WIDTH
    from wsconform.report.parts import count
    from wsconform.report.style import Role, Style

    style = Style(color=colored(color))
    roles: dict[Outcome, Role] = {Outcome.PASSED: "good", Outcome.FAILED: "error"}
    for outcome, names, reason in _grouped(met):
        said = visible(f"{names}: {reason}" if reason else names)
        click.echo(f"{style(roles.get(outcome, 'quiet'), f'{outcome:<12}')} {said}", color=style.color)
    for case, verdict in met:
        if verdict.outcome is Outcome.FAILED:
            report = stages.report(examination, case, verdict, again=_again(case, stages, examination))
            click.echo(f"\n{report.render(style, terminal_width(WIDTH))}", color=style.color)
    tally = Counter(verdict.outcome for _, verdict in met)
    words = [f"{tally[kind]} {kind}" for kind in reversed(Outcome) if tally[kind]]
    addresses = dict.fromkeys(stages.where(examination, case.api) for case, _ in met)
    click.echo(f"\n{'; '.join(addresses)}: {', '.join(words)} ({count(len(met), 'probe')})")


def _grouped(met: Met) -> Iterator[tuple[Outcome, str, str]]:
    """Outcome, names and reason of each line: those that have a reason in common share one."""
    from wsconform.report.parts import listed

    groups: dict[object, list[str]] = {}
    several = len({case.api.label for case, _ in met}) > 1
    for case, verdict in met:
        name = f"{case.api.label}::{case.name}" if several else case.name
        groups.setdefault(_alike(case, verdict), []).append(name)
    for case, verdict in met:
        names = groups.pop(_alike(case, verdict), None)
        if names is not None:
            yield verdict.outcome, listed(names, MOST_NAMES), verdict.reason


def _alike(case: Case, verdict: ProbeVerdict) -> object:
    return (verdict.outcome, verdict.reason) if verdict.reason else case


def _again(case: Case, stages: Stages, examination: Examination) -> str:
    """The command that runs a probe again, on all its routes."""
    api = f"{case.api.label}=" if case.api.label in stages.settings.url else ""
    url = [f"{api}{stages.url(examination, case.api)}"] if stages.locals is None else []
    template = examination.stack.source.path
    options = [one for one in stages.options(examination, "--") if not one.startswith("--url=")]
    return shlex.join(["wsconform", "probe", *url, f"--template={template}", f"--select={case.probe.name}", *options])


def _as_json(met: Met, stages: Stages, examination: Examination) -> str:
    probes = [
        {
            "id": case.name,
            "api": case.api.label,
            "stage": stages.where(examination, case.api),
            "level": str(case.probe.level),
            "requirement": case.probe.summary,
            "outcome": str(verdict.outcome),
            "expected": list(verdict.expected),
            "actual": verdict.actual,
            "reason": verdict.reason,
            "seconds": round(verdict.seconds, 3),
            "causes": list(verdict.causes),
            "findings": [one.check for one in stages.akin(examination, case, verdict)] if verdict.actual else [],
            "transcript": list(verdict.transcript),
            "template": case.span.file,
            "line": case.span.line,
            "column": case.span.column,
        }
        for case, verdict in met
    ]
    return json.dumps({"version": 1, "probes": probes}, indent=2)


def _exit(met: Met, *, strict: bool) -> Exit:
    from wsconform.check.finding import Outcome
    from wsconform.live.verdict import Level

    asked = [one for one in met if not one[0].probe.greets] or met
    if all(
        verdict.outcome is Outcome.INCONCLUSIVE or (case.probe.greets and verdict.outcome is Outcome.FAILED)
        for case, verdict in asked
    ):
        return Exit.FAILED
    failed = [case for case, verdict in met if verdict.outcome is Outcome.FAILED]
    return Exit.FINDINGS if any(strict or case.probe.level is Level.MUST for case in failed) else Exit.SOUND
