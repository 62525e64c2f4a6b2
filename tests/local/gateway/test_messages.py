import re
from typing import Any

import pytest
from gateways import (
    FINE,
    Played,
    api_of,
    event,
    integration,
    one,
    raised,
    result,
    route,
    sent,
    some,
    stage_of,
)

from wsconform.local.deployed.model import DeployedRoute, Refusal, Throttle
from wsconform.local.gateway.effects import Invoke
from wsconform.local.outcome import Crashed, Outcome, TimedOut

JOIN = '{"service": "chat", "action": "join", "data": {"room": "room1234", "list": ["a", 1]}, "n": 7, "on": true}'
ID = "[A-Za-z0-9_-]+={1,2}"


def taken(text: str, *keys: str, selection: str = "$request.body.action", **assumed: str) -> str:
    """The key of the route that a message goes to; empty where the answer is Forbidden."""
    played = Played(*[route(key, f"F{key}") for key in keys], selection=selection, assumed=assumed)
    played.connected()
    effects = played.message(text)
    if some(Invoke, effects):
        assert not sent(effects)
        return str(event(effects)["requestContext"]["routeKey"])
    (frame,) = sent(effects)
    assert re.fullmatch(f'{{"message": "Forbidden", "connectionId":"{ID}", "requestId":"{ID}"}}', str(frame))
    return ""


@pytest.mark.parametrize(
    ("selection", "key"),
    [
        ("$request.body.action", "join"),
        ("${request.body.action}", "join"),
        ("${request.body.service}/${request.body.action}", "chat/join"),
        ("${request.body.action}-${request.body.invalidPath}", "join-"),
        ("$request.body.data.room", "room1234"),
        ("$request.body.data.list", "[a, 1]"),
        ("$request.body.n", "7"),
        ("$request.body.on", "true"),
        ("action", "action"),
        ("\\$default", "$default"),
    ],
)
def test_expressions_of_the_guide_and_the_like(selection: str, key: str) -> None:
    assert taken(JOIN, key, selection=selection) == key
    assert taken(JOIN, "other", key, selection=selection) == key
    assert taken(JOIN, f"{key}x", selection=selection) == ""


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "",
        '{"action"',
        '"join"',
        "7",
        "null",
        '["join"]',
        "{}",
        '{"action": "leave"}',
        '{"action": "JOIN"}',
        '{"Action": "join"}',
        '{"action": null}',
    ],
)
def test_what_names_no_route_goes_to_default(text: str) -> None:
    assert taken(text, "join", "$default") == "$default"
    assert taken(text, "join") == ""


@pytest.mark.parametrize("depth", [100, 400, 700, 900, 5_000, 60_000])
@pytest.mark.parametrize("open_close", ["[]", "{}"])
def test_messages_nested_deeply(depth: int, open_close: str) -> None:
    begin = "[" if open_close == "[]" else '{"a":'
    text = f'{{"action": {begin * depth}1{open_close[1] * depth}}}'
    assert taken(text, "join", "$default") == "$default"
    assert taken(text, "join") == ""


def test_the_system_routes_are_not_for_messages() -> None:
    for key in ("$connect", "$disconnect"):
        assert taken(f'{{"action": "{key}"}}', key, "$default") == "$default"
        assert taken(f'{{"action": "{key}"}}', key) == ""
        assert taken(f'{{"action": "{key}"}}', key, J7="yes") == key


def test_assumptions_about_odd_messages() -> None:
    assert taken("[]", "$default", J8="no") == ""
    assert taken('{"action": null}', "null", "$default", J9="null") == "null"


def played_with(one_route: DeployedRoute, **properties: Any) -> Played:  # noqa: ANN401, of any field
    played = Played(one_route, **properties)
    played.connected()
    return played


def answered(one_route: DeployedRoute, outcome: Outcome, **properties: Any) -> list[str | bytes]:  # noqa: ANN401, of any field
    played = played_with(one_route, **properties)
    return sent(played.answer(one(Invoke, played.message('{"action": "test"}')), outcome))


@pytest.mark.parametrize("status", [200, 201, 301, 401, 501])
def test_a_one_way_route_answers_nothing(status: int) -> None:
    assert answered(route("test"), result({"statusCode": status, "body": "dropped"})) == []


@pytest.mark.parametrize("status", [200, 500])
def test_a_two_way_route_answers_the_body(status: int) -> None:
    assert answered(route("test", two_way=True), result({"statusCode": status, "body": "hello"})) == ["hello"]


def test_an_empty_answer_of_a_two_way_route() -> None:
    assert answered(route("test", two_way=True), FINE) == []
    assert answered(route("test", two_way=True), FINE, assumed={"J17": "frame"}) == [""]


