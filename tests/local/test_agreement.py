"""The checks and the local stage agree: what a check's page says of its examples is what comes of them on a stage."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
from wsconform.template.worlds import AS_GIVEN
from wsconform.wiring.reader import read_stack, read_wiring

REGISTRY = load_static()
BASE = (builtin_folder() / "example.yaml").read_text()
WELCOME = Connect(
    None,
    signed=True,
    headers=(("x-chat-token", "sesame"), ("x-api-key", "a-key-for-the-chat-only")),
    query=(("room", "5"),),
)
"""A client that brings all that any sound example asks for."""


@dataclass(frozen=True)
class Example:
    """An example of a check's page, as a whole template. `heading` is "fails" or "passes", `number` counts from 1."""

    check: Check
    heading: str
    number: int
    template: str
    script: str

    def __str__(self) -> str:
        return f"{self.check.name}-{self.heading}-{self.number}"


def examples() -> Iterator[Example]:
    """All examples of all pages."""
    for check in REGISTRY:
        page = read_page(check.page)
        for heading, shown in (("fails", page.failing), ("passes", page.passing)):
            for number, example in enumerate(shown, 1):
                yield Example(check, heading, number, whole_template(example, BASE), page.script)


def different(every: Iterable[Example]) -> Iterator[Example]:
    """Of the sound examples that are alike, and of which no script has more to show, one; and all others."""
    known = set()
    for one in every:
        is_plain = one.heading == "passes" and not one.script
        if not is_plain or one.template not in known:
            yield one
        if is_plain:
            known.add(one.template)


def scenes(example: Example, file: Path) -> list[Scene]:
    """What is to be played on an example: what the page says, and without that, what the check's effect comes to."""
    check, heading, number = example.check, example.heading, example.number
    if example.script:
        return [scene for scene in read_script(example.script) if scene.is_of(heading, number)]
    stack = read_stack(read(file))
    given = read_wiring(stack.in_world(AS_GIVEN))
    found = [one for one in examine(stack, [check], only=given).findings if one.effect is Effect.REFUSED]
    if not found:
        return [Scene(heading, number, steps=(WELCOME,))]
    # A check quotes what is written, and the stage what the account has in its place.
    words = [one.message.partition('"')[0] for one in found]
    if check.name not in LASTING and any(one.severity is Severity.ERROR for one in found):
        told = [Told(f"{one.span}: {begin}") for one, begin in zip(found, words, strict=True)]
        return [Scene(heading, number, steps=(Start(refused=True), *told))]
    return [Scene(heading, number, steps=tuple(map(Told, words)))]


@pytest.mark.parametrize("example", list(different(examples())), ids=str)
def test_an_example_does_what_its_page_says(example: Example, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if "nodejs" in example.template:
        request.getfixturevalue("node")
    file = tmp_path / "template.yaml"
    file.write_text(example.template, encoding="utf-8")
    played = scenes(example, file)
    assert played, f'no scene of the page is of "{example.heading} {example.number}"'
    for scene in played:
        play(scene, file)
