"""The `wsconform` command. Its subcommands are in `wsconform.commands`, and imported when they are called."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from wsconform import __version__
from wsconform.commands.shell import Exit, guarded, say, silence

MOST_UNCOLLECTED = 100_000
COMMANDS = ("check", "checks", "explain", "draw", "serve", "probe", "connect", "init")


class Commands(click.Group):
    """The subcommands, and how all of them end."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """The names in the order in which they are useful."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"wsconform.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with, else the nearest is suggested."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from wsconform.check.registry import unknown_name

            ctx.fail(unknown_name("command", args[0], COMMANDS))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. What click would end in ways of its own is caught before it gets there."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say("interrupted")
            ctx.exit(Exit.INTERRUPTED)
        except BrokenPipeError:
            silence(sys.stdout)
            ctx.exit(Exit.PIPE_CLOSED)

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 (click's own)
        """Run a command line, and exit unless `standalone_mode` is off."""
        run: Callable[..., Any] = super().main
        if not extra.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **extra)
        # A run is short and keeps nearly all that it makes, so that collecting early only reads it through again.
        gc.set_threshold(MOST_UNCOLLECTED)
        code = guarded(lambda: run(*args, standalone_mode=False, **extra))
        gc.freeze()  # what is left needs no collecting: the process ends
        sys.exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wsconform", message="%(prog)s %(version)s")
def main() -> None:
    """Check the wiring of WebSocket APIs in SAM and CloudFormation templates.

    Exit codes: 0 nothing found at the failing level, 1 findings, 2 could not run.
    """
