"""A pytest run with `--wsconform`: the settings, which files are templates, and what the terminal says at both ends."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from wsconform import __version__
from wsconform.check.finding import Severity
from wsconform.check.registry import PackError
from wsconform.config.files import ConfigError, shown
from wsconform.config.layers import ini, options
from wsconform.config.settings import Settings, load
from wsconform.plugin.items import LIVE, Template
from wsconform.plugin.properties import Entry, from_properties
from wsconform.report.cells import visible
from wsconform.report.parts import count
from wsconform.run import SUFFIXES, Checker

if TYPE_CHECKING:
    from wsconform.live.stages import Stages

COLLECTED = "wsconform_collected"


class Terminal(Protocol):
    """What is used of pytest's terminal reporter."""

    def write_sep(self, sep: str, title: str) -> None:
        """Begin a section."""

    def write_line(self, line: str, **markup: bool) -> None:
        """Write a line."""


class Run:
    """The hooks of a run in which templates are checked.

    `names` are those of the settings that pytest knows. Raises pytest.UsageError for what cannot be used of them.
    """

    def __init__(self, config: pytest.Config, names: Iterable[str]) -> None:
        self._config = config
        here = config.invocation_params.dir
        paths = [_from_here(here / arg.partition("::")[0]) for arg in config.args]
        try:
            self.checker = Checker(_settings(config, names, paths))
            found = self.checker.templates(path for path in paths if path.is_dir())
            for path in [*(given.path for given in found), *(path for path in paths if path.suffix in SUFFIXES)]:
                _require_name(path)
            self.live = self._live()
        except (ConfigError, PackError, OSError) as error:
            raise pytest.UsageError(str(error)) from None
        self._in_folders = {_absolute(given.path): given.path for given in found}
        self._ran: dict[str, tuple[str, list[Entry]]] = {}
        self._leftovers: list[str] = []
        self._refused = ""

    def _live(self) -> Stages | None:
        """The probes, where a stage is given."""
        local = bool(self._config.getoption("wsconform_local"))
        if not (local or self.checker.settings.url):
            self.checker.require_checks()
            return None
        from wsconform.live.stages import Stages
        from wsconform.plugin import live

        self._config.pluginmanager.register(live, "wsconform-live")
        return Stages(self.checker.settings, self.checker.probes, local=local)

    def pytest_report_header(self) -> str:
        """What the run goes by."""
        settings = self.checker.settings
        said = [f"wsconform: {__version__}", count(len(self.checker.chosen), "check")]
        if settings.fail_on < Severity.ERROR:
            said.append(f"{settings.fail_on}s fail")
        if settings.baseline is not None:
            said.append(f"baseline {os.path.relpath(settings.baseline)}")
        given = [*settings.parameters, *settings.overrides]
        if self.live is not None:
            said.append(count(len(self.live.chosen), "probe"))
        if given:
            said.append(f"{count(len(given), 'parameter')} given: {' '.join(dict.fromkeys(given))}")
        return ", ".join(said)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Template | None:
        """Collect a file that is named, or one in a folder that has a WebSocket API in it."""
        named = parent.session.isinitpath(file_path)
        path = _from_here(file_path) if named else self._in_folders.get(_absolute(file_path))
        if path is None or file_path.suffix.lower() not in SUFFIXES:
            return None
        template: Template = Template.from_parent(
            parent, path=file_path, checker=self.checker, shown=path, named=named, live=self.live
        )
        return template

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Refuse a parameter that no template has; a process of pytest-xdist leaves that to the one that reports."""
        try:
            self.checker.require_parameters()
        except ConfigError as error:
            if self._output is None:
                raise pytest.UsageError(str(error)) from None
            self._refused = str(error)
        self._leftovers = self.checker.leftovers()
        if self.live is not None and self._output is None:
            self.live.expect(case for item in session.items if (case := getattr(item, "case", None)) is not None)

    def pytest_report_collectionfinish(self, config: pytest.Config, items: list[pytest.Item]) -> list[str]:
        """Where the local stages are."""
        if self.live is None or self.live.locals is None or config.getoption("collectonly"):
            return []
        probed = {
            one.stack.source.path: one for item in items if (one := getattr(item, "examination", None)) is not None
        }
        return [line for one in probed.values() for line in self.live.addresses(one)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather what the checks say; the last phase is there once, whatever came of the test."""
        if report.when == "teardown":
            said = from_properties(report.user_properties)
            if said is not None:
                self._ran[report.nodeid] = said

    @property
    def _output(self) -> dict[str, Any] | None:
        """What a process of pytest-xdist hands over to the one that reports; None in that one, and without xdist."""
        return getattr(self._config, "workeroutput", None)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what only a process that collects knows, or see to it that what it refused is no success."""
        if self.live is not None:
            self.live.close()
        if self._output is not None:
            self._output[COLLECTED] = {"leftovers": self._leftovers, "refused": self._refused}
        elif self._refused:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a process of pytest-xdist hands over; all of them have collected the same."""
        collected = getattr(node, "workeroutput", {}).get(COLLECTED)
        if collected is not None:
            self._leftovers, self._refused = collected["leftovers"], collected["refused"]

    def pytest_terminal_summary(self, terminalreporter: Terminal, exitstatus: int, config: pytest.Config) -> None:
        """The notes, if asked for, and a line for each template."""
        if config.getoption("collectonly"):
            return
        verbose = config.get_verbosity() > 0
        asides = sorted((entry for _, said in self._ran.values() for entry in _asides(said)), key=_place)
        if asides and verbose:
            terminalreporter.write_sep("=", "wsconform notes")
            for aside in asides:
                terminalreporter.write_line(str(aside))
        if not self._ran and exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return
        terminalreporter.write_sep("=", "wsconform")
        if not self._ran:
            terminalreporter.write_line("no check ran; name a template, or a folder that has one", yellow=True)
        templates: dict[str, dict[str, tuple[str, list[Entry]]]] = {}
        for nodeid, said in self._ran.items():
            templates.setdefault(nodeid.partition("::")[0], {})[nodeid] = said
        for template, tests in sorted(templates.items()):
            terminalreporter.write_line(f"{template}: {_summary(tests, verbose=verbose)}")
        for leftover in self._leftovers:
            terminalreporter.write_line(leftover, yellow=True)
        if self._refused:
            terminalreporter.write_line(f"ERROR: {self._refused}", red=True)


