"""From a file to an `Examination`: the one way that the command line and the plugin both go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from wsconform.check import suppression
from wsconform.check.examine import Examination, examine
from wsconform.check.finding import Severity
from wsconform.check.packs import builtin_folder, load_folder, load_static
from wsconform.check.registry import Check, Registry, UnknownNameError, unknown_name
from wsconform.config.files import ConfigError
from wsconform.config.settings import Settings
from wsconform.records import record
from wsconform.template.errors import TemplateError
from wsconform.template.module import NESTED
from wsconform.template.parameters import Parameter
from wsconform.template.source import MAX_BYTES, Source, looks_like_websocket, read
from wsconform.template.stack import Stack
from wsconform.wiring.reader import read_stack

if TYPE_CHECKING:
    from wsconform.check.baseline import Baseline
    from wsconform.live.probe import Probes

SUFFIXES = frozenset({".yaml", ".yml", ".json", ".template"})
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})


@record(frozen=True, slots=True)
class Given:
    """A template to check. `named` says whether the user named the file itself, and not a folder above it."""

    path: Path
    named: bool


class Checker:
    """Checks templates by one set of settings. The checks are loaded once.

    Raises ConfigError where the settings name what does not exist, PackError for a pack that cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = load_registry(settings.checks)
        names = self._resolve("select", settings.select) if settings.select else {one.name for one in self.registry}
        self.chosen: tuple[Check, ...] = tuple(check for check in self.registry if check.name in names)
        self.severities = {
            name: level
            for pattern, level in sorted(settings.severity.items(), key=_globs_first)
            for name in self._resolve("severity", [pattern])
        }
        self._ignore = {
            name: (pattern, reason)
            for pattern, reason in sorted(settings.ignore.items(), key=_globs_first)
            for name in self._resolve("ignore", [pattern])
        }
        self._baseline: Baseline | None = None
        if settings.baseline is not None:
            from wsconform.check.baseline import BaselineError, read_baseline

            try:
                self._baseline = read_baseline(settings.baseline)
            except BaselineError as error:
                raise ConfigError(str(error)) from None
        self._stacks: dict[Path, Stack] = {}
        self._idle_ignores = {pattern for pattern, _ in self._ignore.values()}
        self._undecided: set[str] = set()
        self._parameters: set[str] | None = None
        self._examined_any = False

    @cached_property
    def probes(self) -> Probes:
        """The probes beside the checks; loaded when they are first asked for. Raises PackError."""
        from wsconform.live.packs import load_probes

        return load_probes(self.settings.checks, self.registry)

    def _resolve(self, key: str, patterns: Iterable[str]) -> set[str]:
        """The names of checks that patterns from the settings fit; one may fit probes only, save for severities."""
        found: set[str] = set()
        for pattern in patterns:
            try:
                found |= self.registry.select([pattern])
            except UnknownNameError as error:
                if key != "severity" and self.probes.select([pattern]):
                    continue
                said = str(error) if key == "severity" else unknown_requirement(pattern, self.registry, self.probes)
                raise ConfigError(f"{self.settings.origin(key, pattern)}: {said}") from None
        return found

    def require_checks(self) -> None:
        """Raise ConfigError where probes only are selected, for a run that has no stage to try them on."""
        if not self.chosen:
            pattern = self.settings.select[0]
            origin = self.settings.origin("select", pattern)
            raise ConfigError(f'{origin}: "{pattern}" is a probe, which needs a stage; no check is selected')

    def severity(self, check: Check) -> Severity:
        """The severity of a check by the settings."""
        return self.severities.get(check.name, check.severity)

    def check(self, path: Path) -> Examination:
        """Check the template in a file.

        Raises TemplateError where it cannot be read, ConfigError where the `samconfig.toml` beside it cannot.
        """
        stack = self._stacks.pop(path, None)
        return self._examine(self._stack(read(path)) if stack is None else stack)

    def _stack(self, source: Source) -> Stack:
        given = self.settings.parameters_for(Path(source.path))
        stack = read_stack(source, given)
        self._parameters = (self._parameters or set()) | stack.root.parameters.keys()
        for name, value in given.items():
            if name in stack.root.parameters:
                _require_allowed(stack.root.parameters[name], value)
        return stack

    def _examine(self, stack: Stack) -> Examination:
        wiring_checks = [check for check in self.chosen if check.on is not suppression.Suppression]
        examination = examine(stack, wiring_checks, self.severities)
        rules = suppression.Rules(
            known=[check.name for check in self.registry],
            checks=self.chosen,
            ignore=self._ignore,
            severities=self.severities,
        )
        self._idle_ignores -= suppression.apply(examination, rules)
        self._undecided |= {verdict.check for verdict in examination.verdicts if verdict.undecided}
        self._examined_any |= bool(examination.apis)
        if self._baseline is not None:
            self._baseline.apply(examination)
        return examination

    def require_parameters(self) -> None:
        """Raise ConfigError for a parameter on the command line that no template read so far has."""
        if self._parameters is None:
            return
        for name in self.settings.overrides:
            origin = self.settings.origin("parameters", name)
            if name not in self._parameters and origin.startswith("-"):
                raise ConfigError(f"{origin}: {unknown_name('parameter', name, self._parameters)}")

    def leftovers(self) -> list[str]:
        """What the settings have too much, after all templates: ignored checks that found nothing, baseline entries."""
        ran = {check.name for check in self.chosen}
        said = []
        for pattern in sorted(self._idle_ignores) if self._examined_any else ():
            fitting = self.registry.select([pattern])  # not of probes only, which are not among the idle ones
            if fitting <= ran and not fitting & self._undecided:
                origin = self.settings.origin("ignore", pattern)
                said.append(f'{origin}: "{pattern}" suppresses nothing in what was checked')
        gone = self._baseline.gone(ran if self.settings.select else ()) if self._baseline is not None else []
        if gone:
            entries = "1 entry of the baseline is" if len(gone) == 1 else f"{len(gone)} entries of the baseline are"
            listed = "; ".join(map(str, gone))
            said.append(f"{entries} no longer found: {listed}; write it anew with --write-baseline")
        return said

    def templates(self, paths: Iterable[Path]) -> list[Given]:
        """The templates that files and folders stand for, each once, those in a folder in the order of their names.

        In a folder, a template is told by what it holds. One that another of the same folder nests is left to that
        one, which knows the parameters it gets; to have it checked by itself, name it.
        """
        found: dict[str, Given] = {}
        for path in paths:
            if path.is_dir():
                for one in self._unnested(list(_in_folder(path))):
                    found.setdefault(os.path.realpath(one), Given(one, named=False))
            else:
                found[os.path.realpath(path)] = Given(path, named=True)
        return list(found.values())

    def _unnested(self, files: list[Path]) -> list[Path]:
        nested: set[str] = set()
        for file in files:
            if os.path.realpath(file) not in nested:
                nested |= self._nested(file)
        return [file for file in files if os.path.realpath(file) not in nested]

    def _nested(self, file: Path) -> set[str]:
        """The files that a template nests, however deep. What is read for it is kept for `check`."""
        try:
            data = file.read_bytes()
        except OSError:
            return set()
        if not any(kind.encode() in data for kind in NESTED):
            return set()
        try:
            stack = self._stacks[file] = self._stack(read(file))
        except (TemplateError, ConfigError):  # `check` meets it again
            return set()
        return {os.path.realpath(module.source.path) for module in stack.root.lineage()} - {os.path.realpath(file)}


