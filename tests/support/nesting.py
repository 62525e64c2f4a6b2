"""Moves some resources of a template into a nested stack, so that both together mean the same as before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

Json = Any
NESTED = "Nested"
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


@st.composite
def splits(draw: st.DrawFn, template: dict[str, Json], file: str) -> tuple[dict[str, Json], dict[str, Json]]:
    """The template without some resources, and that of a nested stack with these, which lies in `file`."""
    names = sorted(template["Resources"])
    moved = draw(st.sets(st.sampled_from(names), min_size=1, max_size=len(names)))
    assume(not _is_circular(template["Resources"], moved))
    return _split(template, moved, file)


def _split(template: dict[str, Json], moved: set[str], file: str) -> tuple[dict[str, Json], dict[str, Json]]:
    resources = template["Resources"]
    passed: dict[str, Json] = {name: {"Ref": name} for name in template.get("Parameters", {})}
    outputs: dict[str, Json] = {}
    waits: list[str] = []

    def from_child(name: str) -> Json:
        resource, _, attribute = name.partition(".")
        if resource in moved or resource not in resources:
            return None
        passed[_plain(name)] = {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": resource}
        return {"Ref": _plain(name)}

    def from_parent(name: str) -> Json:
        resource, _, attribute = name.partition(".")
        if resource not in moved:
            return None
        outputs[_plain(name)] = {"Value": {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": resource}}
        return {"Fn::GetAtt": [NESTED, f"Outputs.{_plain(name)}"]}

    inner: dict[str, Json] = {}
    for name in moved:
        inner[name] = _renamed(resources[name], from_child)
        depends = depends_on(resources[name])
        waits += [other for other in depends if other not in moved]
        _set_depends_on(inner[name], [other for other in depends if other in moved])
    outer: dict[str, Json] = {}
    for name, node in resources.items():
        if name not in moved:
            outer[name] = _renamed(node, from_parent)
            _set_depends_on(outer[name], [NESTED if other in moved else other for other in depends_on(node)])
    stack: dict[str, Json] = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": file, "Parameters": passed},
    }
    _set_depends_on(stack, waits)
    own = {name: {"Type": "String"} for name in passed if name not in template.get("Parameters", {})}
    child = {
        **template,
        "Parameters": {**template.get("Parameters", {}), **own},
        "Resources": inner,
        "Outputs": outputs,
    }
    parent = {**template, "Resources": {**outer, NESTED: stack}}
    if "Outputs" in template:
        parent["Outputs"] = _renamed(template["Outputs"], from_parent)
        child["Outputs"] = outputs
    return parent, {key: value for key, value in child.items() if value or key == "Resources"}


def _plain(name: str) -> str:
    return "Of" + name.replace(".", "")


def depends_on(node: dict[str, Json]) -> list[str]:
    """What a resource waits for by name."""
    written = node.get("DependsOn", [])
    return [written] if isinstance(written, str) else list(written)


def _set_depends_on(node: dict[str, Json], names: list[str]) -> None:
    node.pop("DependsOn", None)
    if names:
        node["DependsOn"] = list(dict.fromkeys(names))


def _renamed(value: Json, rename: Callable[[str], Json]) -> Json:
    """A value whose references are replaced where `rename` gives something for them."""
    if isinstance(value, list):
        return [_renamed(item, rename) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return rename(value["Ref"]) or value
    if set(value) == {"Fn::GetAtt"}:
        written = value["Fn::GetAtt"]
        return rename(written if isinstance(written, str) else ".".join(written)) or value
    if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        return {"Fn::Sub": _VARIABLE.sub(lambda found: _variable(found, rename), value["Fn::Sub"])}
    return {key: _renamed(entry, rename) for key, entry in value.items()}


def _variable(found: re.Match[str], rename: Callable[[str], Json]) -> str:
    instead = rename(found[1])
    if instead is None:
        return found[0]
    return f"${{{instead['Ref']}}}" if "Ref" in instead else f"${{{'.'.join(instead['Fn::GetAtt'])}}}"


def _mentioned(value: Json) -> Iterator[str]:
    found: list[str] = []
    _renamed(value, lambda name: found.append(name.partition(".")[0]))
    yield from found


def _is_circular(resources: dict[str, Json], moved: set[str]) -> bool:
    """Whether the nested stack would wait for something that waits for it."""
    before = {name: {*_mentioned(node), *depends_on(node)} & resources.keys() for name, node in resources.items()}
    pending = [other for name in moved for other in before[name] if other not in moved]
    seen: set[str] = set()
    while pending:
        here = pending.pop()
        if here in moved:
            return True
        if here not in seen:
            seen.add(here)
            pending += before[here]
    return False
