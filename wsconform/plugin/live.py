"""What pytest collects of a stage: a test for each probe of an API, or of each of its routes."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from wsconform import WiringWarning
from wsconform.check.examine import Examination
from wsconform.check.finding import Outcome
from wsconform.config.files import ConfigError
from wsconform.live.probe import Case
from wsconform.live.report import ProbeReport
from wsconform.live.stages import Stages
from wsconform.live.verdict import Level, ProbeVerdict
from wsconform.plugin.failure import Excerpt
from wsconform.plugin.properties import Entry, one_line, placed, to_properties
from wsconform.report.cells import visible
from wsconform.report.style import Style


class ProbeFailed(Exception):  # noqa: N818 (an outcome)
    """Fails a probe's test."""

    def __init__(self, report: ProbeReport) -> None:
        super().__init__(f"{report.case.probe.name}: {report.verdict.actual}")
        self.report = report


class LiveApi(pytest.Collector):
    """An API on a stage."""

    def __init__(self, *, live: Stages, examination: Examination, label: str, **node: Any) -> None:  # noqa: ANN401
        super().__init__(**node)
        self._live = live
        self._examination = examination
        self._label = label

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each probe that applies."""
        try:
            cases = list(self._live.cases(self._examination, self._label))
        except ConfigError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield ProbeTest.from_parent(
                self,
                name=visible(case.name),
                callobj=_run,
                case=case,
                live=self._live,
                examination=self._examination,
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let what is skipped because it is inconclusive stand at its place in the template, and not here."""
    report = yield
    if isinstance(item, ProbeTest) and report.skipped and item.undecided:
        file, line, _ = item.reportinfo()
        report.longrepr = (str(file), line + 1, f"Skipped: {item.undecided}")
    return report


def _run(request: pytest.FixtureRequest, wsconform_live: Stages) -> None:
    """Run a probe, with the fixtures that say who connects."""
    item = request.node
    item.settle(wsconform_live.verdict(item.examination, item.case))


class ProbeTest(pytest.Function):
    """One probe. What is inconclusive is skipped, with its reason."""

    def __init__(self, *, case: Case, live: Stages, examination: Examination, **node: Any) -> None:  # noqa: ANN401
        super().__init__(**node)
        self.add_marker("wsconform")
        self.case = case
        self.examination = examination
        self.undecided = ""
        self._live = live
        self._place = placed(case.span, examination.stack.source.path)
        reason = live.ignored.get(case.probe.name)
        if reason is None:
            self.user_properties += to_properties((), "1")
        else:
            said = self._said(ProbeVerdict(outcome=Outcome.SUPPRESSED, reason=reason))
            self.user_properties += to_properties(said, "1")
            self.add_marker(pytest.mark.skip(reason=f"suppressed: {case.name}: {one_line(reason)}"))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place in the template, its line counted from 0, and a title."""
        return Path(self._place.file).absolute(), self._place.line - 1, f"{self.name} [{self.case.api.label}]"

    def settle(self, verdict: ProbeVerdict) -> None:
        """Pass, skip, warn or fail, as the verdict has it."""
        self.user_properties[:] = to_properties(self._said(verdict), "1")
        if verdict.outcome is Outcome.INCONCLUSIVE:
            self.undecided = f"inconclusive: {self.case.name}: {one_line(verdict.reason)}"
            pytest.skip(self.undecided)
        if verdict.outcome is not Outcome.FAILED:
            return
        if self.case.probe.level is Level.MUST or self._live.strict or not self._warned(verdict):
            options = self._live.options(self.examination, "--wsconform-")
            again = shlex.join(["pytest", "--wsconform", self.nodeid, *options])
            raise ProbeFailed(self._live.report(self.examination, self.case, verdict, again=again))

    def _said(self, verdict: ProbeVerdict) -> Iterator[Entry]:
        if verdict.outcome is Outcome.PASSED:
            return
        failed = verdict.outcome is Outcome.FAILED
        severity = "error" if self.case.probe.level is Level.MUST else "warning"
        yield Entry(
            id=self.case.name,
            severity=severity if failed else "",
            template=visible(self._place.file),
            path=visible(self.examination.stack.path_at(self._place)),
            line=str(self._place.line),
            column=str(self._place.column),
            message=one_line(verdict.actual),
            inconclusive=one_line(verdict.reason) if verdict.outcome is Outcome.INCONCLUSIVE else "",
            suppressed=one_line(verdict.reason) if verdict.outcome is Outcome.SUPPRESSED else "",
        )

    def _warned(self, verdict: ProbeVerdict) -> bool:
        """Whether what only should be so is said as far as it has to be: not if filters make its warning an error."""
        text = f"{self.case.name}: expected {', or '.join(verdict.expected)}; {verdict.actual}"
        try:
            warnings.warn_explicit(one_line(text), WiringWarning, self._place.file, self._place.line)
        except WiringWarning:
            return False
        return True

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401, ARG002
        """What came and what should have; a traceback only where wsconform itself, or a fixture, broke."""
        if not isinstance(excinfo.value, ProbeFailed):
            return super().repr_failure(excinfo)
        report = excinfo.value.report

        def render(look: Style, width: int) -> str:
            return report.render(look, width)

        return Excerpt.at(self._place, render)
