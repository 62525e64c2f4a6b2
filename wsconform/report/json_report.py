"""Findings as data, for other programs, in the form that `schema.json` tells and the manual explains."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wsconform.check.examine import Examination
from wsconform.check.finding import Finding, Outcome, Severity, Undecided, Verdict
from wsconform.report.findings import in_order
from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Span

VERSION = 1
"""Counts up when something is removed or means something else; new keys may come at any time."""

Data = dict[str, Any]


def to_json(examinations: Sequence[Examination], errors: Sequence[TemplateError] = ()) -> Data:
    """All that came of a run. `errors` are the templates that could not be read."""
    findings = [_finding(finding, one) for one in examinations for finding in in_order(one)]
    suppressed = [
        {**_finding(finding, one), "reason": _clean(reason)}
        for one in examinations
        for verdict in one.verdicts
        for finding, reason in verdict.suppressed
    ]
    inconclusive = [
        _undecided(undecided, verdict, one)
        for one in examinations
        for verdict in one.verdicts
        for undecided in verdict.undecided
    ]
    severities = [finding["severity"] for finding in findings]
    return {
        "version": VERSION,
        "templates": [_template(one) for one in examinations],
        "findings": findings,
        "suppressed": suppressed,
        "inconclusive": inconclusive,
        "unreadable": [_unreadable(error) for error in errors],
        "summary": {
            "templates": len(examinations),
            "unreadable": len(errors),
            "errors": severities.count(str(Severity.ERROR)),
            "warnings": severities.count(str(Severity.WARNING)),
            "notes": severities.count(str(Severity.NOTE)),
            "suppressed": len(suppressed),
            "inconclusive": len(inconclusive),
            "passed": sum(verdict.outcome is Outcome.PASSED for one in examinations for verdict in one.verdicts),
        },
    }


def dump(report: Data) -> str:
    """The text of a report: plain ASCII, so that it survives any terminal and pipe."""
    return json.dumps(report, indent=2, allow_nan=False)


def schema() -> Data:
    """The JSON Schema of a report."""
    told: Data = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return told


def _template(examination: Examination) -> Data:
    stack = examination.stack
    return {
        "path": _clean(stack.source.path),
        "apis": [_clean(api) for api in examination.apis],
        "checks": len({verdict.check for verdict in examination.verdicts}),
        "worlds": len(stack.worlds),
        "more_worlds": stack.more_worlds,
        "not_read": list(_not_read(examination)),
    }


def _not_read(examination: Examination) -> Iterator[Data]:
    for module in examination.stack.root.lineage():
        for logical_id, error in module.unread.items():
            yield {"resource": _clean(module.prefix + logical_id), **_unreadable(error)}


def _finding(finding: Finding, examination: Examination) -> Data:
    return {
        "id": finding.check,
        "severity": str(finding.severity),
        "effect": finding.effect and str(finding.effect),
        "template": _file(finding.span, examination),
        "api": _clean(finding.api),
        "resource": None if finding.resource is None else _clean(finding.resource),
        "path": _clean(finding.path),
        **_place(finding.span),
        "message": _clean(finding.message),
        "label": _clean(finding.label),
        "why": _clean(finding.why),
        "fix": _clean(finding.fix),
        "docs": _clean(finding.docs),
        "worlds": [_clean(clause) for clause in finding.worlds],
        "notes": [
            {"template": _file(note.span, examination), **_place(note.span), "message": _clean(note.text)}
            for note in finding.notes
        ],
    }


def _undecided(undecided: Undecided, verdict: Verdict, examination: Examination) -> Data:
    span = undecided.span or verdict.span
    return {
        "id": verdict.check,
        "api": _clean(verdict.api),
        "template": _clean(examination.stack.source.path) if span is None else _file(span, examination),
        **_place(span),
        "reason": _clean(undecided.reason),
        "worlds": [_clean(clause) for clause in undecided.worlds],
    }


def _unreadable(error: TemplateError) -> Data:
    return {
        "template": _clean(error.path),
        **_place(error.span),
        "message": _clean(error.message),
        "fix": _clean(error.fix),
    }


def _file(span: Span, examination: Examination) -> str:
    """The file of a place; the template where the place has none."""
    return _clean(span.file or examination.stack.source.path)


def _place(span: Span | None) -> Data:
    """Where a place begins and ends; nulls where there is none."""
    return {
        "line": span and span.line,
        "column": span and span.column,
        "end_line": span and span.end_line,
        "end_column": span and span.end_column,
    }


def _clean(text: str) -> str:
    """`text` with lone surrogates replaced, which JSON can spell and many parsers refuse."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
