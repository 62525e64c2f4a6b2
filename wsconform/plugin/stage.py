"""What is behind the fixtures with which users test against a local stage: `wsconform_template`, `wsconform_stage`."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wsconform.config.files import ConfigError
from wsconform.config.layers import ini
from wsconform.config.settings import merge
from wsconform.local.errors import StageError
from wsconform.local.happenings import Happening
from wsconform.local.people.lines import line, log_line
from wsconform.local.stage import LocalStage
from wsconform.report.style import PLAIN
from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Mapping as Node
from wsconform.template.nodes import child
from wsconform.template.source import read

if TYPE_CHECKING:
    from wsconform.live.stages import Stages


MOST_LINES = 100
"""Of what the stage says during a test, the last that are kept."""


def template_of(config: pytest.Config) -> Path:
    """The template that the ini option `wsconform_template` names, beside the file that says so.

    Without that, the only one that a run with `--wsconform` probes.
    """
    name = str(config.getini("wsconform_template"))
    if name:
        return (config.inipath.parent if config.inipath is not None else config.rootpath) / name
    live: Stages | None = getattr(config.pluginmanager.get_plugin("wsconform-run"), "live", None)
    probed = live.templates if live is not None else []
    if len(probed) == 1:
        return config.invocation_params.dir / probed[0]
    raise pytest.UsageError(
        f"{'several templates' if probed else 'no template'} to run: "
        "set wsconform_template in pytest's configuration, or override the fixture of that name"
    )


class Said:
    """What the stage of a session says while a test runs, shown with that test where it fails. A plugin of pytest's."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MOST_LINES)

    def happened(self, happening: Happening) -> None:
        """Keep an event."""
        self._lines.append(line(happening, PLAIN))

    def logged(self, function: str, text: str) -> None:
        """Keep a line of a function's."""
        self._lines.append(log_line(function, text, PLAIN))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Forget what was said for the test before."""
        self._lines.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show it with a test that fails and has to do with the stage."""
        report = yield
        said = list(self._lines)
        if report.failed and said and "wsconform_stage" in getattr(item, "fixturenames", ()):
            report.sections.append(("wsconform local stage", "\n".join(said)))
        return report


@contextmanager
def running(config: pytest.Config, template: Path) -> Iterator[LocalStage]:
    """The stage of a template. Where it does not start, the test that needs it fails with the reasons alone."""
    said = Said()
    try:
        given = [*config.getini("wsconform_parameter"), *config.getoption("wsconform_parameter")]
        settings = merge(None, ini({"parameters": given}, config.inipath))
        stage = LocalStage(template, parameters=_fitting(template, settings.overrides), on_line=said.logged)
        stage.on_happening(said.happened)
        stage.start()
    except (ConfigError, StageError, TemplateError) as error:
        pytest.fail(f"the local stage does not start: {error}", pytrace=False)
    config.pluginmanager.register(said)
    try:
        yield stage
    finally:
        config.pluginmanager.unregister(said)
        stage.stop()


def _fitting(template: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Of the parameters that pytest was given for all templates, those that this one has."""
    declared = child(read(template).root, "Parameters")
    names = declared.entries.keys() if isinstance(declared, Node) else ()
    return {name: value for name, value in given.items() if name in names}
