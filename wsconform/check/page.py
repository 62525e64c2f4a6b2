"""A check's page: what it says, and the examples in it as whole templates.

An example shows only the resources that matter. Those that it does not show are those of the pack's `example.yaml`;
a resource shown as `null` is taken away. A comment `# <--` marks the line that a finding must be on. What a check finds
that misbehaves, a script under "On a stage" shows.
"""

from __future__ import annotations

import re
from pathlib import Path

from wsconform.records import record

HEADINGS = ("What it requires", "Why", "Fails", "Passes", "Source")
ON_A_STAGE = "On a stage"
MARK = "# <--"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SCRIPT = re.compile(r"^```stage\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@record(frozen=True, slots=True)
class Page:
    """The text of a page by heading, and its examples as YAML."""

    title: str
    text: str
    sections: dict[str, str]

    @property
    def failing(self) -> list[str]:
        """The examples under "Fails"."""
        return _YAML.findall(self.sections.get("Fails", ""))

    @property
    def passing(self) -> list[str]:
        """The examples under "Passes"."""
        return _YAML.findall(self.sections.get("Passes", ""))

    @property
    def script(self) -> str:
        """What is tried on a stage, under "On a stage"; empty where the page has none."""
        return "".join(_SCRIPT.findall(self.sections.get(ON_A_STAGE, "")))


def read_page(file: Path) -> Page:
    """Read a page. Raises OSError where there is none."""
    text = file.read_text(encoding="utf-8")
    title, *rest = _HEADING.split(text)
    sections = dict(zip(rest[::2], (part.strip() + "\n" for part in rest[1::2]), strict=True))
    return Page(title.strip().removeprefix("# "), text, sections)


def whole_template(example: str, base: str) -> str:
    """The example set into the base template, line by line, so that comments and places survive."""
    shown, resources = _blocks(example), _blocks(_section(base, "Resources"))
    sections = {name: block for name, block in _sections(base).items() if name != "Resources"}
    if "Resources:" in example:
        inner = _sections(example)
        shown = _blocks(inner.pop("Resources"))
        sections |= inner
    merged = {name: block for name, block in (resources | shown).items() if not _is_null(block)}
    return "".join(sections.values()) + "Resources:\n" + "".join(merged.values())


def _is_null(block: str) -> bool:
    return bool(re.fullmatch(r"\s*\w+:\s*(null|~)\s*(#.*)?\n", block))


def _sections(text: str) -> dict[str, str]:
    """The top-level entries of a template, each with all its lines."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if re.match(r"[A-Za-z]", line):
            name = line.partition(":")[0]
        found[name] = found.get(name, "") + line
    return found


def _section(text: str, name: str) -> str:
    return _sections(text)[name]


def _blocks(section: str) -> dict[str, str]:
    """The entries one level down, each with all its lines; what stands before the first is dropped."""
    found: dict[str, str] = {}
    name = ""
    for line in section.splitlines(keepends=True):
        if re.match(r"  [A-Za-z]", line):
            name = line.strip().partition(":")[0]
        if name:
            found[name] = found.get(name, "") + line
    return found