@pytest.mark.parametrize("two_way", [False, True])
@pytest.mark.parametrize(
    "outcome", [raised("boom"), TimedOut(3), Crashed("exit status 1"), result("text"), result({"body": "no status"})]
)
def test_a_function_that_fails_answers_an_error_frame(outcome: Outcome, two_way: bool) -> None:  # noqa: FBT001
    (frame,) = answered(route("test", two_way=two_way), outcome)
    assert re.fullmatch(
        f'{{"message": "Internal server error", "connectionId":"{ID}", "requestId":"{ID}"}}', str(frame)
    )


def test_the_error_frame_has_the_ids_of_the_event() -> None:
    played = played_with(route("test"))
    effects = played.message('{"action": "test"}')
    context = event(effects)["requestContext"]
    (frame,) = sent(played.answer(one(Invoke, effects), raised("boom")))
    expected = f'"connectionId":"{context["connectionId"]}", "requestId":"{context["requestId"]}"'
    assert frame == f'{{"message": "Internal server error", {expected}}}'
    assert played.why == "the function raised Exception: boom"


def test_a_function_that_may_not_be_invoked() -> None:
    played = played_with(route("test", integration=integration("Test", Refusal("no permission", "t.yaml:3:5"))))
    effects = played.message('{"action": "test"}')
    assert not some(Invoke, effects)
    assert "Internal server error" in str(sent(effects))
    assert played.why == "no permission (t.yaml:3:5)"


def test_a_route_without_target() -> None:
    assert "Internal server error" in str(
        sent(played_with(route("test", integration=None)).message('{"action": "test"}'))
    )
    silent = played_with(route("test", integration=None), assumed={"J5": "silence"})
    assert sent(silent.message('{"action": "test"}')) == []


def test_a_message_that_no_model_allows() -> None:
    models = {"$default": {"type": "object", "required": ["text"]}}
    checked = route("test", model_selection="$default", models=models)
    played = played_with(checked)
    effects = played.message('{"action": "test"}')
    assert not some(Invoke, effects)
    (frame,) = sent(effects)
    expected = f'{{"message" : "Bad request body", "connectionId": "{ID}", "messageId": "{ID}"}}'
    assert re.fullmatch(expected, str(frame))
    assert some(Invoke, played.message('{"action": "test", "text": ""}'))
    assert some(Invoke, played_with(checked, assumed={"J22": "no"}).message('{"action": "test"}'))


def test_a_function_that_is_too_slow() -> None:
    for assumed, frames in (({}, 1), ({"J16": "no"}, 0)):
        played = played_with(route("test", integration=integration("Test", timeout=2)), assumed=assumed)
        invoke = one(Invoke, played.message('{"action": "test"}'))
        assert sent(played.passed(1.9)) == []
        timed_out = sent(played.passed(0.2))
        assert ["Endpoint request timed out" in str(frame) for frame in timed_out] == [True] * frames
        assert played.answer(invoke) == []


def test_throttled_messages() -> None:
    stage = stage_of(route("test"), route("other"), throttles={"test": Throttle(rate=1, burst=1)})
    played = Played(api=api_of(stage))
    played.connected()
    assert some(Invoke, played.message('{"action": "test"}'))
    effects = played.message('{"action": "test"}')
    assert "Too Many Requests" in str(sent(effects))
    assert not some(Invoke, effects)
    assert some(Invoke, played.message('{"action": "other"}'))


def test_messages_of_a_connection_do_not_wait_for_one_another() -> None:
    played = played_with(route("test", two_way=True))
    first = one(Invoke, played.message('{"action": "test"}'))
    second = one(Invoke, played.message('{"action": "test"}'))
    assert sent(played.answer(second, result({"statusCode": 200, "body": "2"}))) == ["2"]
    assert sent(played.answer(first, result({"statusCode": 200, "body": "1"}))) == ["1"]
    assert played.answer(first) == []


def test_a_late_answer_goes_nowhere() -> None:
    played = played_with(route("test", two_way=True))
    invoke = one(Invoke, played.message('{"action": "test"}'))
    played.gone()
    assert played.answer(invoke, result({"statusCode": 200, "body": "late"})) == []
    assert played.gateway.idle


def test_what_a_message_misses_is_explained() -> None:
    stage = stage_of(route("other"), absent={"test": "the Deployment does not wait for TestRoute"})
    played = Played(api=api_of(stage))
    played.connected()
    played.message('{"action": "test"}')
    assert played.why.endswith("the Deployment does not wait for TestRoute")


def test_messages_of_strangers_are_nothing() -> None:
    played = Played(route("$connect"), route("$default"))
    assert played.message("hello", peer="stranger") == []
    played.upgrade(peer="pending")
    assert played.message("hello", peer="pending") == []