def load_registry(folders: Iterable[Path]) -> Registry:
    """Every check there is: the built-in ones, those about suppressions among them, and the packs. Raises PackError."""
    registry = load_static(folders)
    load_folder(builtin_folder() / "suppressions", registry, "wsconform_suppressions")
    return registry


def unknown_requirement(name: str, checks: Iterable[Check], probes: Probes) -> str:
    """The message for a name that neither a check has nor a probe."""
    return unknown_name("check or probe", name, [one.name for one in (*checks, *probes)])


def _globs_first(item: tuple[str, object]) -> bool:
    """Sorts globs before names, so that what is said of a check by name counts."""
    return not any(sign in item[0] for sign in "*?[")


def _require_allowed(parameter: Parameter, value: str) -> None:
    """Raise TemplateError for a value that its parameter does not allow."""
    item = parameter.disallowed(value)
    if item is not None:
        allowed = ", ".join(f'"{one}"' for one in parameter.allowed)
        raise TemplateError(
            f'parameter "{parameter.name}" is given "{item}", and allows {allowed}',
            path=parameter.span.file,
            span=parameter.span,
            fix="give it one of these",
        )


def _in_folder(folder: Path) -> Iterator[Path]:
    """The files below a folder that may hold a WebSocket API. Passes over what tools put there, and hidden folders.

    A folder that cannot be read is given as it is, so that this is said.
    """
    unread: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=unread.append):
        folders[:] = sorted(name for name in folders if not _is_skipped(Path(here), name))
        for name in sorted(files):
            file = Path(here) / name
            if file.suffix.lower() in SUFFIXES and _may_be_template(file):
                yield file
    yield from (Path(error.filename) for error in unread if not isinstance(error, FileNotFoundError))


def _is_skipped(parent: Path, name: str) -> bool:
    return (
        name.startswith(".")
        or name in _SKIPPED
        or (name.startswith("asset.") and (parent / "manifest.json").exists())  # what CDK uploads
        or os.path.exists(parent / name / "pyvenv.cfg")  # noqa: PTH110 (pathlib raises where it may not look)
    )


def _may_be_template(file: Path) -> bool:
    """Whether a file is worth reading; one that cannot be opened is, so that it is said."""
    try:
        return file.is_file() and file.stat().st_size <= MAX_BYTES and looks_like_websocket(file.read_bytes())
    except OSError:
        return True
