"""Baselines: the findings that an old stack had when it adopted the gate, hidden until they are gone.

A baseline is a JSON file. It names each finding by its check, template, logical id and path, so that neither a moved
line nor a reworded message brings one back. Templates are named from the folder of the baseline.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from wsconform.check.examine import Examination
from wsconform.check.finding import Finding
from wsconform.files import write_whole

VERSION = 1
REASON = "in the baseline"


class BaselineError(Exception):
    """A baseline that cannot be read: what is wrong with which file."""


class Entry(NamedTuple):
    """What a baseline knows of a finding."""

    template: str
    resource: str
    check: str
    path: str

    def __str__(self) -> str:
        return f"{self.check} at {self.path or self.resource} in {self.template}"


def entry_of(finding: Finding, folder: Path) -> Entry:
    """The entry for a finding in a baseline that lies in `folder`."""
    return Entry(named_from(Path(finding.template), folder), finding.resource or "", finding.check, finding.path)


def named_from(template: Path, folder: Path) -> str:
    """A template as a baseline in `folder` names it: relative, with `/` between, on every system."""
    try:
        return Path(os.path.relpath(os.path.realpath(template), os.path.realpath(folder))).as_posix()
    except ValueError:  # on another drive
        return Path(os.path.realpath(template)).as_posix()


class Baseline:
    """The entries of a baseline file. One that is listed twice hides two findings."""

    def __init__(self, file: Path, entries: Iterable[Entry]) -> None:
        self.file = file
        self._entries = Counter(entries)
        self._found: Counter[Entry] = Counter()
        self._templates: set[str] = set()

    def __len__(self) -> int:
        return self._entries.total()

    def apply(self, examination: Examination) -> None:
        """Move the findings that are listed to `Verdict.suppressed`."""
        folder = self.file.parent
        for module in examination.stack.root.lineage():
            self._templates.add(named_from(Path(module.source.path), folder))
        for verdict in examination.verdicts:
            self._found.update(entry_of(finding, folder) for finding, _ in verdict.suppressed)
            kept = []
            for finding in verdict.findings:
                entry = entry_of(finding, folder)
                self._found[entry] += 1
                if self._found[entry] <= self._entries[entry]:
                    verdict.suppressed.append((finding, REASON))
                else:
                    kept.append(finding)
            verdict.findings[:] = kept

    def gone(self, ran: Collection[str]) -> list[Entry]:
        """The entries that nothing matched, though their template was examined (or is gone) and their check ran.

        `ran` are the names of the checks that were chosen, all of them where it is empty.
        """
        left = self._entries - self._found
        return sorted(
            entry
            for entry in left.elements()
            if (not ran or entry.check in ran)
            and (entry.template in self._templates or not (self.file.parent / entry.template).exists())
        )


def read_baseline(file: Path) -> Baseline:
    """The baseline in a file. Raises BaselineError."""
    try:
        data = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise BaselineError(f'the baseline "{file}" does not exist; make it with --write-baseline') from None
    except OSError as error:
        raise BaselineError(f'the baseline "{file}" cannot be read: {error.strerror or error}') from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(f'the baseline "{file}" is no JSON: {error}') from None
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        said = "has no version" if version is None else f"is of version {version}"
        raise BaselineError(f'the baseline "{file}" {said}, expected {VERSION}; write it anew with --write-baseline')
    return Baseline(file, _entries(data.get("findings"), file))


def _entries(findings: object, file: Path) -> Iterable[Entry]:
    if not isinstance(findings, list):
        raise BaselineError(f'the baseline "{file}" has no list of "findings"')
    for number, one in enumerate(findings, 1):
        values = [one.get(name) for name in Entry._fields] if isinstance(one, dict) else [None]
        if not all(isinstance(value, str) for value in values):
            wanted = ", ".join(f'"{name}"' for name in Entry._fields)
            raise BaselineError(f'finding {number} of the baseline "{file}" must have {wanted}, all of them text')
        yield Entry(*values)


def write_baseline(file: Path, examinations: Iterable[Examination]) -> Baseline:
    """Write down every finding that is not suppressed, and return the baseline. Raises OSError."""
    entries = sorted(entry_of(one, file.parent) for examination in examinations for one in examination.findings)
    document = {"version": VERSION, "findings": [entry._asdict() for entry in entries]}
    write_whole(file, json.dumps(document, indent=1) + "\n")
    return Baseline(file, entries)
