"""What pytest collects of a template: the file, its APIs, and a test for each check that ran on one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wsconform import WiringWarning
from wsconform.check.examine import TEMPLATE, Examination
from wsconform.check.finding import Finding, Outcome, Severity, Verdict
from wsconform.config.files import ConfigError
from wsconform.plugin.failure import Excerpt, unreadable
from wsconform.plugin.properties import Entry, entries, one_line, placed, to_properties
from wsconform.report.cells import visible
from wsconform.report.style import Style
from wsconform.report.text import render_finding
from wsconform.run import Checker
from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Span

if TYPE_CHECKING:
    from wsconform.live.stages import Stages

LIVE = "live"
"""What stands in node ids before the names of probes."""
HAS_API = "has-a-websocket-api"
"""Fails for a file that the user named and that has none: a name mistyped must not turn a gate green."""


class WiringFault(Exception):  # noqa: N818 (named as what it tells of)
    """Fails a check's test: the findings that do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{findings[0].check}: {findings[0].message}")
        self.findings = findings


class Template(pytest.File):
    """A template: collects its APIs. `shown` is its path as reports have it, `named` whether the user named it."""

    def __init__(
        self,
        *,
        checker: Checker,
        shown: Path,
        named: bool,
        live: Stages | None = None,
        **node: Any,  # noqa: ANN401 (pytest's)
    ) -> None:
        super().__init__(**node)
        self._live = live
        self._checker = checker
        self._shown = shown
        self._named = named

    def collect(self) -> Iterator[pytest.Collector]:
        """The APIs of the template, and what is about none of them."""
        try:
            examination = self._checker.check(self._shown)
        except ConfigError as error:
            raise self.CollectError(str(error)) from None
        if not examination.apis and not self._named:
            return
        order = {check.name: number for number, check in enumerate(self._checker.chosen)}
        verdicts: dict[str, list[Verdict]] = {api: [] for api in examination.apis or [TEMPLATE]}
        for verdict in sorted(examination.verdicts, key=lambda verdict: order[verdict.check]):
            verdicts.setdefault(verdict.api, []).append(verdict)
        for api, of_api in verdicts.items():
            yield Api.from_parent(
                self,
                name=visible(api),
                examination=examination,
                verdicts=of_api,
                fail_on=self._checker.settings.fail_on,
                live=self._live,
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401, ARG002
        """Why the template cannot be read, with the place."""
        if isinstance(excinfo.value, TemplateError):
            return unreadable(excinfo.value)
        return super().repr_failure(excinfo)


class Api(pytest.Collector):
    """An API of a template, or `template` for what is about none: collects a test for each check that ran on it."""

    def __init__(
        self,
        *,
        examination: Examination,
        verdicts: Sequence[Verdict],
        fail_on: Severity,
        live: Stages | None,
        **node: Any,  # noqa: ANN401 (pytest's)
    ) -> None:
        super().__init__(**node)
        self._examination = examination
        self._verdicts = verdicts
        self._fail_on = fail_on
        self._live = live

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """A test for each check, in the order in which they are registered, and what is to be tried on a stage."""
        if not self._examination.apis:
            yield HasApi.from_parent(self, name=HAS_API, examination=self._examination)
        for verdict in self._verdicts:
            yield Check.from_parent(
                self, name=verdict.check, examination=self._examination, verdict=verdict, fail_on=self._fail_on
            )
        if self._live is not None and self.name in self._live.plans(self._examination):
            from wsconform.plugin.live import LiveApi

            yield LiveApi.from_parent(self, name=LIVE, live=self._live, examination=self._examination, label=self.name)


class _Test(pytest.Item):
    """A test that stands at a place in a template, and ships what is said there to reports."""

    def __init__(self, *, examination: Examination, place: Span, said: Sequence[Entry], **node: Any) -> None:  # noqa: ANN401
        super().__init__(**node)
        self.add_marker("wsconform")
        self.place = place
        stack = examination.stack
        worlds = f"{len(stack.worlds)}{' and more' if stack.more_worlds else ''}"
        self.user_properties += to_properties(said, worlds)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place, its line counted from 0, and a title."""
        of = self.parent.name if self.parent is not None else ""
        return Path(self.place.file).absolute(), self.place.line - 1, f"{self.name} [{of}]"


class Check(_Test):
    """What one check found on one API. Suppressed and inconclusive ones are skipped, with their reasons."""

    def __init__(
        self,
        *,
        examination: Examination,
        verdict: Verdict,
        fail_on: Severity,
        **node: Any,  # noqa: ANN401 (pytest's)
    ) -> None:
        self._said = list(entries(verdict, examination))
        path = examination.stack.source.path
        spans = [
            *(one.span for one in sorted(verdict.findings, key=lambda one: one.severity, reverse=True)),
            *(one.span for one, _ in verdict.suppressed),
            *(one.span for one in verdict.undecided),
            verdict.span,
        ]
        place = placed(next((span for span in spans if span is not None), None), path)
        super().__init__(examination=examination, place=place, said=self._said, **node)
        self._examination = examination
        self._findings = verdict.findings
        self._fail_on = fail_on
        if verdict.outcome in (Outcome.SUPPRESSED, Outcome.INCONCLUSIVE):
            self.add_marker(pytest.mark.skip(reason=_reason(self._said)))

    def runtest(self) -> None:
        """Warn of what is no more than that, and raise WiringFault for all that fails."""
        failing = [one for one in self._findings if one.severity >= self._fail_on or not self._warned(one)]
        if failing:
            raise WiringFault(failing)

    def _warned(self, finding: Finding) -> bool:
        """Whether a finding is said as far as it has to be: not if the user's filters make an error of its warning."""
        if finding.severity < Severity.WARNING:
            return True
        when = f" (when {'; '.join(finding.worlds)})" if finding.worlds else ""
        text = f"{finding.check}: {finding.message}{when}" + (f"; {finding.fix}" if finding.fix else "")
        place = placed(finding.span, self._examination.stack.source.path)
        try:
            warnings.warn_explicit(one_line(text), WiringWarning, place.file, place.line)
        except WiringWarning:
            return False
        return True

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """What is wrong, where, why and how to mend it; a traceback only where wsconform itself broke."""
        if not isinstance(excinfo.value, WiringFault):
            return super().repr_failure(excinfo, style)
        findings = excinfo.value.findings
        stack = self._examination.stack
        aside = [f"also {entry}" for entry in self._said if entry.suppressed or entry.inconclusive]

        def render(look: Style, width: int) -> str:
            parts = [
                render_finding(one, stack.source_of, style=look, width=width, worlds=len(stack.worlds))
                for one in findings
            ]
            return "\n\n".join([*parts, *aside])

        return Excerpt.at(placed(findings[0].span, stack.source.path), render)


def _reason(said: Sequence[Entry]) -> str:
    """Why a check is skipped: it stands alone in pytest's summary, so it names the check."""
    reasons: dict[str, dict[str, None]] = {}
    for entry in said:
        when = f" (when {entry.worlds})" if entry.worlds else ""
        kind, why = ("inconclusive", entry.inconclusive) if entry.inconclusive else ("suppressed", entry.suppressed)
        reasons.setdefault(kind, {}).setdefault(why + when)
    return "; ".join(f"{kind}: {said[0].id}: {'; '.join(why)}" for kind, why in sorted(reasons.items()))


class HasApi(_Test):
    """Fails for a file that has no WebSocket API."""

    def __init__(self, *, examination: Examination, **node: Any) -> None:  # noqa: ANN401 (pytest's)
        source = examination.stack.source
        self._error = TemplateError(
            "there is no WebSocket API in this template, so nothing in it was checked",
            path=source.path,
            span=source.root.key_span("Resources"),
            fix="name a template that declares an AWS::ApiGatewayV2::Api whose ProtocolType is WEBSOCKET, "
            "or an AWS::Serverless::WebSocketApi",
        )
        place = source.root.key_span("Resources")
        said = Entry(
            id=HAS_API,
            severity=str(Severity.ERROR),
            template=visible(place.file),
            path="Resources",
            line=str(place.line),
            column=str(place.column),
            message=self._error.message,
            fix=self._error.fix,
        )
        super().__init__(examination=examination, place=place, said=[said], **node)

    def runtest(self) -> None:
        """Raise what is wrong."""
        raise self._error

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """What is wrong, and what to do."""
        if isinstance(excinfo.value, TemplateError):
            return unreadable(excinfo.value)
        return super().repr_failure(excinfo, style)
