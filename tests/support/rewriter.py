"""Rewrites a template so that it means the same: values in other words, order, loops, conditions that always hold."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from notation import written
from respelling import ALWAYS, INTRINSICS, NO_VALUE, TRUE, Respelling

Json = Any
UNTOUCHED = frozenset({"Type", "Condition", "DependsOn", "Ref", "Metadata", "TemplateURL"})
"""Keys whose values CloudFormation takes only as they are written, or that name a file only if they are spelt out."""
ONLY_SPELT_OUT = frozenset({"AuthType"})
"""Properties that SAM takes only spelt out. Nor does it take any that it does not know, or other things for a list."""


@st.composite
def rewritings(draw: st.DrawFn, template: dict[str, Json]) -> str:
    """Texts of templates that mean the same as `template`."""
    return written(draw, Rewriter(draw).template(template))


def is_function(value: dict[str, Json]) -> bool:
    """Whether a map is an intrinsic function."""
    name = next(iter(value), "")
    return len(value) == 1 and (name == "Ref" or name.startswith("Fn::"))


class Rewriter:
    """One rewriting, its choices drawn by Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._words = Respelling(draw)
        self._loops = 0
        self._of_sam = False

    def _chance(self, one_in: int) -> bool:
        return self._draw(st.integers(0, one_in - 1)) == 0

    def _shuffled(self, mapping: dict[str, Json]) -> dict[str, Json]:
        return {key: mapping[key] for key in self._draw(st.permutations(sorted(mapping)))}

    def template(self, template: dict[str, Json]) -> dict[str, Json]:
        """The rewritten template."""
        resources = {name: self._resource(node) for name, node in template["Resources"].items()}
        resources = self._looped(self._shuffled(resources))
        whole = dict(template)
        whole["Conditions"] = {**template.get("Conditions", {}), **ALWAYS}
        whole["Parameters"] = {**template.get("Parameters", {}), **self._words.parameters}
        if self._words.mappings:
            whole["Mappings"] = {**template.get("Mappings", {}), **self._words.mappings}
        if self._loops:
            transforms = template.get("Transform", [])
            named = transforms if isinstance(transforms, list) else [transforms]
            whole["Transform"] = ["AWS::LanguageExtensions", *named]
        whole["Resources"] = resources
        return self._shuffled(whole)

    def _resource(self, node: dict[str, Json]) -> dict[str, Json]:
        self._of_sam = node["Type"].startswith("AWS::Serverless::")
        rewritten = {
            key: self._map(value) if key == "Properties" else self._as_written(key, value)
            for key, value in node.items()
        }
        if "Condition" not in rewritten and node["Type"] != "AWS::Serverless::WebSocketApi" and self._chance(6):
            rewritten["Condition"] = self._draw(st.sampled_from(TRUE))
        return self._shuffled(rewritten)

    def _as_written(self, key: str, value: Json) -> Json:
        if key != "DependsOn":
            return value
        waits = list(self._draw(st.permutations([value] if isinstance(value, str) else value)))
        return waits[0] if len(waits) == 1 and self._chance(2) else waits

    def _entry(self, value: Json) -> Json:
        if isinstance(value, dict):
            return self._function(value) if is_function(value) else self._map(value)
        if isinstance(value, list):
            items = [self._entry(item) for item in value]
            return items if self._of_sam else self._words.list(items)
        if isinstance(value, str):
            return self._words.text(value)
        return value if value is None else self._words.number(value)

    def _function(self, value: dict[str, Json]) -> Json:
        ((name, argument),) = value.items()
        if name == "Fn::If":
            return {name: [argument[0], *map(self._entry, argument[1:])]}
        return self._words.intrinsic(name, argument) if name in INTRINSICS and value != NO_VALUE else value

    def _map(self, value: dict[str, Json]) -> dict[str, Json]:
        inner = {
            name: self._as_written(name, one) if self._is_untouched(name) else self._entry(one)
            for name, one in value.items()
        }
        if not self._of_sam and self._chance(8):
            inner["RewrittenNothing"] = self._draw(st.sampled_from([NO_VALUE, {"Fn::If": ["Never", "x", NO_VALUE]}]))
        return self._looped(self._shuffled(inner), one_in=12)

    def _is_untouched(self, name: str) -> bool:
        return name in UNTOUCHED or (self._of_sam and name in ONLY_SPELT_OUT)

    def _looped(self, entries: dict[str, Json], one_in: int = 4) -> dict[str, Json]:
        """The entries, or the same with one of them made by a loop of one turn."""
        if not entries or not self._chance(one_in):
            return entries
        self._loops += 1
        looped = self._draw(st.sampled_from(sorted(entries)))
        cut = self._draw(st.integers(0, len(looped) - 1))
        turn = f"Turn{self._loops}"
        body = {f"{looped[:cut]}${{{turn}}}": entries[looped]}
        loop = [turn, [looped[cut:]], body]
        return {
            (f"Fn::ForEach::Loop{self._loops}" if name == looped else name): (loop if name == looped else value)
            for name, value in entries.items()
        }
