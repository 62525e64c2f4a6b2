"""The same value in other words: intrinsics for one another, and for what was spelt out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Json = Any
Form = Callable[[Json, st.DrawFn], Json]
NO_VALUE = {"Ref": "AWS::NoValue"}
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


class Respelling:
    """Puts values in other words, and gathers the parameters and mappings that these need."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.parameters: dict[str, Json] = dict(PARAMETERS)
        self.mappings: dict[str, Json] = {}

    def text(self, value: str) -> Json:
        """A text that is spelt out."""
        return self._wrapped(self._draw(st.sampled_from(_TEXTS))(self, value)) if value else value

    def number(self, value: float | bool) -> Json:  # noqa: FBT001 (a value, not a flag)
        """A number or boolean, which CloudFormation takes as text too."""
        spelt = str(value).lower() if isinstance(value, bool) else str(value)
        return self._wrapped(self._draw(st.sampled_from([value, value, spelt])))

    def list(self, items: list[Json]) -> Json:
        """A list, whose items are in other words already."""
        ways = ["as it is", "as it is", "with nothing", "chosen"]
        if items and all(isinstance(item, str) and "," not in item and item.strip() == item for item in items):
            ways += ["split", "parameter", "mapping"]
        way = self._draw(st.sampled_from(ways))
        if way == "with nothing":
            at = self._draw(st.integers(0, len(items)))
            return [*items[:at], NO_VALUE, *items[at:]]
        if way == "chosen":
            return self._wrapped(items)
        if way == "split":
            return {"Fn::Split": [",", ",".join(items)]}
        if way == "parameter":
            return {"Ref": self._parameter({"Type": "CommaDelimitedList", "Default": ",".join(items)})}
        return self.mapped(items) if way == "mapping" else items

    def intrinsic(self, name: str, argument: Json) -> Json:
        """An intrinsic function."""
        return self._wrapped(self._draw(st.sampled_from(_FORMS[name]))(argument, self._draw))

    def _wrapped(self, value: Json) -> Json:
        """The value, or one that comes to it under a condition that always holds."""
        way = self._draw(st.integers(0, 11))
        if way == 0:
            return {"Fn::If": [self._draw(st.sampled_from(TRUE)), value, "never this"]}
        if way == 1:
            return {"Fn::If": ["Never", NO_VALUE, value]}
        return {"Fn::Select": ["1", ["other", value]]} if way == 2 and isinstance(value, str) else value

    def _parameter(self, declared: dict[str, Json]) -> str:
        name = f"Rewritten{len(self.parameters)}"
        self.parameters[name] = declared
        return name

    def by_parameter(self, value: str) -> Json:
        """The default of a parameter, and perhaps the only value that it allows."""
        allowed = {"AllowedValues": [value]} if self._draw(st.booleans()) else {}
        return {"Ref": self._parameter({"Type": "String", "Default": value, **allowed})}

    def mapped(self, value: Json) -> Json:
        """An entry of a mapping."""
        entries = self.mappings.setdefault("Rewritten", {}).setdefault("Values", {})
        name = f"v{len(entries)}"
        entries[name] = value
        return {"Fn::FindInMap": ["Rewritten", "Values", name]}

    def by_default(self, value: str) -> Json:
        """What counts where a mapping has no entry."""
        self.mappings.setdefault("Rewritten", {}).setdefault("Values", {}).setdefault("v0", "none")
        return {"Fn::FindInMap": ["Rewritten", "Values", "absent", {"DefaultValue": value}]}

    def joined(self, value: str) -> Json:
        """Two halves."""
        cut = self._draw(st.integers(0, len(value)))
        return {"Fn::Join": ["", [value[:cut], value[cut:]]]}

    def cut_out(self, value: str) -> Json:
        """A piece of a longer text."""
        return value if "|" in value else {"Fn::Select": [1, {"Fn::Split": ["|", f"before|{value}|after"]}]}

    def substituted(self, value: str) -> Json:
        """A text in which nothing is to be substituted."""
        return {"Fn::Sub": value.replace("${", "${!")}


_TEXTS: list[Callable[[Respelling, str], Json]] = [
    *(lambda _, value: value,) * 8,
    Respelling.by_parameter,
    Respelling.mapped,
    Respelling.by_default,
    Respelling.joined,
    Respelling.cut_out,
    Respelling.substituted,
]


def _ref_forms() -> list[Form]:
    return [
        lambda name, _: {"Ref": name},
        lambda name, _: {"Fn::Sub": f"${{{name}}}"},
        lambda name, _: {"Fn::Join": ["", [{"Ref": name}]]},
        lambda name, _: {"Fn::Join": ["-", [NO_VALUE, {"Ref": name}]]},
        lambda name, _: {"Fn::Select": ["0", [{"Ref": name}, "other"]]},
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
        lambda argument, _: {"Fn::Sub": ["${Thing}", {"Thing": {"Fn::GetAtt": list(names(argument))}}]},
    ]


def _named(name: str) -> Json:
    resource, _, attribute = name.partition(".")
    return {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": name}


def _sub_as_join(argument: Json, _draw: st.DrawFn) -> Json:
    """`!Sub` as `!Join` of its stretches."""
    if not isinstance(argument, str) or "${!" in argument:
        return {"Fn::Sub": argument}
    pieces: list[Json] = []
    rest = argument
    while "${" in rest:
        before, _, rest = rest.partition("${")
        name, _, rest = rest.partition("}")
        pieces += [before, _named(name)]
    return {"Fn::Join": ["", [piece for piece in (*pieces, rest) if piece]]}


def _sub_with_variables(argument: Json, draw: st.DrawFn) -> Json:
    """`!Sub` with one of its names handed in as a variable."""
    if not isinstance(argument, str) or "${" not in argument or "${!" in argument:
        return {"Fn::Sub": argument}
    name = draw(st.sampled_from([piece.partition("}")[0] for piece in argument.split("${")[1:]]))
    return {"Fn::Sub": [argument.replace(f"${{{name}}}", "${Variable}"), {"Variable": _named(name)}]}


_FORMS: dict[str, list[Form]] = {
    "Ref": _ref_forms(),
    "Fn::GetAtt": _get_att_forms(),
    "Fn::Sub": [lambda argument, _: {"Fn::Sub": argument}, _sub_as_join, _sub_with_variables],
    "Fn::Join": [lambda argument, _: {"Fn::Join": argument}],
}
INTRINSICS = frozenset(_FORMS)
