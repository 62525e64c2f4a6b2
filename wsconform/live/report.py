"""What came of a probe, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wsconform.check.finding import Finding
from wsconform.live.probe import Case
from wsconform.live.verdict import Level, ProbeVerdict
from wsconform.report.cells import visible
from wsconform.report.excerpt import WIDTH, Mark, SourceOf
from wsconform.report.parts import INDENT, headline, places, said
from wsconform.report.style import PLAIN, Role, Style


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """A probe that failed, with all that helps to see why.

    `stage` says where it ran, `again` how to run it again. `findings` are those of the template with the same cause,
    `told` names those that were shown before, `log` is what the functions of a local stage wrote meanwhile.
    """

    case: Case
    verdict: ProbeVerdict
    source_of: SourceOf
    stage: str = ""
    again: str = ""
    findings: Sequence[Finding] = ()
    told: Sequence[str] = ()
    log: Sequence[str] = ()

    @property
    def role(self) -> Role:
        """How bad it is."""
        return "error" if self.case.probe.level is Level.MUST else "warning"

    def render(self, style: Style = PLAIN, width: int = WIDTH) -> str:
        """What came, what should have come, what went over the wire, and what it is usually due to."""
        return "\n".join(self._lines(style, width))

    def _lines(self, style: Style, width: int) -> Iterator[str]:
        probe, verdict = self.case.probe, self.verdict
        yield headline(self.role, f"{self.role}[{probe.name}]", verdict.actual or probe.summary, style)
        yield from places(Mark(self.case.span, "", self.role), [], self.source_of, style, width)
        yield from said("requirement", f"{probe.level}: {probe.summary}", style, width)
        yield from said("expected", ", or ".join(verdict.expected), style, width)
        yield from said("actual", verdict.actual, style, width)
        yield from _block("transcript", verdict.transcript, style)
        yield from said("usually", "\n".join(verdict.causes), style, width)
        for finding in self.findings:
            fix = f"\nfix: {finding.fix}" if finding.fix else ""
            yield from said("template", f"{finding.span}: {finding.check}: {finding.message}{fix}", style, width)
        for line in self.told:
            yield from said("template", line, style, width)
        yield from _block("log", self.log, style)
        yield from said("stage", self.stage, style, width)
        if self.again:
            yield f"{INDENT}{style('strong', 'again:')} {visible(self.again)}"
        yield f"{INDENT}{style('strong', 'docs:')} wsconform explain {probe.name}"


def _block(word: str, lines: Sequence[str], style: Style) -> Iterator[str]:
    """Lines that stand as they are, under their label."""
    if lines:
        yield f"{INDENT}{style('strong', word + ':')}"
        yield from (f"{INDENT * 2}{style('quiet', visible(line))}" for line in lines)
