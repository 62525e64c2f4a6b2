"""What all commands share: how they end, what they say when they cannot go on, and common options."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

DEBUG = "WSCONFORM_DEBUG"
"""Set to anything in the environment, it shows where in wsconform an internal error came from."""

F = TypeVar("F", bound=Callable[..., Any])


class Exit(IntEnum):
    """How a command ends."""

    SOUND = 0
    """Nothing was found that fails a run."""
    FINDINGS = 1
    """Something was."""
    FAILED = 2
    """The command could not do what it was asked: a template that cannot be read, an unknown option or name."""
    INTERRUPTED = 130
    """Ctrl-C (128 and the number of the signal, as shells have it)."""
    PIPE_CLOSED = 141
    """Whoever read the output went away."""


def say(message: str) -> None:
    """One line on stderr, with nothing in it that acts on a terminal."""
    from wsconform.report.cells import visible

    to_stderr(visible(message))


def to_stderr(text: str, *, color: bool = False) -> None:
    """Lines on stderr. Where they cannot be written nothing can be said, and the exit code has to do."""
    with _silenced_if_full():
        click.echo(text, err=True, color=color)


@contextlib.contextmanager
def _silenced_if_full() -> Iterator[None]:
    """What is said on stderr in the meantime is not missed where stderr cannot be written to."""
    try:
        yield
    except OSError:
        silence(sys.stderr)


def guarded(body: Callable[[], object]) -> int:
    """Run a command to its end: its exit code, with everything that can go wrong said in words."""
    _survive_any_text()
    try:
        code = body()
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        with _silenced_if_full():
            error.show()
        return error.exit_code
    except click.Abort:  # Ctrl-C while the arguments are read
        say("interrupted")
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last stop before the user)
        if isinstance(error.__cause__, KeyboardInterrupt):  # as Python before 3.12 has it while a class is made
            say("interrupted")
            return Exit.INTERRUPTED
        silence(sys.stdout)
        say(_in_words(error))
        if os.environ.get(DEBUG):
            import traceback

            traceback.print_exc()
        return Exit.FAILED
    return code if isinstance(code, int) else Exit.SOUND


def _in_words(error: Exception) -> str:
    from wsconform.check.registry import PackError, UnknownNameError
    from wsconform.config.files import ConfigError
    from wsconform.template.errors import TemplateError

    if isinstance(error, ConfigError | PackError | UnknownNameError | TemplateError):
        return f"error: {error}"
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return "error: the current folder is gone"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename is not None else "the output cannot be written: "
        return f"error: {where}{error.strerror or error}"
    return (
        f"internal error: {type(error).__name__}: {error}; please report it, with the template if you can "
        f"({DEBUG}=1 shows where it comes from)"
    )


def _survive_any_text() -> None:
    """Names and values may hold what the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def silence(stream: TextIO) -> None:
    """Send what is still buffered nowhere, or Python would complain about it once more at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (AttributeError, OSError, ValueError):  # no real file
        return


def terminal_width(otherwise: int) -> int:
    """How many columns the terminal has, or COLUMNS says.

    What `shutil.get_terminal_size` does, less the compression formats that importing it brings along.
    """
    with contextlib.suppress(KeyError, ValueError):
        columns = int(os.environ["COLUMNS"])
        if columns > 0:
            return columns
    with contextlib.suppress(OSError):  # no terminal
        return os.get_terminal_size().columns or otherwise
    return otherwise


def checks_option(function: F) -> F:
    """`--checks`: folders of packs."""
    return click.option(
        "--checks", "packs", multiple=True, metavar="DIR", help="A folder with checks of your own; may be repeated."
    )(function)


def color_option(function: F) -> F:
    """`--color`."""
    choice = click.Choice(["auto", "always", "never"])
    return click.option("--color", type=choice, default="auto", show_default=True, help="Whether to use colours.")(
        function
    )


def colored(color: str, *, err: bool = False) -> bool:
    """Whether to use colours: in `auto`, on a terminal, unless NO_COLOR (no-color.org) or TERM=dumb forbid it."""
    if color != "auto":
        return color == "always"
    stream = sys.stderr if err else sys.stdout
    return bool(stream and stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def parameter_options(function: F) -> F:
    """What the parameters of a template are."""
    environment = click.option(
        "--samconfig-env", metavar="NAME", help="Take parameters from this table of samconfig.toml."
    )
    parameter = click.option(
        "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="Give a parameter of the template."
    )
    return parameter(environment(function))


def template_argument(*, several: bool = False) -> Callable[[F], F]:
    """The argument TEMPLATE, or TEMPLATE... as `templates`."""
    if several:
        return click.argument("templates", metavar="TEMPLATE...", nargs=-1, required=True, callback=_paths)
    return click.argument("template", metavar="TEMPLATE", callback=_path)


def _paths(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(map(_to_path, values))


def _path(_: click.Context, __: click.Parameter, value: str) -> Path:
    return _to_path(value)


def _to_path(value: str) -> Path:
    if not value:  # what an unset variable of a script becomes, and not the current folder
        raise click.BadParameter("a template cannot have an empty name")
    return Path(value)
