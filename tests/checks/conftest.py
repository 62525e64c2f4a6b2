"""Runs all built-in checks on the sound stack of the pages, varied by a snippet."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wsconform.check.examine import Examination, examine
from wsconform.check.finding import Finding as WholeFinding
from wsconform.check.finding import Severity
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import whole_template
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

Finding = tuple[str, str | None, int, str]
REGISTRY = load_static()
BASE = (builtin_folder() / "example.yaml").read_text(encoding="utf-8")


def _examination(snippet: str, folder: Path) -> tuple[Examination, str]:
    template = whole_template(snippet, BASE)
    return examine(read_stack(parse(template.encode(), str(folder / "template.yaml"))), REGISTRY), template


@pytest.fixture
def examine_snippet(tmp_path: Path) -> Callable[[str], list[Finding]]:
    """All findings on the varied stack: (check, resource, line of the template, severity), in the pack's order."""

    def findings(snippet: str) -> list[Finding]:
        examination, _ = _examination(snippet, tmp_path)
        return [(one.check, one.resource, one.span.line, str(one.severity)) for one in examination.findings]

    return findings


@pytest.fixture
def marked_findings(tmp_path: Path) -> Callable[[str], list[tuple[str, str | None, str, bool]]]:
    """The findings above note: (check, resource, severity, whether it stands on a line marked with `# <--`)."""

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
def undecided_in(tmp_path: Path) -> Callable[[str], list[tuple[str, str]]]:
    """What could not be told of the varied stack: (check, reason)."""

    def undecided(snippet: str) -> list[tuple[str, str]]:
        examination, _ = _examination(snippet, tmp_path)
        return [(verdict.check, one.reason) for verdict in examination.verdicts for one in verdict.undecided]

    return undecided


@pytest.fixture
def messages_of(tmp_path: Path) -> Callable[[str], list[str]]:
    """The messages of all findings on the varied stack; a check that breaks says so in one."""

    def messages(snippet: str) -> list[str]:
        examination, _ = _examination(snippet, tmp_path)
        return [one.message for one in examination.findings]

    return messages


@pytest.fixture
def found_in(tmp_path: Path) -> Callable[[str], list[WholeFinding]]:
    """The findings above note on the varied stack, with all that they say."""

    def found(snippet: str) -> list[WholeFinding]:
        examination, _ = _examination(snippet, tmp_path)
        return [one for one in examination.findings if one.severity > Severity.NOTE]

    return found
