"""The findings of a template in the order in which every report has them."""

from __future__ import annotations

from dataclasses import replace

from wsconform.check.examine import Examination
from wsconform.check.finding import Finding


def in_order(examination: Examination) -> list[Finding]:
    """The findings by place, those in the template itself before those in nested ones; suppressed ones are left out.

    A finding without a file, as when a check breaks, gets the template's.
    """
    path = examination.stack.source.path

    def order(finding: Finding) -> tuple[object, ...]:
        span = finding.span
        return span.file != path, span.file, span.line, span.column, finding.check

    placed = (one if one.span.file else replace(one, span=replace(one.span, file=path)) for one in examination.findings)
    return sorted(placed, key=order)
