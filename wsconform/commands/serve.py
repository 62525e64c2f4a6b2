"""`wsconform serve`: a template's own handlers behind a local stage."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from wsconform.commands.shell import (
    Exit,
    color_option,
    colored,
    parameter_options,
    say,
    template_argument,
    terminal_width,
    to_stderr,
)

if TYPE_CHECKING:
    from wsconform.local.errors import StageError
    from wsconform.local.people.addresses import ReadyFile
    from wsconform.local.people.told import Told
    from wsconform.local.stage import LocalStage
    from wsconform.report.style import Style

UNCOLLECTED = 20_000
"""Objects that may be made before it is looked which of them are garbage."""


def _folder(_: click.Context, __: click.Parameter, value: str | None) -> Path | None:
    if value == "":  # what an unset variable of a script becomes, and not the current folder
        raise click.BadParameter("a folder cannot have an empty name")
    return None if value is None else Path(value)


@click.command("serve")
@template_argument()
@parameter_options
@click.option("--assume", multiple=True, metavar="NAME=VALUE", help="Settle what AWS does not tell, as J13=yes.")
@click.option(
    "--deploy-order",
    type=click.Choice(["worst", "best"]),
    help="In which order CloudFormation makes what waits for nothing.  [default: worst]",
)
@click.option("--accept", multiple=True, metavar="NAME", help="Start although AWS refuses what this check finds.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Listen here with TLS.")
@click.option("--plain-port", type=click.IntRange(0, 65_535), default=0, help="Listen here without TLS.")
@click.option(
    "--env",
    "environment",
    multiple=True,
    metavar="[FUNCTION.]NAME=VALUE",
    help="Set an environment variable of functions.",
)
@click.option("--region", metavar="REGION", help="Deploy to this AWS region.  [default: AWS_REGION, or us-east-1]")
@click.option(
    "--log-folder",
    callback=_folder,
    metavar="DIR",
    help="Keep the log of each function in a file of this folder.",
)
@click.option("--watch", is_flag=True, help="Reload when the template or code changes.")
@click.option("--log-json", is_flag=True, help="Write addresses and each event as lines of JSON.")
@click.option(
    "--ready-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write addresses and credentials to this file, once clients can connect.",
)
@color_option
def command(  # noqa: PLR0913, PLR0917 (each is an option, passed by name)
    template: Path,
    assume: tuple[str, ...],
    deploy_order: str | None,
    accept: tuple[str, ...],
    host: str,
    port: int,
    plain_port: int,
    environment: tuple[str, ...],
    region: str | None,
    log_folder: Path | None,
    watch: bool,  # noqa: FBT001 (an option)
    log_json: bool,  # noqa: FBT001 (an option)
    ready_file: Path | None,
    color: str,
    **given: Any,  # noqa: ANN401 (by the names of the settings)
) -> int:
    """Run a template's APIs on this machine, with its own functions behind them.

    What is wired wrongly fails as it fails on AWS, and here it is said why. Ports are chosen by the system unless
    given. Ctrl-C ends it.
    """
    from wsconform.local.endpoints import LOOPBACK
    from wsconform.local.errors import StageError
    from wsconform.local.gateway.assumptions import AssumptionError
    from wsconform.local.people.addresses import ReadyFile
    from wsconform.local.people.told import Told
    from wsconform.local.stage import LocalStage
    from wsconform.report.style import Style

    _allow_many_connections()
    style = Style(color=colored(color))
    told = Told(style, as_json=log_json)
    try:
        stage = LocalStage(
            template,
            parameters=_pairs("--parameter", given["parameters"]),
            samconfig_env=given["samconfig_env"],
            order=deploy_order,  # type: ignore[arg-type]  # one of click's choices
            assume=_pairs("--assume", assume),
            accept=accept,
            host=host,
            port=port,
            plain_port=plain_port,
            environment=_pairs("--env", environment),
            region=region,
            log_folder=log_folder,
            on_line=told.logged,
        )
    except AssumptionError as error:
        raise click.UsageError(f"--assume: {error}") from None
    stage.on_happening(told.happened)
    ended, began = _Ended(), time.time_ns()
    try:
        with told, _set_by_signals(ended), stage:
            ended.serving = True
            if host not in LOOPBACK:
                say(f"warning: {host} can be reached from other machines, and whoever does runs the template's code")
            _introduce(stage, style, as_json=log_json)
            _collect_from_now_on()
            with ReadyFile(stage, ready_file) as ready:
                if watch:
                    _reload(ended, stage, told, ready, since=began)
                while not ended.wait(3600):  # with a limit, or Windows would not hear of Ctrl-C
                    pass
    except StageError as error:
        _refuse(error, color)
        return Exit.FAILED
    except _NoLongerWanted:
        say("interrupted")
    return Exit.INTERRUPTED if ended.signal == signal.SIGINT else Exit.SOUND


def _refuse(error: StageError, color: str) -> None:
    """Say why the stage does not start: what checks found as they report it, and all else in a line each."""
    from wsconform.local.errors import CannotDeployError

    for problem in error.problems:
        if not problem.check:
            say(f"error: {problem}")
    refused = error.refused if isinstance(error, CannotDeployError) else None
    if refused is None or not any(refused.findings):
        return
    from wsconform.report.excerpt import WIDTH
    from wsconform.report.text import render

    use = colored(color, err=True)
    to_stderr(render([refused], color=use, width=terminal_width(WIDTH)), color=use)
    names = sorted({problem.check for problem in error.problems if problem.check})
    listed = " ".join(f"--accept {name}" for name in names)
    say(f"AWS refuses this template, so it is not served; {listed} serves it all the same")


def _allow_many_connections() -> None:
    """As many open files as the system lets this user have: each connection is one, and shells allow few by default."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _collect_from_now_on() -> None:
    """Collect what connections leave behind, often, as the process stays; what the start has made is not looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(UNCOLLECTED)


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (equals and name.strip()):
            raise click.UsageError(f'{option} takes NAME=VALUE, and "{one}" is none')
        found[name.strip()] = value
    return found


class _NoLongerWanted(KeyboardInterrupt):
    """A signal asked for the end of what has not started yet."""


class _Ended(threading.Event):
    """Set once a signal asks for the end; `signal` is which. `serving` says that the start is over."""

    signal: int = 0
    serving: bool = False


@contextmanager
def _set_by_signals(ended: _Ended) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP ask for the end; a second SIGINT does not wait.

    SIGHUP does not where `nohup` has it ignored. SIGINT does, though shells ignore it for what scripts run in the
    background: whoever sends it there means it.
    """

    def handle(number: int, _: FrameType | None) -> None:
        if ended.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        ended.signal = number
        ended.set()
        if not ended.serving:
            raise _NoLongerWanted

    asking = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        asking.append(signal.SIGHUP)
    before = {number: signal.signal(number, handle) for number in asking}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _introduce(stage: LocalStage, style: Style, *, as_json: bool) -> None:
    from wsconform.local.people.addresses import for_people, for_programs

    said = for_programs(stage.endpoints, stage.ca_file) if as_json else for_people(stage.endpoints, style)
    if said:
        click.echo(said, color=style.color)
    if not as_json:
        click.echo(f"region {stage.deployment.account.region}\nclients trust {stage.ca_file}\nCtrl-C ends it")
    for remark in stage.remarks:
        say(f"note: {remark}")


def _reload(ended: threading.Event, stage: LocalStage, told: Told, ready: ReadyFile, *, since: int) -> None:
    """Reload what changes, until the end; `since` is when the stage began to be made, in nanoseconds."""
    from wsconform.local.errors import StageError
    from wsconform.local.people.watch import SECONDS, Watch

    remarks, endpoints = stage.remarks, stage.endpoints
    watching = Watch(stage.sources, but=[stage.plan.log_folder] if stage.plan.log_folder else [], since=since)
    while not ended.wait(SECONDS):
        changed = watching.changed()
        if not changed:
            continue
        began = time.monotonic()
        try:
            stage.redeploy()
        except StageError as error:
            for problem in error.problems:
                say(f"error: {problem}")
            say("what was there before stays")
        else:
            told.line(f"reloaded in {time.monotonic() - began:.2f} s: {', '.join(map(os.path.relpath, changed[:3]))}")
            known, endpoints = endpoints, stage.endpoints
            if endpoints != known:
                told.listening([one for one in endpoints if one not in known], stage.ca_file)
                ready.renew()
            before, remarks = remarks, stage.remarks
            for remark in remarks:
                if remark not in before:
                    say(f"note: {remark}")
        watching.follow(stage.sources)
