"""Findings as people read them, in a terminal or a log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from wsconform.check.examine import TEMPLATE, Examination
from wsconform.check.finding import Finding, Outcome, Severity, Undecided, Verdict
from wsconform.records import record
from wsconform.report.cells import visible, wrap
from wsconform.report.excerpt import WIDTH, Mark, SourceOf
from wsconform.report.findings import in_order
from wsconform.report.parts import INDENT, count, headline, listed, places, said
from wsconform.report.style import PLAIN, Role, Style
from wsconform.template.errors import TemplateError
from wsconform.template.source import MAX_BYTES

_LINE_END = re.compile("\r\n|[\n\r]")
_MOST_WORLDS = 3
_MOST_REASONS = 5


def render_finding(
    finding: Finding, source_of: SourceOf, *, style: Style = PLAIN, width: int = WIDTH, worlds: int = 0
) -> str:
    """One finding: a headline, where it is, why it matters and how to mend it; no line end behind the last line.

    `source_of` gives the file that a place is in (`Stack.source_of`); `worlds` is how many the stack has, if known.
    Lines take `width` cells, but for the headline, places, the name of the page, and single words that are longer.
    """
    role: Role = _ROLES[finding.severity]
    lines = [headline(role, f"{role}[{finding.check}]", finding.message, style)]
    lines += places(Mark(finding.span, finding.label, role), _seconds(finding), source_of, style, width)
    lines += said("why", finding.why, style, width)
    lines += said("fix", finding.fix, style, width)
    lines += said("when", _when(finding.worlds, worlds), style, width)
    lines.append(f"{INDENT}{style('strong', 'docs:')} {visible(finding.docs)}")
    return "\n".join(lines)


def render_error(error: TemplateError, *, style: Style = PLAIN, width: int = WIDTH) -> str:
    """Why a template could not be read, with the place in its file where both are there."""
    lines = [headline("error", "error", error.message, style)]
    if error.span is None:
        lines.append(f"{INDENT}{style('frame', '-->')} {visible(error.path)}")
    else:
        file = _reread(error.path)
        lines += places(Mark(error.span, "", "error"), [], lambda _: file, style, width)
    lines += said("fix", error.fix, style, width)
    return "\n".join(lines)


def render(
    examinations: Sequence[Examination],
    errors: Sequence[TemplateError] = (),
    *,
    color: bool = False,
    width: int = WIDTH,
    verbose: bool = False,
) -> str:
    """All that came of a run: each template's findings by place, and a line that sums them up; no line end at the end.

    `errors` are the templates that could not be read. `verbose` shows notes, suppressed findings and undecided checks
    too, which are counted otherwise.
    """
    style = Style(color=color)
    parts = [part for one in examinations for part in _Report(one, style=style, width=width, verbose=verbose).parts()]
    parts += [render_error(error, style=style, width=width) for error in errors]
    if len(examinations) + len(errors) > 1:
        parts.append(_total(examinations, len(errors), style))
    return "".join(_spaced(parts))


def _spaced(parts: Sequence[str]) -> Iterator[str]:
    """The parts with a blank line between them, but for those of one line that follow each other."""
    before = ""
    for part in parts:
        if before:
            yield "\n" if "\n" not in before + part else "\n\n"
        yield part
        before = part


_ROLES: dict[Severity, Role] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


@record(frozen=True, slots=True)
class _File:
    """A file that is no template: what `excerpt` needs of it."""

    path: str
    lines: Sequence[str]


def _reread(path: str) -> _File:
    """The file of a template that could not be read, for an excerpt; one without name or lines where it is no text."""
    try:
        if not Path(path).is_file():  # a pipe gives what is in it once
            return _File("", ())
        with Path(path).open("rb") as file:
            text = file.read(MAX_BYTES).decode("utf-8-sig")
    except (OSError, ValueError):
        return _File("", ())
    return _File("" if "\0" in text else path, _LINE_END.split(text))


def _seconds(finding: Finding) -> list[Mark]:
    return [Mark(note.span, note.text) for note in finding.notes]


def _when(clauses: Sequence[str], in_all: int) -> str:
    """When a finding holds: one clause as it is, of several at most three."""
    if len(clauses) <= 1:
        return "".join(clauses)
    more = len(clauses) - _MOST_WORLDS
    shown = [*clauses[:_MOST_WORLDS], *([f"and {more} more"] if more > 0 else [])]
    return f"in {len(clauses)} {f'of {in_all} ' if in_all else ''}worlds: {'; '.join(shown)}"


class _Report:
    """The report of one template."""

    def __init__(self, examination: Examination, *, style: Style, width: int, verbose: bool) -> None:
        self._examination = examination
        self._stack = examination.stack
        self._path = examination.stack.source.path
        self._worlds = len(examination.stack.worlds)
        self._style = style
        self._width = width
        self._verbose = verbose
        self._least = Severity.NOTE if verbose else Severity.WARNING

    def parts(self) -> Iterator[str]:
        """Findings, what is aside from them, and the line that sums all up."""
        shown = [finding for finding in in_order(self._examination) if finding.severity >= self._least]
        yield from map(self._finding, shown)
        if self._verbose:
            yield from self._suppressed()
            yield from self._undecided()
        asides = [
            *([] if self._verbose else self._not_decided()),
            *self._not_reached(),
            *self._left_out(),
        ]
        yield "\n".join([*asides, self._summary()])

    def _finding(self, finding: Finding) -> str:
        return render_finding(finding, self._stack.source_of, style=self._style, width=self._width, worlds=self._worlds)

    def _suppressed(self) -> Iterator[str]:
        for verdict in self._examination.verdicts:
            for finding, reason in verdict.suppressed:
                lines = [
                    headline("note", f"suppressed[{finding.check}]", finding.message, self._style),
                    f"{INDENT}{self._style('frame', '-->')} {visible(str(finding.span))}",
                    *said("reason", reason, self._style, self._width),
                ]
                yield "\n".join(lines)

    def _undecided(self) -> Iterator[str]:
        for verdict in self._examination.verdicts:
            for undecided in verdict.undecided:
                yield "\n".join(self._cannot_tell(verdict, undecided))

    def _cannot_tell(self, verdict: Verdict, undecided: Undecided) -> Iterator[str]:
        of = "" if verdict.api == TEMPLATE else f"{verdict.api}: "
        yield headline("note", f"not decided[{verdict.check}]", f"{of}{undecided.reason}", self._style)
        span = undecided.span or verdict.span
        if span is not None:
            yield from places(Mark(span, "", "note"), [], self._stack.source_of, self._style, self._width)
        yield from said("fix", self._remedy(undecided.reason), self._style, self._width)
        yield from said("when", _when(undecided.worlds, self._worlds), self._style, self._width)

    def _remedy(self, reason: str) -> str:
        """What makes a check decidable that a parameter without default leaves open."""
        for name, parameter in self._stack.root.parameters.items():
            if parameter.default is None and not parameter.comes_from_ssm and parameter.unresolved().reason in reason:
                return f"give one with --parameter {name}=…"
        return ""

    def _not_decided(self) -> Iterator[str]:
        """One paragraph for each reason that left checks undecided."""
        reasons: dict[str, dict[str, None]] = {}
        for verdict in self._examination.verdicts:
            for undecided in verdict.undecided:
                reasons.setdefault(undecided.reason, {}).setdefault(verdict.check)
        for reason, checks in list(reasons.items())[:_MOST_REASONS]:
            what = next(iter(checks)) if len(checks) == 1 else f"{len(checks)} checks"
            remedy = self._remedy(reason)
            yield from self._aside(f"not decided: {what}, because {reason}" + (f"; {remedy}" if remedy else ""))
        if len(reasons) > _MOST_REASONS:
            yield from self._aside(
                f"not decided: more, for {count(len(reasons) - _MOST_REASONS, 'other reason')}, shown with -v"
            )

    def _not_reached(self) -> Iterator[str]:
        if self._stack.more_worlds:
            yield from self._aside(
                f"not all worlds were checked: the conditions can come out in more than these {self._worlds} ways; "
                "give parameters with --parameter NAME=… to choose among them"
            )

    def _left_out(self) -> Iterator[str]:
        """How much only `verbose` shows, but for undecided checks, which have lines of their own."""
        if self._verbose:
            return
        notes = sum(finding.severity == Severity.NOTE for finding in self._examination.findings)
        suppressed = sum(len(verdict.suppressed) for verdict in self._examination.verdicts)
        said = [
            *([count(notes, "note")] if notes else []),
            *([count(suppressed, "suppressed finding")] if suppressed else []),
        ]
        if said:
            yield from self._aside(f"{listed(said)}, shown with -v")

    def _aside(self, text: str) -> Iterator[str]:
        before = ""
        for line in wrap(visible(text), self._width - len(INDENT)):
            yield self._style("quiet", before + line)
            before = INDENT

    def _summary(self) -> str:
        """The one line that says how it went."""
        path = visible(self._path)
        if not self._examination.apis:
            return f"{path}: {self._style('warning', 'no WebSocket API in it, so nothing was checked')}"
        said = _found(_tally(self._examination.findings), self._least)
        names = [api for api in self._examination.apis if api != TEMPLATE]
        checks = {verdict.check for verdict in self._examination.verdicts}
        in_worlds = f" in {self._worlds} worlds" if self._worlds > 1 else ""
        undecided = {one.check for one in self._examination.verdicts if one.undecided}
        open_ = [f"{count(len(undecided), 'check')} not decided"] if undecided else []
        passed = checks - {one.check for one in self._examination.verdicts if one.outcome is not Outcome.PASSED}
        if not (said or open_) and passed:
            wired = f"{listed(names)} {'is' if len(names) == 1 else 'are'} wired: " if names else ""
            good = f"{wired}{count(len(passed), 'check')} passed{in_worlds}"
            return f"{path}: {self._style('good', good)}"
        on = f" on {listed(names)}" if names else ""
        worst = max((finding.severity for finding in self._examination.findings), default=Severity.NOTE)
        verdict = ", ".join([*(said or ["no fault found"]), *open_])
        return f"{path}: {self._style(_ROLES[worst], verdict)} ({count(len(checks), 'check')}{on}{in_worlds})"


def _tally(findings: Iterable[Finding]) -> dict[Severity, int]:
    tally = dict.fromkeys(Severity, 0)
    for finding in findings:
        tally[finding.severity] += 1
    return tally


def _found(tally: dict[Severity, int], least: Severity = Severity.WARNING) -> list[str]:
    """How many findings there are of each severity from the worst to the least, where there are any."""
    return [count(tally[one], str(one)) for one in reversed(Severity) if one >= least and tally[one]]


def _total(examinations: Sequence[Examination], unread: int, style: Style) -> str:
    """The last line of a run over several templates."""
    tally = _tally(finding for one in examinations for finding in one.findings)
    said = [*_found(tally), *([f"{unread} could not be read"] if unread else [])] or ["no fault found"]
    role: Role = "error" if unread or tally[Severity.ERROR] else "warning" if tally[Severity.WARNING] else "good"
    return f"{count(len(examinations) + unread, 'template')}: {style(role, ', '.join(said))}"
