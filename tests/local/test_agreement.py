"""The checks and the local stage agree: what a check's page says of its examples is what comes of them on a stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stage_play import play
from stage_script import Connect, Scene, Start, Told, read_script

from wsconform.check.examine import examine
from wsconform.check.finding import Effect, Severity
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import read_page, whole_template
from wsconform.check.registry import Check
from wsconform.local.deployed.deploy import LASTING
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

REGISTRY = load_static()
BASE = (builtin_folder() / "example.yaml").read_text()
WELCOME = Connect(
    None,
    signed=True,
    headers=(("x-chat-token", "sesame"), ("x-api-key", "a-key-for-the-chat-only")),
    query=(("room", "5"),),
)
"""A client that brings all that any sound example asks for."""


def examples(check: Check) -> Iterator[tuple[str, int, str]]:
    """The examples of a check's page, as whole templates, each with its heading and number."""
    page = read_page(check.page)
    for heading, shown in (("fails", page.failing), ("passes", page.passing)):
        for number, example in enumerate(shown, 1):
            yield heading, number, whole_template(example, BASE)


def every_example() -> Iterator[object]:
    """All examples; of those that are alike and have nothing of their own to show, one."""
    known = set()
    for check in REGISTRY:
        has_script = bool(read_page(check.page).script)
        for heading, number, template in examples(check):
            if has_script or heading == "fails" or template not in known:
                yield pytest.param(check, heading, number, template, id=f"{check.name}-{heading}-{number}")
            if not has_script and heading == "passes":
                known.add(template)


def scenes(check: Check, heading: str, number: int, file: Path) -> list[Scene]:
    """What is to be played on an example: what the page says, and without that, what the check's effect comes to."""
    script = read_page(check.page).script
    if script:
        return [scene for scene in read_script(script) if scene.is_of(heading, number)]
    stack = read_stack(read(file))
    default = stack.in_world(stack.worlds[0])
    found = [one for one in examine(stack, [check], only=default).findings if one.effect is Effect.REFUSED]
    if not found:
        return [Scene(heading, number, steps=(WELCOME,))]
    is_certain = check.name not in LASTING and any(one.severity is Severity.ERROR for one in found)
    # A check quotes what is written, and the stage what the account has in its place.
    words = [one.message.partition('"')[0] for one in found]
    if is_certain:
        told = [Told(f"{one.span}: {begin}") for one, begin in zip(found, words, strict=True)]
        return [Scene(heading, number, steps=(Start(refused=True), *told))]
    return [Scene(heading, number, steps=tuple(map(Told, words)))]


@pytest.mark.parametrize(("check", "heading", "number", "template"), list(every_example()))
def test_an_example_does_what_its_page_says(
    check: Check, heading: str, number: int, template: str, tmp_path: Path
) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(template, encoding="utf-8")
    played = scenes(check, heading, number, file)
    assert played, f'no scene of the page is of "{heading} {number}"'
    for scene in played:
        play(scene, file)
