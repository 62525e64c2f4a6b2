"""Models, and what `$connect` requires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrations import connecting, ended, explained, message, route, sent_to_function

from wsconform.local.deployed.model import DeployedRoute
from wsconform.local.gateway.integration.begin import begin
from wsconform.local.gateway.integration.conclusion import CallFunction, Done

JOIN = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["room"],
    "properties": {"room": {"type": "string"}, "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": True}},
}


def validated(
    selection: str | None = "$default", models: Mapping[str, object] | None = None, kind: str = "AWS_PROXY"
) -> DeployedRoute:
    return route(kind, model_selection=selection, models=models or {"$default": JOIN})


def test_a_message_that_satisfies_the_model_is_passed_on() -> None:
    assert sent_to_function(validated(), message({"room": "a", "size": 1}))["body"] == '{"room": "a", "size": 1}'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "'room' is a required property"),
        ({"room": 7}, "at $.room: 7 is not of type 'string'"),
        ({"room": "a", "size": 0}, "at $.size: 0 is less than or equal to the minimum of 0"),
        ("[]", "[] is not of type 'object'"),
        ("hello", "the message is not JSON"),
        ("", "the message is not JSON"),
        ("[" * 100_000, "the message is not JSON"),
    ],
)
def test_a_message_that_does_not_is_refused(body: object, reason: str) -> None:
    conclusion = ended(validated(), message(body))
    assert conclusion.failure is not None
    assert (conclusion.status, conclusion.failure.kind) == (400, "Bad request body")
    assert reason in conclusion.failure.explanation


def test_the_expression_chooses_the_model() -> None:
    chosen = validated("$request.body.action", {"join": JOIN, "leave": {"type": "object"}})
    assert sent_to_function(chosen, message({"action": "leave"}))
    assert "'room' is a required property" in explained(ended(chosen, message({"action": "join"})))


def test_no_model_and_no_default_is_invalid() -> None:
    chosen = validated("${request.body.action}-x", {"join": JOIN})
    assert 'comes to "stay-x", which has no model' in explained(ended(chosen, message({"action": "stay"})))


def test_without_an_expression_nothing_is_validated() -> None:
    assert sent_to_function(validated(None), message("hello"))["body"] == "hello"


def test_proxies_may_be_left_out() -> None:
    assert isinstance(begin(validated(), message(), validate_proxies=False), CallFunction)
    assert isinstance(begin(validated(kind="AWS"), message(), validate_proxies=False), Done)


def test_a_disconnect_has_nothing_to_validate() -> None:
    context = message()
    context.request["eventType"] = "DISCONNECT"  # type: ignore[index]  # made for this test
    assert isinstance(begin(validated(), context), CallFunction)


@pytest.mark.parametrize(
    "schema",
    [
        '{"type": "object", "required": ["room"]}',
        {"type": 7},
        {"$ref": "https://example.com/none"},
        {"pattern": "("},
        7,
    ],
)
def test_an_unusable_model_refuses_and_is_never_fetched(schema: object) -> None:
    assert explained(
        ended(validated(models={"$default": schema}), message('"x"' if schema == {"pattern": "("} else {}))
    )


def test_a_model_that_refers_to_itself() -> None:
    nested = {"type": "object", "properties": {"in": {"$ref": "#"}}, "additionalProperties": False}
    recursive = validated(models={"$default": nested})
    assert sent_to_function(recursive, message({"in": {"in": {}}}))
    assert "at $.in.in" in explained(ended(recursive, message({"in": {"in": {"out": 1}}})))


@pytest.mark.parametrize(
    ("fields", "lacking"), [({}, 'header "X-Room"'), ({"headers": {"x-room": "a"}}, 'querystring "q"')]
)
def test_what_connect_requires(fields: dict[str, Any], lacking: str) -> None:
    required = route("AWS_PROXY", key="$connect", required_parameters=(("header", "X-Room"), ("querystring", "q")))
    conclusion = ended(required, connecting(**fields))
    assert (conclusion.status, explained(conclusion)) == (400, f"the request lacks the {lacking}")
    assert sent_to_function(required, connecting(headers={"x-room": "a"}, query={"q": "1"}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.text() | JSON, st.text() | st.just("$request.body.a[0]..b"), JSON | st.just(JOIN))
def test_no_message_and_no_model_raise(body: object, expression: str, schema: object) -> None:
    begin(validated(expression, {"$default": schema, "x": JOIN}), message(body))
