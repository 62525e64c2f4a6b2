"""A template that is written another way gets the same findings; anything else that is given ends in a message."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cfn_flip
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nesting import splits
from rewriter import rewritings

from wsconform.check.examine import examine
from wsconform.check.finding import Outcome, Severity
from wsconform.check.packs import load_static
from wsconform.template.errors import TemplateError
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

REGISTRY = load_static()
SAMPLE = Path(__file__).parents[2] / "sample_stack"
TEMPLATES = {
    "sample": SAMPLE / "template.yaml",
    "article": SAMPLE / "article" / "template.yaml",
    "example": Path(__file__).parents[2] / "checks" / "example.yaml",
    "native": Path(__file__).parent / "native.yaml",
    "faulty": Path(__file__).parent / "faulty.yaml",
}
PLAIN: dict[str, dict[str, Any]] = {
    name: json.loads(cfn_flip.to_json(path.read_text())) for name, path in TEMPLATES.items()
}
DEFAULT = 100
EXAMPLES = 15 if settings().max_examples == DEFAULT else settings().max_examples
"""Each example takes a tenth of a second, so an ordinary run has fewer than elsewhere."""
Said = Counter[tuple[str, str | None, Severity | Outcome, tuple[str, ...]]]


def said_of(text: str, beside: Path) -> Said:
    """All findings in a template, read as if it lay where the original does, and what every check came to."""
    examination = examine(read_stack(parse(text.encode(), str(beside))), REGISTRY)
    said: Said = Counter((one.check, one.resource, one.severity, one.worlds) for one in examination.findings)
    said.update((one.check, one.api.rpartition("/")[2], one.outcome, ()) for one in examination.verdicts)
    return said


@pytest.mark.parametrize("name", list(TEMPLATES))
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=EXAMPLES)
def test_another_way_of_writing_changes_no_finding(name: str, data: st.DataObject) -> None:
    original = said_of(TEMPLATES[name].read_text(), TEMPLATES[name])
    rewritten = data.draw(rewritings(PLAIN[name]))
    assert said_of(rewritten, TEMPLATES[name]) == original


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample stack, beside which nested templates can be written."""
    copy = tmp_path_factory.mktemp("nested") / "sample"
    shutil.copytree(SAMPLE, copy)
    return copy


@pytest.mark.parametrize("name", ["sample", "example", "native"])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=EXAMPLES)
def test_a_nested_stack_for_some_of_the_resources_changes_no_finding(
    name: str, folder: Path, data: st.DataObject
) -> None:
    original = said_of(TEMPLATES[name].read_text(), TEMPLATES[name])
    parent, child = data.draw(splits(PLAIN[name], "nested.yaml"))
    (folder / "nested.yaml").write_text(data.draw(rewritings(child)), encoding="utf-8", newline="")
    assert said_of(data.draw(rewritings(parent)), folder / "template.yaml") == original


def _is_read_or_refused(text: bytes) -> None:
    """What is no template ends in a message; what is one is examined without a check that breaks."""
    try:
        source = parse(text, "template.yaml")
    except TemplateError:
        return
    broken = [one for one in examine(read_stack(source), REGISTRY).findings if "the check itself broke" in one.message]
    assert broken == []


@given(st.binary(max_size=400))
@settings(max_examples=EXAMPLES)
def test_any_bytes_end_in_findings_or_a_message(text: bytes) -> None:
    _is_read_or_refused(text)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 40_000),
        st.text("ab$/.*{}:", max_size=8),
        st.sampled_from(["$connect", "AWS_PROXY", "CUSTOM", "integrations/x", "arn:aws:lambda:us-east-1:1:function:x"]),
        st.sampled_from(["MyWebSocketApi", "Nothing", "AWS::NoValue"]).map(lambda name: {"Ref": name}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Fn::Join", "Statement", "Condition", "a"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


def maps(value: object) -> Iterator[dict[str, object]]:
    """Every map in a value, itself included."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from maps(inner)


@pytest.mark.parametrize("name", ["sample", "native", "faulty"])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES)
def test_values_of_any_shape_in_any_place_break_no_check(name: str, data: st.DataObject) -> None:
    template = json.loads(json.dumps(PLAIN[name]))
    for _ in range(data.draw(st.integers(1, 3))):
        here = data.draw(st.sampled_from(list(maps(template["Resources"]))))
        keys = [*sorted(here), "Properties", "DependsOn", "Condition", "Metadata", "Fn::ForEach::Loop"]
        here[data.draw(st.sampled_from(keys))] = data.draw(VALUES)
    _is_read_or_refused(json.dumps(template).encode())


@pytest.mark.parametrize("name", ["sample", "native", "faulty"])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES)
def test_a_slip_of_the_editor_ends_in_findings_or_a_message(name: str, data: st.DataObject) -> None:
    lines = TEMPLATES[name].read_text().splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        slip = data.draw(st.sampled_from(["drop", "twice", "indent", "outdent", "move", "cut", "insert"]))
        line = lines[at]
        if slip == "insert":
            place = data.draw(st.integers(0, len(line)))
            lines[at] = line[:place] + data.draw(st.text("!&*{}[]:,#|>@`%-\"' \tRef", max_size=3)) + line[place:]
        elif slip == "cut":
            lines[at] = line[: data.draw(st.integers(0, len(line)))] + "\n"
        else:
            lines[at : at + 1] = {
                "drop": [],
                "twice": [line, line],
                "indent": ["  " + line],
                "outdent": [line.removeprefix("  ")],
                "move": [],
            }[slip] or [""]
            if slip == "move":
                lines.insert(data.draw(st.integers(0, len(lines) - 1)), line)
    _is_read_or_refused("".join(lines).encode())
