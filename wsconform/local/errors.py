"""Why a local stage does not start, or not go on with what has changed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsconform.check.examine import Examination
    from wsconform.local.deployed.errors import Problem


class StageError(Exception):
    """What keeps a stage from running: `problems`, each with `message`, `place` (`file:line:col`) and `fix`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class CannotReadError(StageError):
    """The template, or a file that belongs to it, cannot be read."""


class CannotDeployError(StageError):
    """AWS would refuse the template, or what is wired hangs on what only AWS knows.

    `refused` has those of the problems that checks found, in the form in which findings are reported.
    """

    def __init__(self, problems: Iterable[Problem], refused: Examination | None = None) -> None:
        super().__init__(problems)
        self.refused = refused


class CannotLogError(StageError):
    """The folder for log files cannot be used."""


class CannotWriteError(StageError):
    """Temporary files cannot be written: certificates, and code that has to be unpacked."""


class CannotListenError(StageError):
    """A port cannot be opened."""


@contextmanager
def writing() -> Iterator[None]:
    """What may go wrong while temporary files are written, as StageError."""
    from wsconform.local.deployed.errors import Problem

    try:
        yield
    except OSError as error:
        where = f'in "{tempfile.tempdir}"' if tempfile.tempdir else "anywhere"
        said = f"temporary files cannot be written {where}: {error.strerror or error}"
        raise CannotWriteError([Problem(said, fix="make room, or name another folder in TMPDIR")]) from None


@contextmanager
def as_stage_errors() -> Iterator[None]:
    """What may go wrong at the start, as StageError."""
    from wsconform.check.registry import PackError
    from wsconform.config.files import ConfigError
    from wsconform.local.deployed.errors import DeployError, Problem
    from wsconform.local.functions.log import LogFolderError
    from wsconform.local.gateway.assumptions import AssumptionError
    from wsconform.local.sockets.listening import CannotListen
    from wsconform.template.errors import TemplateError

    try:
        yield
    except TemplateError as error:
        raise CannotReadError([Problem(error.message, str(error.span or error.path), error.fix)]) from None
    except (ConfigError, PackError) as error:
        raise CannotReadError([Problem(str(error))]) from None
    except AssumptionError as error:
        raise CannotReadError([Problem(f"local.assume: {error}")]) from None
    except DeployError as error:
        raise CannotDeployError(error.problems, error.refused) from None
    except LogFolderError as error:
        raise CannotLogError([Problem(str(error), fix="choose a folder in which you may write")]) from None
    except CannotListen as error:
        raise CannotListenError([Problem(str(error), fix=error.fix)]) from None
