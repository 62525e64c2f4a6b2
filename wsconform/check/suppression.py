"""Suppressions: what a template says of findings that are meant to be there, always with a reason.

Two forms stand in a template. A comment `# wsconform: ignore[check-name] reason` covers the findings of its own line;
on a line of its own, those of the line below; and where that is the line of a resource's logical id, all that name
the resource. `Metadata: {wsconform: {ignore: {check-name: reason}}}` covers all that name the resource it is on.
Globs and several names may stand in the brackets. The third form, configuration, covers a check everywhere.

What is wrong with the suppressions themselves is found by checks like any other, whose `on` is `Suppression`.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field

from wsconform.check.examine import TEMPLATE, Examination
from wsconform.check.finding import Finding, Inconclusive, Severity, Undecided, Verdict
from wsconform.check.registry import Check, unknown_name
from wsconform.records import record
from wsconform.template.module import Module
from wsconform.template.nodes import Mapping as MapNode
from wsconform.template.nodes import Node, Scalar, Span, child
from wsconform.template.source import Source

MARKER = "wsconform:"
_DIRECTIVE = r"(?:^|[\s#])wsconform:\s*([A-Za-z-]+)(\s*\[([^\]]*)(\])?)?(.*)$"
_NEXT_REMARK = r"(?:^|\s)#\s"
_AROUND_REASON = " \t:-\u2013\u2014"


@record(slots=True, eq=False)
class Named:
    """A name or glob in a suppression. `unknown` says that no check fits it; `idle` that it covers no finding."""

    pattern: str
    span: Span
    unknown: str = ""
    idle: bool = False


@record(slots=True, eq=False)
class Suppression:
    """One suppression in a template.

    It covers the findings on `lines` of its file, and those that name one of `resources`, logical ids of its file.
    `problem` says why it cannot be read.
    """

    span: Span
    names: tuple[Named, ...]
    reason: str
    lines: frozenset[int] = frozenset()
    resources: set[str] = field(default_factory=set)
    problem: str = ""

    @property
    def written(self) -> str:
        """What it names, as messages have it."""
        return ", ".join(named.pattern for named in self.names)


@record(frozen=True, slots=True, kw_only=True)
class Rules:
    """What suppressions are judged by.

    `known` are the names of all checks there are, `checks` those that were chosen. `ignore` gives for the name of a
    check the configured pattern that fits it, and its reason. `severities` replaces the severity of checks it names.
    """

    known: Collection[str]
    checks: Collection[Check]
    ignore: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)


def apply(examination: Examination, rules: Rules) -> set[str]:
    """Move what is suppressed to `Verdict.suppressed`, and add the verdicts on the suppressions themselves.

    Returns the configured patterns that covered something.
    """
    if not examination.apis:
        return set()
    suppressions = list(suppressions_in(examination))
    unknown: dict[str, str] = {}
    for named in (named for one in suppressions for named in one.names):
        if named.pattern not in unknown:
            is_known = bool(fnmatch.filter(rules.known, named.pattern))
            unknown[named.pattern] = "" if is_known else unknown_name("check", named.pattern, rules.known)
        named.unknown = unknown[named.pattern]
    covering = [(one, named) for one in suppressions if one.reason for named in one.names if not named.unknown]
    used: set[Named] = set()
    for verdict in examination.verdicts:
        fitting = [(one, named) for one, named in covering if fnmatch.fnmatchcase(verdict.check, named.pattern)]
        if fitting:
            used |= _suppress(verdict, fitting, examination)
    _find_idle(examination, [named for _, named in covering if named not in used], rules)
    if suppressions:
        judging = [check for check in rules.checks if check.on is Suppression]
        examination.verdicts += [_verdict(examination, check, suppressions, rules) for check in judging]
    return {pattern for verdict in examination.verdicts for pattern in _ignore(verdict, rules.ignore)}


def _suppress(verdict: Verdict, fitting: list[tuple[Suppression, Named]], examination: Examination) -> set[Named]:
    """Move the findings that any of some suppressions covers; those are returned."""
    used: set[Named] = set()
    for finding in list(verdict.findings):
        here = [(one, named) for one, named in fitting if _covers(one, finding, examination)]
        if here:
            verdict.findings.remove(finding)
            verdict.suppressed.append((finding, here[0][0].reason))
            used.update(named for _, named in here)
    return used


def _ignore(verdict: Verdict, ignore: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Move what the configuration ignores; gives the pattern that does where there was anything to move."""
    if verdict.check in ignore and (verdict.findings or verdict.suppressed):
        pattern, reason = ignore[verdict.check]
        verdict.suppressed += [(finding, reason) for finding in verdict.findings]
        verdict.findings.clear()
        yield pattern


def _covers(suppression: Suppression, finding: Finding, examination: Examination) -> bool:
    file = suppression.span.file
    if finding.span.file == file and finding.span.line in suppression.lines:
        return True
    return finding.resource in suppression.resources and _home(finding, examination) == file


def _home(finding: Finding, examination: Examination) -> str:
    """The file that declares the resource of a finding: mostly that of its place, else the first that has it."""
    files = [
        module.source.path
        for module in examination.stack.root.lineage()
        if finding.resource in module.section("Resources")
    ]
    return finding.span.file if finding.span.file in files or not files else files[0]


