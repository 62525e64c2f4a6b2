"""Rewrites a template so that it means the same: intrinsics, order, notation, conditions that always hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml
from cfn_tools import dump_yaml
from cfn_tools.odict import ODict
from hypothesis import strategies as st

Json = Any
ALWAYS = {
    "Always": {"Fn::Equals": ["a", "a"]},
    "Never": {"Fn::Not": [{"Condition": "Always"}]},
    "AlwaysByChoice": {"Fn::Or": [{"Fn::Equals": [{"Ref": "RewriteMode"}, "one"]}, {"Condition": "Always"}]},
    "AlwaysByDefault": {"Fn::Equals": [{"Ref": "RewriteOnly"}, "only"]},
}
TRUE = ("Always", "AlwaysByChoice", "AlwaysByDefault")
PARAMETERS = {
    "RewriteMode": {"Type": "String", "Default": "one", "AllowedValues": ["one", "two"]},
    "RewriteOnly": {"Type": "String", "Default": "only", "AllowedValues": ["only"]},
}
UNTOUCHED = frozenset({"Type", "Condition", "DependsOn", "Ref", "Metadata", "InlineCode", "Handler", "Runtime"})
"""Keys whose values CloudFormation takes only as they are written, or that name files beside the template."""
ORDERLESS = frozenset({"DependsOn"})


def rewritings(template: dict[str, Json]) -> st.SearchStrategy[str]:
    """Texts of templates that mean the same as `template`."""

    @st.composite
    def rewriting(draw: st.DrawFn) -> str:
        rewriter = Rewriter(draw, template)
        return rewriter.write(rewriter.template())

    return rewriting()


class Rewriter:
    """One rewriting, its choices drawn by Hypothesis."""

    def __init__(self, draw: st.DrawFn, template: dict[str, Json]) -> None:
        self._draw = draw
        self._template = template
        self._mappings: dict[str, Json] = {}
        self._parameters = dict(template.get("Parameters", {}))
        self._shared: dict[str, Json] = {}

    def _chance(self, one_in: int) -> bool:
        return self._draw(st.integers(0, one_in - 1)) == 0

    def _shuffled(self, mapping: dict[str, Json]) -> dict[str, Json]:
        return {key: mapping[key] for key in self._draw(st.permutations(sorted(mapping)))}

    def template(self) -> dict[str, Json]:
        """The rewritten template."""
        resources = {name: self._resource(node) for name, node in self._template["Resources"].items()}
        whole = {key: value for key, value in self._template.items() if key not in ("Resources", "Parameters")}
        whole["Conditions"] = {**self._template.get("Conditions", {}), **ALWAYS}
        whole["Parameters"] = {**self._parameters, **PARAMETERS}
        if self._mappings:
            whole["Mappings"] = self._mappings
        whole["Resources"] = self._shuffled(resources)
        return self._shuffled(whole)

    def _resource(self, node: dict[str, Json]) -> dict[str, Json]:
        rewritten = {
            key: self._entry(key, value) if key == "Properties" else self._plain(key, value)
            for key, value in node.items()
        }
        if "Condition" not in rewritten and self._chance(6):
            rewritten["Condition"] = self._draw(st.sampled_from(TRUE))
        return self._shuffled(rewritten)

    def _plain(self, key: str, value: Json) -> Json:
        if key in ORDERLESS:
            waits = list(self._draw(st.permutations([value] if isinstance(value, str) else value)))
            return waits[0] if len(waits) == 1 and self._chance(2) else waits
        return value

    def _entry(self, key: str, value: Json) -> Json:
        if isinstance(value, dict):
            if len(value) == 1 and next(iter(value)) in _FORMS:
                return self._wrapped(self._intrinsic(value))
            inner = {
                name: self._plain(name, one) if name in UNTOUCHED else self._entry(name, one)
                for name, one in value.items()
            }
            return self._shuffled(inner)
        if isinstance(value, list):
            return [self._entry(key, item) for item in value]
        return self._literal(value)

    def _literal(self, value: Json) -> Json:
        if not isinstance(value, str) or not value:
            return value
        way = self._draw(st.integers(0, 11))
        if way == 0:
            return self._wrapped(value)
        if way == 1:
            name = f"Rewritten{len(self._parameters)}"
            self._parameters[name] = {"Type": "String", "Default": value}
            return {"Ref": name}
        if way == 2:
            self._mappings.setdefault("Rewritten", {}).setdefault("Values", {})
            entries = self._mappings["Rewritten"]["Values"]
            entries[f"v{len(entries)}"] = value
            return {"Fn::FindInMap": ["Rewritten", "Values", f"v{len(entries) - 1}"]}
        if way == 3:
            cut = self._draw(st.integers(0, len(value)))
            return {"Fn::Join": ["", [value[:cut], value[cut:]]]}
        if way == 4:
            return {"Fn::Select": ["1", ["other", value]]}
        return value

    def _wrapped(self, value: Json) -> Json:
        """The value, or one that comes to it under a condition that always holds."""
        if not self._chance(5):
            return value
        if self._chance(2):
            return {"Fn::If": [self._draw(st.sampled_from(TRUE)), value, "never this"]}
        return {"Fn::If": ["Never", {"Ref": "AWS::NoValue"}, value]}

    def _intrinsic(self, value: dict[str, Json]) -> Json:
        (name, argument) = next(iter(value.items()))
        form = self._draw(st.sampled_from(_FORMS[name]))
        return form(argument, self._draw)

    def write(self, template: dict[str, Json]) -> str:
        """The template as JSON, as YAML with long or short intrinsics, aliases or comments, and either line end."""
        text = self._notation(template)
        if self._chance(4):
            text = text.replace("\n", "\r\n")
        return text

    def _notation(self, template: dict[str, Json]) -> str:
        way = self._draw(st.sampled_from(("json", "long", "short", "aliases", "commented")))
        if way == "commented":
            return "# what follows means the same\n---\n" + str(yaml.dump(template, Dumper=_NoAliases))
        if way == "json":
            return json.dumps(template, indent=self._draw(st.sampled_from((None, 1, 2))))
        if way == "short":
            return str(dump_yaml_short(template))
        if way == "aliases":
            return str(yaml.safe_dump(self._sharing(template), sort_keys=False))
        return str(yaml.dump(template, sort_keys=False, Dumper=_NoAliases))

    def _sharing(self, value: Json) -> Json:
        """Equal maps and lists as one object, which YAML writes as an anchor and aliases."""
        if isinstance(value, dict):
            value = {key: self._sharing(entry) for key, entry in value.items()}
        elif isinstance(value, list):
            value = [self._sharing(item) for item in value]
        else:
            return value
        return self._shared.setdefault(json.dumps(value), value)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (the interface of PyYAML)
        return True


def dump_yaml_short(template: dict[str, Json]) -> str:
    """YAML with `!Ref` and its like, as cfn-flip writes it."""
    return str(dump_yaml(_ordered(template)))


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        return ODict((key, _ordered(entry)) for key, entry in value.items())
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


Form = Callable[[Json, st.DrawFn], Json]


def _ref_forms() -> list[Form]:
    return [
        lambda name, _: {"Ref": name},
        lambda name, _: {"Fn::Sub": f"${{{name}}}"},
        lambda name, _: {"Fn::Join": ["", [{"Ref": name}]]},
        lambda name, _: {"Fn::Sub": ["${Thing}", {"Thing": {"Ref": name}}]},
    ]


def _get_att_forms() -> list[Form]:
    def names(argument: Json) -> tuple[str, str]:
        if isinstance(argument, str):
            resource, _, attribute = argument.partition(".")
            return resource, attribute
        return argument[0], argument[1]

    return [
        lambda argument, _: {"Fn::GetAtt": list(names(argument))},
        lambda argument, _: {"Fn::GetAtt": ".".join(names(argument))},
        lambda argument, _: {"Fn::Sub": "${" + ".".join(names(argument)) + "}"},
    ]


def _sub_as_join(argument: Json, _draw: st.DrawFn) -> Json:
    """`!Sub` as `!Join` of its stretches."""
    if not isinstance(argument, str) or "${!" in argument:
        return {"Fn::Sub": argument}
    pieces: list[Json] = []
    rest = argument
    while "${" in rest:
        before, _, rest = rest.partition("${")
        name, _, rest = rest.partition("}")
        resource, _, attribute = name.partition(".")
        pieces += [before, {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": name}]
    return {"Fn::Join": ["", [piece for piece in (*pieces, rest) if piece]]}


def _sub_with_variables(argument: Json, draw: st.DrawFn) -> Json:
    """`!Sub` with one of its names handed in as a variable."""
    if not isinstance(argument, str) or "${" not in argument or "${!" in argument:
        return {"Fn::Sub": argument}
    names = [piece.partition("}")[0] for piece in argument.split("${")[1:]]
    name = draw(st.sampled_from(names))
    resource, _, attribute = name.partition(".")
    value = {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": name}
    return {"Fn::Sub": [argument.replace(f"${{{name}}}", "${Variable}"), {"Variable": value}]}


_FORMS: dict[str, list[Form]] = {
    "Ref": _ref_forms(),
    "Fn::GetAtt": _get_att_forms(),
    "Fn::Sub": [lambda argument, _: {"Fn::Sub": argument}, _sub_as_join, _sub_with_variables],
    "Fn::Join": [lambda argument, _: {"Fn::Join": argument}],
}
