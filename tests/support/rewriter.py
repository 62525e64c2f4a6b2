"""Rewrites a template so that it means the same: values in other words, order, loops, conditions that always hold."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from notation import written
from respelling import ALWAYS, INTRINSICS, NO_VALUE, TRUE, Respelling

Json = Any
UNTOUCHED = frozenset(
    {"Type", "Condition", "DependsOn", "Ref", "Metadata", "InlineCode", "Handler", "Runtime", "Version"}
)
"""Keys whose values CloudFormation takes only as they are written, or that name files beside the template."""


@st.composite
def rewritings(draw: st.DrawFn, template: dict[str, Json]) -> str:
    """Texts of templates that mean the same as `template`."""
    return written(draw, Rewriter(draw).template(template))


class Rewriter:
    """One rewriting, its choices drawn by Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._words = Respelling(draw)
        self._loops = 0
        self._may_add = True

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
        # SAM refuses a property that it does not know, whatever its value comes to.
        self._may_add = not node["Type"].startswith("AWS::Serverless::")
        rewritten = {
            key: self._map(value) if key == "Properties" else self._as_written(key, value)
            for key, value in node.items()
        }
        if "Condition" not in rewritten and self._chance(6):
            rewritten["Condition"] = self._draw(st.sampled_from(TRUE))
        return self._shuffled(rewritten)

    def _as_written(self, key: str, value: Json) -> Json:
        if key != "DependsOn":
            return value
        waits = list(self._draw(st.permutations([value] if isinstance(value, str) else value)))
        return waits[0] if len(waits) == 1 and self._chance(2) else waits

    def _entry(self, value: Json) -> Json:
        if isinstance(value, dict):
            if len(value) == 1 and next(iter(value)) in INTRINSICS:
                return self._words.intrinsic(*next(iter(value.items())))
            return self._map(value)
        if isinstance(value, list):
            return self._words.list([self._entry(item) for item in value])
        if isinstance(value, str):
            return self._words.text(value)
        return value if value is None else self._words.number(value)

    def _map(self, value: dict[str, Json]) -> dict[str, Json]:
        inner = {
            name: self._as_written(name, one) if name in UNTOUCHED else self._entry(one) for name, one in value.items()
        }
        if self._may_add and self._chance(8):
            inner["RewrittenNothing"] = self._draw(st.sampled_from([NO_VALUE, {"Fn::If": ["Never", "x", NO_VALUE]}]))
        return self._looped(self._shuffled(inner), one_in=12)

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
