"""A template that is written another way gets the same findings; anything else that is given ends in a message."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import cfn_flip
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rewriter import rewritings

from wsconform.check.examine import examine
from wsconform.check.finding import Severity
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
EXAMPLES = 25 if settings().max_examples == DEFAULT else settings().max_examples
"""Each example takes a tenth of a second, so an ordinary run has fewer than elsewhere."""
Said = Counter[tuple[str, str | None, Severity, tuple[str, ...]]]


def findings(text: str, beside: Path) -> Said:
    """What is found in a template, read as if it lay where the original does."""
    stack = read_stack(parse(text.encode(), str(beside)))
    return Counter((one.check, one.resource, one.severity, one.worlds) for one in examine(stack, REGISTRY).findings)


@pytest.mark.parametrize("name", list(TEMPLATES))
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=EXAMPLES)
def test_another_way_of_writing_changes_no_finding(name: str, data: st.DataObject) -> None:
    original = findings(TEMPLATES[name].read_text(), TEMPLATES[name])
    rewritten = data.draw(rewritings(PLAIN[name]))
    assert findings(rewritten, TEMPLATES[name]) == original


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


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=EXAMPLES)
def test_values_of_any_shape_in_any_place_break_no_check(data: st.DataObject) -> None:
    template = json.loads(json.dumps(PLAIN["sample"]))
    for _ in range(data.draw(st.integers(1, 3))):
        resource = template["Resources"][data.draw(st.sampled_from(sorted(template["Resources"])))]
        if data.draw(st.integers(0, 4)) == 0:
            resource[data.draw(st.sampled_from(["Properties", "DependsOn", "Condition", "Metadata"]))] = data.draw(
                VALUES
            )
        elif isinstance(resource.get("Properties"), dict) and resource["Properties"]:
            resource["Properties"][data.draw(st.sampled_from(sorted(resource["Properties"])))] = data.draw(VALUES)
    _is_read_or_refused(json.dumps(template).encode())
