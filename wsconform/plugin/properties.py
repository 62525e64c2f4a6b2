"""What a check found, as properties of its pytest report: they cross to another process, and stand in JUnit files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from wsconform.check.examine import Examination
from wsconform.check.finding import Finding, Verdict
from wsconform.records import record
from wsconform.report.cells import visible
from wsconform.template.nodes import Span

PREFIX = "wsconform."
WORLDS = PREFIX + "worlds"


@record(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that a check said of an API; empty where something does not apply.

    `severity` and `resource` are of findings. `suppressed` and `inconclusive` are the reasons for being so. `worlds`
    are joined by semicolons; empty for all of them. Lines and columns count from 1.
    """

    id: str
    severity: str = ""
    resource: str = ""
    template: str
    path: str = ""
    line: str
    column: str
    message: str = ""
    fix: str = ""
    worlds: str = ""
    suppressed: str = ""
    inconclusive: str = ""

    @property
    def place(self) -> str:
        """Where it is, as `template.yaml:21:15`."""
        return f"{self.template}:{self.line}:{self.column}"

    def __str__(self) -> str:
        when = f" (when {self.worlds})" if self.worlds else ""
        if self.inconclusive:
            return f"{self.place}: inconclusive[{self.id}]: {self.inconclusive}{when}"
        if self.suppressed:
            return f"{self.place}: suppressed[{self.id}]: {self.message}{when}; {self.suppressed}"
        return f"{self.place}: {self.severity}[{self.id}]: {self.message}{when}" + (f"; {self.fix}" if self.fix else "")


def entries(verdict: Verdict, examination: Examination) -> Iterator[Entry]:
    """All that a verdict holds: findings, those suppressed, and what could not be told."""
    path = examination.stack.source.path
    yield from (_finding(finding, path) for finding in verdict.findings)
    yield from (_finding(finding, path, reason) for finding, reason in verdict.suppressed)
    for one in verdict.undecided:
        span = placed(one.span or verdict.span, path)
        yield Entry(
            id=verdict.check,
            template=visible(span.file),
            path=visible(examination.stack.path_at(span)),
            line=str(span.line),
            column=str(span.column),
            worlds=visible("; ".join(one.worlds)),
            inconclusive=one_line(one.reason),
        )


def _finding(finding: Finding, path: str, suppressed: str = "") -> Entry:
    span = placed(finding.span, path)
    return Entry(
        id=finding.check,
        severity=str(finding.severity),
        resource=visible(finding.resource or ""),
        template=visible(span.file),
        path=visible(finding.path),
        line=str(span.line),
        column=str(span.column),
        message=one_line(finding.message),
        fix=one_line(finding.fix),
        worlds=visible("; ".join(finding.worlds)),
        suppressed=one_line(suppressed),
    )


def placed(span: Span | None, path: str) -> Span:
    """A place in some file: the beginning of the template at `path` for what has none."""
    return span if span is not None and span.file else Span(path, 1, 1, 1, 1)


def one_line(text: str) -> str:
    """Text of several paragraphs in one line, with nothing in it that acts on a terminal."""
    return visible(" ".join(text.split("\n")))


def to_properties(said: Iterable[Entry], worlds: str) -> Iterator[tuple[str, str]]:
    """The properties for entries, numbered from 1. `worlds` is in how many worlds the template was checked."""
    yield WORLDS, worlds
    for number, entry in enumerate(said, 1):
        for name, value in asdict(entry).items():
            if value or name in ("resource", "worlds"):
                yield f"{PREFIX}{number}.{name}", value


def from_properties(properties: Iterable[tuple[str, object]]) -> tuple[str, list[Entry]] | None:
    """What `to_properties` was given; None for a report that is not about a check."""
    worlds: str | None = None
    fields: dict[str, dict[str, str]] = {}
    for name, value in properties:
        if name == WORLDS:
            worlds = str(value)
        elif name.startswith(PREFIX):
            number, _, field = name.removeprefix(PREFIX).partition(".")
            fields.setdefault(number, {})[field] = str(value)
    if worlds is None:
        return None
    return worlds, [Entry(**one) for one in fields.values()]
