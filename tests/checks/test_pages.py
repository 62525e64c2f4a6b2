"""Every check's page: the broken example fails its check and no other, at the marked line; the sound one passes all."""

from pathlib import Path

import pytest

from wsconform.check.examine import examine
from wsconform.check.finding import Effect, Finding, Severity
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import HEADINGS, MARK, ON_A_STAGE, read_page, whole_template
from wsconform.check.registry import Check
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

REGISTRY = load_static()
BASE = (builtin_folder() / "example.yaml").read_text()


def examples(heading: str) -> list[object]:
    return [
        pytest.param(check, example, id=f"{check.name}-{number}")
        for check in REGISTRY
        for number, example in enumerate(getattr(read_page(check.page), heading))
    ]


def findings(example: str, folder: Path) -> list[Finding]:
    template = whole_template(example, BASE)
    stack = read_stack(parse(template.encode(), str(folder / "template.yaml")))
    return [one for one in examine(stack, REGISTRY).findings if one.severity > Severity.NOTE]


def test_the_base_template_is_sound(tmp_path: Path) -> None:
    assert findings("Resources:\n", tmp_path) == []


@pytest.mark.parametrize("check", [pytest.param(check, id=check.name) for check in REGISTRY])
def test_a_page_has_every_heading_and_both_examples(check: Check) -> None:
    page = read_page(check.page)
    assert page.title == check.name
    shown = [*HEADINGS[:-1], *([ON_A_STAGE] if check.effect is Effect.MISBEHAVES else []), HEADINGS[-1]]
    assert list(page.sections) == shown
    assert bool(page.script) == (check.effect is Effect.MISBEHAVES)
    assert page.failing
    assert page.passing
    assert check.source in page.sections["Source"]


@pytest.mark.parametrize(("check", "example"), examples("failing"))
def test_a_broken_example_fails_its_check_alone_at_the_mark(check: Check, example: str, tmp_path: Path) -> None:
    template = whole_template(example, BASE)
    stack = read_stack(parse(template.encode(), str(tmp_path / "template.yaml")))
    found = list(examine(stack, REGISTRY).findings)
    mine = [one for one in found if one.check == check.name]
    others = [one for one in found if one.check != check.name and one.severity > Severity.NOTE]
    marked = [number for number, line in enumerate(template.splitlines(), 1) if MARK in line]
    assert [one.span.line for one in mine] == marked
    assert marked
    assert others == []


@pytest.mark.parametrize(("check", "example"), examples("passing"))
def test_a_sound_example_passes(check: Check, example: str, tmp_path: Path) -> None:
    stack = read_stack(parse(whole_template(example, BASE).encode(), str(tmp_path / "template.yaml")))
    found = list(examine(stack, REGISTRY).findings)
    assert [one for one in found if one.severity > Severity.NOTE or one.check == check.name] == []