def _settings(config: pytest.Config, names: Iterable[str], paths: list[Path]) -> Settings:
    """The project's settings, pytest's ini options, and the command line; a later one wins."""
    keys = {name: "parameters" if name == "parameter" else name for name in names}
    from_ini = {key: _ini_value(config, f"wsconform_{name}") for name, key in keys.items()}
    given = {key: config.getoption(f"wsconform_{name}") for name, key in keys.items()}
    return load(paths, ini(from_ini, config.inipath), options(given, "--wsconform-"))


def _ini_value(config: pytest.Config, name: str) -> object:
    """An ini option's value; pytest's own words for what it cannot read do not always name the option."""
    try:
        value: object = config.getini(name)
    except (TypeError, ValueError, pytest.UsageError) as error:
        where = f"{shown(config.inipath)}: {name}: " if config.inipath is not None else f"{name}: "
        raise ConfigError(str(error) if name in str(error) else f"{where}{error}") from None
    return value


def _require_name(path: Path) -> None:
    """Refuse a name whose bytes are no text: pytest breaks where it writes such a name down."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise ConfigError(
            f'pytest cannot report on "{visible(str(path))}", whose name is no text in '
            f"{sys.getfilesystemencoding()}; rename it, or set another locale"
        ) from None


def _from_here(path: Path) -> Path:
    """A file or folder as reports name it: from the current folder."""
    try:
        return Path(os.path.relpath(path))
    except ValueError:  # on another drive
        return path


def _absolute(path: Path) -> str:
    """A path as pytest compares them: links stay as they are."""
    return os.path.abspath(path)  # noqa: PTH100 (pathlib leaves ".." in)


def _asides(said: list[Entry]) -> list[Entry]:
    """What nothing else in the output says: notes, and what is suppressed or open in a check that is not skipped."""
    findings = [entry for entry in said if entry.severity and not entry.suppressed]
    if not findings:
        return []
    return [entry for entry in said if entry.severity == "note" or entry not in findings]


def _place(entry: Entry) -> tuple[str, int, int, str]:
    return entry.template, int(entry.line), int(entry.column), entry.id


def _summary(tests: dict[str, tuple[str, list[Entry]]], *, verbose: bool) -> str:
    """What came of the checks and probes of one template, by their node ids."""
    tally: Counter[str] = Counter()
    for _, said in tests.values():
        for entry in said:
            tally[_kind(entry)] += 1
    words = [count(tally[one], one) for one in ("error", "warning", "note") if tally[one]]
    if tally["note"] and not verbose:
        words[-1] += " (shown with -v)"
    words += [f"{tally[one]} {one}" for one in ("suppressed", "inconclusive") if tally[one]]
    probed = [said for nodeid, (_, said) in tests.items() if f"::{LIVE}::" in nodeid]
    passed, on_stage = sum(not said for _, said in tests.values()), sum(not said for said in probed)
    if len(probed) < len(tests):
        words.append(f"{count(passed - on_stage, 'check')} passed")
    if probed:
        words.append(f"{count(on_stage, 'probe')} passed")
    worlds, _, more = next(iter(tests.values()))[0].partition(" ")
    line = ", ".join(words) + (f", in {worlds} worlds" if worlds != "1" else "")
    if more:
        line += (
            "; there are more worlds, which were not checked: "
            "give parameters with --wsconform-parameter NAME=VALUE to choose among them"
        )
    return line


def _kind(entry: Entry) -> str:
    if entry.inconclusive:
        return "inconclusive"
    return "suppressed" if entry.suppressed else entry.severity