def _find_idle(examination: Examination, names: list[Named], rules: Rules) -> None:
    """Tell which of the names that covered nothing are idle: not those whose checks did not run or could not tell."""
    ran = {check.name for check in rules.checks}
    open_ = {verdict.check for verdict in examination.verdicts if verdict.undecided}
    for named in names:
        fitting = set(fnmatch.filter(rules.known, named.pattern))
        named.idle = fitting <= ran and not fitting & open_


def _verdict(examination: Examination, check: Check, suppressions: list[Suppression], rules: Rules) -> Verdict:
    """What a check about suppressions finds."""
    verdict = Verdict(check=check.name, api=TEMPLATE, span=None)
    for suppression in suppressions:
        for said in check.run(suppression):
            if isinstance(said, Inconclusive):
                verdict.undecided.append(Undecided(reason=said.reason, span=said.at))
                continue
            verdict.findings.append(
                Finding(
                    check=check.name,
                    severity=rules.severities.get(check.name, check.severity),
                    api=TEMPLATE,
                    resource=min(suppression.resources, default=None),
                    path=examination.stack.path_at(said.at),
                    span=said.at,
                    message=said.message,
                    label=said.label,
                    why=check.why,
                    fix=said.fix,
                    docs=f"wsconform explain {check.name}",
                    worlds=(),
                    notes=said.notes,
                )
            )
    return verdict


def suppressions_in(examination: Examination) -> Iterator[Suppression]:
    """Every suppression in a template and those it nests, each once, however often a template is nested."""
    modules: dict[str, list[Module]] = {}
    for module in examination.stack.root.lineage():
        modules.setdefault(module.source.path, []).append(module)
    for same in modules.values():
        yield from _comments(same[0].source, same)
        yield from _metadata(same)


def _comments(source: Source, modules: list[Module]) -> Iterator[Suppression]:
    declared: dict[int, set[str]] = {}
    for module in modules:
        for logical_id in module.section("Resources"):
            declared.setdefault(_key_span(module, logical_id).line, set()).add(logical_id)
    end = 0
    for line, column, text in source.comments(MARKER):
        found = re.search(_DIRECTIVE, text)
        if found is None or (found[1] != "ignore" and found[2] is None):
            continue
        if end <= line:
            end = _end_of_comments(source, line)
        lines = frozenset(_lines_of(source, line, column, end))
        reached = set().union(*(declared.get(one, set()) for one in lines))
        yield _parse(source, found, (line, column), lines, reached)


def _parse(
    source: Source, found: re.Match[str], place: tuple[int, int], lines: frozenset[int], resources: set[str]
) -> Suppression:
    line, column = place
    reason = found[5]
    remark = re.search(_NEXT_REMARK, reason)
    if remark is not None:
        reason = reason[: remark.start()]
    reason = reason.strip(_AROUND_REASON)
    span = Span(source.path, line, column, line, len(source.lines[line - 1].rstrip()) + 1)
    problem = ""
    if found[1] != "ignore":
        problem = f"{unknown_name('directive', found[1], ['ignore'])}"
    elif found[2] is None or not (found[3] or "").strip(" \t,"):
        problem = "the suppression names no check"
    elif not found[4]:
        problem = "the bracket of the suppression is not closed"
    names = []
    if not problem:
        for match in re.finditer(r"[^\s,][^,]*[^\s,]|[^\s,]", found[3]):
            start = column + 1 + found.start(3) + match.start()
            names.append(Named(match[0], Span(source.path, line, start, line, start + len(match[0]))))
    return Suppression(span, tuple(names), reason, lines, resources, problem)


def _end_of_comments(source: Source, line: int) -> int:
    """The first line below `line` that is more than a comment."""
    line += 1
    while line <= len(source.lines) and source.lines[line - 1].lstrip().startswith("#"):
        line += 1
    return line


def _lines_of(source: Source, line: int, column: int, end: int) -> Iterator[int]:
    """The lines that a comment speaks of: its own, unless it stands alone; then, or behind a colon, that at `end`."""
    before = source.lines[line - 1][: column - 1].strip()
    if before:
        yield line
        if not before.endswith(":"):
            return
    if end <= len(source.lines) and source.lines[end - 1].strip():
        yield end


def _metadata(modules: list[Module]) -> Iterator[Suppression]:
    """The entries of `Metadata`; copies that a loop or an alias made of one count as that one."""
    found: dict[Span, Suppression] = {}
    for module in modules:
        for logical_id, resource in module.section("Resources").items():
            ours = child(resource, "Metadata", "wsconform")
            if ours is None:
                continue
            for one in _entries(ours, _key_span(module, logical_id)):
                found.setdefault(one.span, one).resources.add(logical_id)
    yield from found.values()


def _entries(ours: Node, place: Span) -> Iterator[Suppression]:
    if not isinstance(ours, MapNode):
        yield Suppression(ours.span, (), "", problem="Metadata.wsconform must be a map")
        return
    for key, value in ours.entries.items():
        span = ours.key_spans.get(key, place)
        if key != "ignore":
            yield Suppression(span, (), "", problem=unknown_name("entry of Metadata.wsconform", key, ["ignore"]))
        elif not isinstance(value, MapNode):
            yield Suppression(span, (), "", problem="Metadata.wsconform.ignore must map names of checks to reasons")
        else:
            for name, reason in value.entries.items():
                at = value.key_spans.get(name, span)
                text = reason.text.strip() if isinstance(reason, Scalar) else ""
                yield Suppression(at, (Named(name, at),), text)


def _key_span(module: Module, logical_id: str) -> Span:
    resources = module.root.get("Resources")
    return resources.key_span(logical_id) if isinstance(resources, MapNode) else module.root.span
