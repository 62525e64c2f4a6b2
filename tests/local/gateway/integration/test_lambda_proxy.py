"""Lambda proxy integrations."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrations import connecting, ended, explained, message, route, sent_to_function

from wsconform.local.deployed.model import DeployedRoute, FunctionTarget, Refusal
from wsconform.local.gateway.integration.conclusion import Conclusion
from wsconform.local.gateway.integration.finish import finish, timed_out
from wsconform.local.outcome import Crashed, Invoked, Raised, Returned, TimedOut, Unrunnable

PROXY = route("AWS_PROXY")
CONNECT = route("AWS_PROXY", key="$connect")


def returned(value: object) -> Returned:
    return Returned(json.dumps(value).encode())


def test_the_function_is_given_the_event_as_it_is() -> None:
    context = message('{"é": "\\ud83d"}')
    assert sent_to_function(PROXY, context) == context.event


def test_half_a_surrogate_pair_reaches_the_function() -> None:
    context = message("{}")
    context.request["authorizer"]["name"] = "\ud83d"
    assert sent_to_function(PROXY, context) == context.event


@pytest.mark.parametrize("status", [200, 201, 301, 400, 401, 501, "403"])
def test_connect_answers_with_the_functions_status(status: object) -> None:
    conclusion = finish(CONNECT, returned({"statusCode": status, "body": "not for the client"}), connecting())
    assert conclusion == Conclusion(status=int(str(status)))


def test_connect_keeps_the_headers_for_the_subprotocol() -> None:
    result = {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat"}, "multiValueHeaders": {"X": ["a", "b"]}}
    assert finish(CONNECT, returned(result), connecting()).headers == {"sec-websocket-protocol": "chat", "x": "a, b"}


@pytest.mark.parametrize("status", [200, 301, 401, 501])
def test_a_two_way_route_replies_with_the_body_whatever_the_status(status: int) -> None:
    assert finish(PROXY, returned({"statusCode": status, "body": "hello"}), message()).body == "hello"


def test_a_one_way_route_replies_nothing() -> None:
    one_way = route("AWS_PROXY", two_way=False)
    assert finish(one_way, returned({"statusCode": 200, "body": "hello"}), message()) == Conclusion(status=200)


@pytest.mark.parametrize(
    "result", [{"statusCode": 200}, {"statusCode": 200, "body": ""}, {"statusCode": 200, "body": None}]
)
def test_an_empty_body_is_no_reply(result: object) -> None:
    assert finish(PROXY, returned(result), message()).body is None


@pytest.mark.parametrize(("data", "reply"), [("grüße".encode(), "grüße"), (b"\xff\x00", b"\xff\x00")])
def test_a_base64_body_is_decoded(data: bytes, reply: str | bytes) -> None:
    result = {"statusCode": 200, "body": base64.b64encode(data).decode(), "isBase64Encoded": True}
    assert finish(PROXY, returned(result), message()).body == reply


def test_a_reply_can_always_be_sent() -> None:
    body = finish(PROXY, Returned(b'{"statusCode": 200, "body": "\\ud83d!"}'), message()).body
    assert body == "?!"


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (None, "nothing (null)"),
        ("ok", "text instead of an object"),
        ([], "a list"),
        ({}, "no statusCode"),
        ({"body": "hello"}, "no statusCode"),
        ({"statusCode": None}, "nothing (null) instead of a number"),
        ({"statusCode": "two hundred"}, "text instead of a number"),
        ({"statusCode": True}, "a boolean"),
        ({"statusCode": 101}, "101, which cannot answer a request"),
        ({"statusCode": 0}, "0, which cannot"),
        ({"statusCode": 10**9}, "which cannot"),
        ({"statusCode": 200, "body": {"a": 1}}, "an object instead of text (JSON.stringify it)"),
        ({"statusCode": 200, "body": 7}, "a number instead of text"),
        ({"statusCode": 200, "headers": []}, "headers of the function's result is a list"),
        ({"statusCode": 200, "headers": {"a": {}}}, 'the header "a"'),
        ({"statusCode": 200, "multiValueHeaders": {"a": "b"}}, '"a" in multiValueHeaders'),
        ({"statusCode": 200, "multiValueHeaders": {"a": [None]}}, '"a" in multiValueHeaders'),
        ({"statusCode": 200, "body": "%%%", "isBase64Encoded": True}, "not Base64"),
        ({"statusCode": 200, "isBase64Encoded": "yes"}, "isBase64Encoded"),
    ],
)
def test_a_malformed_result_is_a_502_and_says_what_is_wrong(result: object, reason: str) -> None:
    for context, called in ((connecting(), CONNECT), (message(), PROXY)):
        conclusion = finish(called, returned(result), context)
        assert conclusion.status == 502
        assert conclusion.failure is not None
        assert conclusion.failure.kind == "Internal server error"
        assert "malformed Lambda proxy response" in conclusion.failure.explanation
        assert reason in conclusion.failure.explanation


@pytest.mark.parametrize("payload", [b"", b"rubbish", b"\xff\xfe", b"[" * 100_000, b'{"statusCode": ' + b"9" * 5000])
def test_what_is_no_json_is_malformed(payload: bytes) -> None:
    assert "not JSON" in explained(finish(PROXY, Returned(payload), message()))


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Raised("KeyError", "'token'", b"{}"), "the function raised KeyError: 'token'"),
        (Raised("Exit", "", b"{}"), "the function raised Exit"),
        (TimedOut(3.0), "the function ran into its Timeout of 3 s"),
        (Crashed("killed by signal 9"), "the function ended before it answered: killed by signal 9"),
        (Unrunnable("no Node.js is installed"), "the function cannot run here: no Node.js is installed"),
    ],
)
def test_a_function_that_fails(outcome: Invoked, reason: str) -> None:
    refused = finish(CONNECT, outcome, connecting())
    assert (refused.status, explained(refused)) == (502, reason)
    failed = finish(PROXY, outcome, message())
    assert failed.failure is not None
    assert (failed.failure.kind, failed.failure.explanation, failed.body) == ("Internal server error", reason, None)


def test_a_function_that_may_not_be_invoked() -> None:
    refusal = Refusal('no AWS::Lambda::Permission of "Handler" matches', "template.yaml:7:3")
    refused = route("AWS_PROXY", target=FunctionTarget(function="Handler", refusal=refusal))
    conclusion = ended(refused, message())
    assert conclusion.status == 500
    assert explained(conclusion) == 'no AWS::Lambda::Permission of "Handler" matches (template.yaml:7:3)'


def test_an_integration_that_takes_too_long() -> None:
    conclusion = timed_out(route("AWS_PROXY", timeout=0.5))
    assert conclusion.failure is not None
    assert (conclusion.status, conclusion.failure.kind) == (504, "Endpoint request timed out")
    assert explained(conclusion) == "the integration did not answer within 0.5 s"


def test_a_connect_route_without_target_connects() -> None:
    assert ended(DeployedRoute(key="$connect", label="Connect"), connecting()) == Conclusion(status=200)


def test_a_message_route_without_target_fails() -> None:
    assert explained(ended(DeployedRoute(key="join", label="Join"), message())) == 'the route "join" has no Target'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SCALARS = st.text() | st.booleans() | st.integers() | st.floats(allow_nan=False)
WELL_FORMED = st.fixed_dictionaries(
    {"statusCode": st.integers(200, 599) | st.integers(200, 599).map(str)},
    optional={
        "headers": st.none() | st.dictionaries(st.text(), SCALARS, max_size=3),
        "multiValueHeaders": st.none() | st.dictionaries(st.text(), st.lists(SCALARS, max_size=3), max_size=3),
        "isBase64Encoded": st.none() | st.just(False),  # noqa: FBT003, a value
        "body": st.none() | st.text(),
    },
)
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        "statusCode": JSON | st.integers(100, 700),
        "headers": JSON,
        "multiValueHeaders": JSON,
        "isBase64Encoded": JSON,
        "body": JSON,
    },
)


@given(JSON | RESULTS | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_result_raises(result: Any) -> None:  # noqa: ANN401
    for context, called in ((connecting(), CONNECT), (message(), PROXY)):
        conclusion = finish(called, returned(result), context)
        assert (conclusion.failure is None) or conclusion.status == 502
        assert conclusion.body is None or isinstance(conclusion.body, (str, bytes))


@given(st.binary())
def test_no_payload_raises(payload: bytes) -> None:
    assert 200 <= finish(CONNECT, Returned(payload), connecting()).status < 600


@given(WELL_FORMED)
def test_every_well_formed_result_answers_with_its_status(result: dict[str, Any]) -> None:
    assert finish(CONNECT, returned(result), connecting()).status == int(result["statusCode"])
    reply = finish(PROXY, returned(result), message())
    assert reply.failure is None
    assert (reply.body or "") == (result.get("body") or "")


@given(WELL_FORMED, st.sampled_from(["headers", "multiValueHeaders", "isBase64Encoded", "body"]), st.integers())
def test_one_wrong_part_makes_a_result_malformed(result: dict[str, Any], part: str, wrong: int) -> None:
    assert finish(CONNECT, returned({**result, part: wrong}), connecting()).status == 502
