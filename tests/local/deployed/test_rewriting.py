"""Another way of writing a template deploys the same."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
from pathlib import Path

import cfn_flip
import pytest
from deploying import BASE, deployed, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nesting import splits
from rewriter import rewritings

from wsconform.local.deployed.errors import DeployError
from wsconform.local.deployed.model import Deployment
from wsconform.template.errors import TemplateError

SAMPLE = Path(__file__).parents[3] / "sample_stack"
ARTICLE = SAMPLE / "article" / "template.yaml"
UNLIKE = frozenset({"place", "credentials", "caller", "may_manage", "may_invoke", "remarks"})
"""What tells a deployment from another that is made of the same: where things stand, and what is made at random."""


def likeness(deployment: Deployment) -> object:
    """A deployment without what differs from one to the next, and what each function may do."""
    caller_of = {one.credentials.arn: label for label, one in deployment.functions.items()}
    allowed = {
        (api.label, label, stage, method): api.may_manage(arn, api.arn(f"{stage}/{method}/@connections/x")) is None
        for api in deployment.apis.values()
        for arn, label in caller_of.items()
        for stage in api.stages
        for method in ("POST", "GET", "DELETE")
    }
    return plain(deployment), allowed


def plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (one.name for one in dataclasses.fields(value) if one.name not in UNLIKE)
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in sorted(value.items())}
    return value


PLAIN = {
    "sample": json.loads(cfn_flip.to_json((SAMPLE / "template.yaml").read_text())),
    "article": json.loads(cfn_flip.to_json(ARTICLE.read_text())),
    "example": json.loads(cfn_flip.to_json(BASE)),
}
FILES = {"sample": SAMPLE / "template.yaml", "article": ARTICLE, "example": SAMPLE / "template.yaml"}
EXAMPLES = 10 if settings().max_examples == 100 else settings().max_examples


@pytest.mark.parametrize("name", list(PLAIN))
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=EXAMPLES)
def test_another_way_of_writing_deploys_the_same(name: str, data: st.DataObject) -> None:
    file = FILES[name]
    original = likeness(deployed(json.dumps(PLAIN[name]), file=file))
    rewritten = data.draw(rewritings(PLAIN[name]))
    assert likeness(deployed(rewritten, file=file)) == original


@pytest.mark.parametrize("name", ["sample", "example"])
@given(data=st.data())
@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    max_examples=EXAMPLES,
)
def test_resources_may_lie_in_a_nested_stack(name: str, data: st.DataObject, tmp_path: Path) -> None:
    outer, inner = data.draw(splits(PLAIN[name], "inner.json"))
    (tmp_path / "inner.json").write_text(json.dumps(inner))
    nested = deployed(json.dumps(outer), file=tmp_path / "outer.json")
    assert snapshot(nested).routes.keys() == snapshot(deployed(json.dumps(PLAIN[name]))).routes.keys()


VALUES = st.sampled_from(
    [
        None,
        "",
        "x",
        7,
        True,
        [],
        {},
        ["a", {"b": 1}],
        {"Ref": "Nobody"},
        {"Ref": "AWS::NoValue"},
        {"Ref": "AWS::StackName"},
        {"Fn::GetAtt": ["ChatFunction", "Arn"]},
        {"Fn::GetAtt": ["ChatApi", "Colour"]},
        {"Fn::ImportValue": "x"},
        {"Fn::Select": [5, ["a"]]},
        {"Fn::If": ["Nothing", 1, 2]},
        "{{resolve:ssm:/x}}",
        "${stageVariables.x}",
    ]
)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=4 * EXAMPLES)
def test_whatever_stands_in_a_template_it_is_deployed_or_refused(data: st.DataObject) -> None:
    template = json.loads(json.dumps(PLAIN["example"]))
    for _ in range(data.draw(st.integers(1, 3))):
        here = template["Resources"][data.draw(st.sampled_from(sorted(template["Resources"])))]
        key: int | str = "Properties"
        while data.draw(st.integers(0, 3)) and isinstance(here[key], dict | list) and here[key]:
            here = here[key]
            key = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        here[key] = copy.deepcopy(data.draw(VALUES))
    with contextlib.suppress(DeployError, TemplateError):
        likeness(deployed(json.dumps(template)))
