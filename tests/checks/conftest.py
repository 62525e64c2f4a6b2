"""Runs all built-in checks on the sound stack of the pages, varied by a snippet."""

from pathlib import Path

import pytest
from examining import Everything, Found, Marked, Messages, Undecided

from wsconform.check.examine import Examination, examine
from wsconform.check.finding import Finding, Severity
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import whole_template
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

REGISTRY = load_static()
BASE = (builtin_folder() / "example.yaml").read_text(encoding="utf-8")


def _examination(snippet: str, folder: Path) -> tuple[Examination, str]:
    template = whole_template(snippet, BASE)
    return examine(read_stack(parse(template.encode(), str(folder / "template.yaml"))), REGISTRY), template


@pytest.fixture
def examine_snippet(tmp_path: Path) -> Everything:
    def findings(snippet: str) -> list[tuple[str, str | None, int, str]]:
        examination, _ = _examination(snippet, tmp_path)
        return [(one.check, one.resource, one.span.line, str(one.severity)) for one in examination.findings]

    return findings


@pytest.fixture
def marked_findings(tmp_path: Path) -> Marked:
    def findings(snippet: str) -> list[tuple[str, str | None, str, bool]]:
        examination, template = _examination(snippet, tmp_path)
        lines = template.splitlines()
        return [
            (one.check, one.resource, str(one.severity), "# <--" in lines[one.span.line - 1])
            for one in examination.findings
            if str(one.severity) != "note"
        ]

    return findings


@pytest.fixture
def undecided_in(tmp_path: Path) -> Undecided:
    def undecided(snippet: str) -> list[tuple[str, str]]:
        examination, _ = _examination(snippet, tmp_path)
        return [(verdict.check, one.reason) for verdict in examination.verdicts for one in verdict.undecided]

    return undecided


@pytest.fixture
def messages_of(tmp_path: Path) -> Messages:
    def messages(snippet: str) -> list[str]:
        examination, _ = _examination(snippet, tmp_path)
        return [one.message for one in examination.findings]

    return messages


@pytest.fixture
def found_in(tmp_path: Path) -> Found:
    def found(snippet: str) -> list[Finding]:
        examination, _ = _examination(snippet, tmp_path)
        return [one for one in examination.findings if one.severity > Severity.NOTE]

    return found
