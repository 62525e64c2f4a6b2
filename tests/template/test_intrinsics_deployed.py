"""Nothing is claimed of intrinsic functions that a deployment could belie.

A small interpreter of its own, over what a deployment could choose, stands for deployments.
"""

from __future__ import annotations

import base64
import re

from hypothesis import given
from hypothesis import strategies as st
from scope import value_of

from wsconform.template.values import Text

RESOURCES = {"F": "fn-1", "I": "a/b", "F.Arn": "arn:aws:lambda:eu-west-1:1:function:fn-1", "Z.List": "n,m"}
PSEUDO = {"AWS::Region": "eu-west-1", "AWS::AccountId": "111", "AWS::StackId": "arn:aws:x/y", "AWS::Partition": "aws"}
CHOSEN = {"Env": "prod", "Free": "a/b-c", "Later": "test"}
TEXTS = RESOURCES | PSEUDO | CHOSEN


class RefusedError(Exception):
    """CloudFormation would not deploy it."""


def deployed(expression: object) -> str | list[str]:  # noqa: C901 (one branch for each function)
    """What a deployment makes of an expression of texts and lists of texts."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, list):
        return [as_text(item) for item in expression]
    assert isinstance(expression, dict)
    ((name, argument),) = expression.items()
    if name == "Ref":
        return ["a", "b"] if argument == "Zones" else TEXTS[argument]
    if name == "Fn::GetAtt":
        return TEXTS[argument]
    if name == "Fn::Sub":
        pattern, variables = argument if isinstance(argument, list) else (argument, {})
        return re.sub(
            r"\$\{([^}]*)\}",
            lambda found: as_text(variables[found[1]]) if found[1] in variables else TEXTS[found[1]],
            str(pattern),
        )
    if name == "Fn::Join":
        return str(argument[0]).join(as_list(argument[1]))
    if name == "Fn::Split":
        return as_text(argument[1]).split(argument[0])
    if name == "Fn::Select":
        items = as_list(argument[1])
        if int(argument[0]) >= len(items):
            raise RefusedError
        return items[int(argument[0])]
    if name == "Fn::If":
        return deployed(argument[1 if argument[0] == "Yes" else 2])
    if name == "Fn::Base64":
        return base64.b64encode(as_text(argument).encode()).decode()
    assert name == "Fn::FindInMap"
    default = argument[3]["DefaultValue"] if len(argument) > 3 else None
    sizes = {"prod": {"size": "big"}, "test": {"size": "small"}}
    found = sizes.get(as_text(argument[1]), {}).get(as_text(argument[2]))
    if found is None and default is None:
        raise RefusedError
    return found if found is not None else deployed(default)


def as_text(expression: object) -> str:
    value = deployed(expression)
    if not isinstance(value, str):
        raise RefusedError
    return value


def as_list(expression: object) -> list[str]:
    value = deployed(expression)
    if not isinstance(value, list):
        raise RefusedError
    return value


def _lists(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return (
        st.lists(inner, min_size=1, max_size=3)
        | st.just({"Ref": "Zones"})
        | st.builds(lambda separator, one: {"Fn::Split": [separator, one]}, st.sampled_from("/-:,"), inner)
    )


def _texts(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    variables = st.dictionaries(st.sampled_from(["V", "W"]), inner, min_size=2)
    return st.one_of(
        st.builds(lambda pattern, given: {"Fn::Sub": [pattern, given]}, st.sampled_from(SUBS), variables),
        st.builds(lambda delimiter, some: {"Fn::Join": [delimiter, some]}, st.sampled_from("/-:"), _lists(inner)),
        st.builds(lambda index, some: {"Fn::Select": [index, some]}, st.sampled_from("012"), _lists(inner)),
        st.builds(lambda name, a, b: {"Fn::If": [name, a, b]}, st.sampled_from(["Yes", "No"]), inner, inner),
        st.builds(lambda one: {"Fn::Base64": one}, inner),
        st.builds(lambda key: {"Fn::FindInMap": ["Sizes", key, "size"]}, inner),
        st.builds(lambda key, one: {"Fn::FindInMap": ["Sizes", key, "size", {"DefaultValue": one}]}, inner, inner),
    )


SUBS = ["${V}", "a-${V}/${W}", "${V}${V}", "${F.Arn}:${V}", "${AWS::Region}-${Free}${W}"]
EXPRESSIONS: st.SearchStrategy[object] = st.recursive(
    st.text("ab/-", max_size=3)
    | st.sampled_from(["prod", "test"])
    | st.sampled_from([{"Ref": name} for name in TEXTS if "." not in name])
    | st.sampled_from([{"Fn::GetAtt": name} for name in TEXTS if "." in name]),
    _texts,
    max_leaves=8,
)


def as_pattern(value: Text, groups: dict[str, str]) -> str:
    """A regular expression of all texts that a symbolic text may come to; equal unknown parts are the same group."""
    written = ""
    for part in value.parts:
        name = str(part)[2:-1]
        if isinstance(part, str):
            written += re.escape(part)
        elif name in TEXTS:
            written += re.escape(TEXTS[name])
        elif name in groups:
            written += f"(?P={groups[name]})"
        else:
            groups[name] = f"g{len(groups)}"
            written += f"(?P<{groups[name]}>.*)"
    return written


@given(EXPRESSIONS)
def test_a_deployment_comes_to_what_was_said(expression: object) -> None:
    try:
        actual = as_text(expression)
    except RefusedError:
        return
    value = value_of(expression)
    assert isinstance(value, Text)
    assert re.fullmatch(as_pattern(value, {}), actual, re.DOTALL), (str(value), actual)


@given(EXPRESSIONS, EXPRESSIONS)
def test_equal_symbolic_values_are_equal_when_deployed(one: object, other: object) -> None:
    try:
        actual = as_text(one), as_text(other)
    except RefusedError:
        return
    values = value_of(one), value_of(other)
    assert isinstance(values[0], Text)
    assert isinstance(values[1], Text)
    if values[0].same(values[1]) and "cannot hold" not in str(values[0]):
        assert actual[0] == actual[1]
