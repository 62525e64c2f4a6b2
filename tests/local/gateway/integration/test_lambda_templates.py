"""Lambda integrations that are no proxies: templates before, integration responses after."""

from __future__ import annotations

import json

import pytest
from integrations import connecting, ended, explained, message, route, sent_to_function

from wsconform.local.deployed.model import IntegrationResponse
from wsconform.local.gateway.integration.conclusion import Conclusion
from wsconform.local.gateway.integration.finish import finish
from wsconform.local.outcome import Crashed, Invoked, Raised, Returned, TimedOut, Unrunnable

ANY = IntegrationResponse(key="$default")


def test_without_templates_the_function_is_given_the_message() -> None:
    assert sent_to_function(route("AWS", ANY), message({"a": [1]})) == {"a": [1]}


def test_without_a_body_the_function_is_given_an_empty_object() -> None:
    assert sent_to_function(route("AWS", ANY), connecting()) == {}


def test_the_template_makes_the_event() -> None:
    template = (
        '{"id": "$context.connectionId", "who": "$context.authorizer.principalId", "data": $input.json("$.data")}'
    )
    templated = route("AWS", ANY, request_templates={"$default": template})
    expected = {"id": "R1kmxc2VNjMCFIA=", "who": "alice", "data": [1]}
    assert sent_to_function(templated, message({"data": [1]})) == expected


def test_the_selection_expression_chooses_the_template() -> None:
    templates = {"join": '{"is": "join"}', "$default": '{"is": "other"}'}
    chosen = route("AWS", ANY, request_templates=templates, template_selection="${request.body.action}")
    assert sent_to_function(chosen, message({"action": "join"})) == {"is": "join"}
    assert sent_to_function(chosen, message({"action": "leave"})) == {"is": "other"}


@pytest.mark.parametrize(
    ("passthrough", "templates", "passes"),
    [
        ("WHEN_NO_MATCH", {"join": "{}"}, True),
        ("WHEN_NO_TEMPLATES", {"join": "{}"}, False),
        ("WHEN_NO_TEMPLATES", {}, True),
        ("NEVER", {}, False),
    ],
)
def test_passthrough(passthrough: str, templates: dict[str, str], passes: bool) -> None:  # noqa: FBT001
    given = route("AWS", ANY, passthrough=passthrough, request_templates=templates, template_selection="none")
    if passes:
        assert sent_to_function(given, message({"a": 1})) == {"a": 1}
    else:
        conclusion = ended(given, message({"a": 1}))
        assert conclusion.status == 415
        assert f'PassthroughBehavior is "{passthrough}"' in explained(conclusion)


def test_a_function_is_not_invoked_with_what_is_no_json() -> None:
    assert "is not JSON" in explained(ended(route("AWS", ANY), message("hello")))


def test_a_template_that_fails() -> None:
    broken = route("AWS", ANY, request_templates={"$default": "#if($x"})
    conclusion = ended(broken, message())
    assert conclusion.status == 500
    assert 'the request template "$default" cannot be rendered' in explained(conclusion)


def test_without_a_response_template_the_reply_is_the_whole_result() -> None:
    result = b'{"statusCode": 418, "body": "x"}'
    assert finish(route("AWS", ANY), Returned(result), message()) == Conclusion(status=200, body=result.decode())


def test_the_response_template_makes_the_reply() -> None:
    response = IntegrationResponse(
        key="$default", templates={"$default": '$input.path("$.n") to $context.connectionId'}
    )
    assert finish(route("AWS", response), Returned(b'{"n": 7}'), message()).body == "7 to R1kmxc2VNjMCFIA="


def test_the_result_chooses_the_response_template() -> None:
    response = IntegrationResponse(
        key="$default",
        templates={"a": "it is a", "b": "it is b"},
        template_selection="${integration.response.body.kind}",
    )
    assert finish(route("AWS", response), Returned(b'{"kind": "b"}'), message()).body == "it is b"
    assert finish(route("AWS", response), Returned(b'{"kind": "c"}'), message()).body == '{"kind": "c"}'


@pytest.mark.parametrize(
    ("outcome", "reply"),
    [
        (Raised("ValueError", "no room", b'{"errorMessage": "no room"}'), "room"),
        (Raised("ValueError", "other", b'{"errorMessage": "other"}'), "rest"),
        (Raised("ValueError", "no\nroom", b"rubbish"), "room"),
        (TimedOut(3.0), "late"),
        (Crashed("killed"), "rest"),
        (Returned(b'{"errorMessage": "no room"}'), "rest"),
    ],
)
def test_the_error_message_chooses_the_response(outcome: Invoked, reply: str) -> None:
    responses = [
        IntegrationResponse(key=key, templates={"$default": text})
        for key, text in (("$default", "rest"), ("/no.*/", "room"), ("/.*Timeout.*/", "late"), ("/(/", "never"))
    ]
    assert finish(route("AWS", *responses), outcome, message()).body == reply


def test_what_cannot_run_here_is_no_answer() -> None:
    assert explained(finish(route("AWS", ANY), Unrunnable("no runtime"), message())).endswith("no runtime")


@pytest.mark.parametrize("key", [None, "/x/"])
def test_without_an_integration_response_it_fails(key: str | None) -> None:
    without = route("AWS", *([IntegrationResponse(key=key)] if key else []), key="$connect")
    conclusion = finish(without, Returned(b"{}"), connecting())
    assert conclusion.status == 500
    assert "no IntegrationResponse" in explained(conclusion)
    assert finish(without, Returned(b"{}"), connecting(), without_response=502).status == 502
    assert finish(without, Returned(b"{}"), connecting(), without_response=200) == Conclusion(status=200)


def test_a_response_template_that_fails() -> None:
    response = IntegrationResponse(key="$default", templates={"$default": "#foreach("})
    assert "the response template" in explained(finish(route("AWS", response), Returned(b"{}"), message()))


@pytest.mark.parametrize(
    ("handling", "result", "reply"),
    [
        ("CONVERT_TO_BINARY", b"/wA=", b"\xff\x00"),
        ("CONVERT_TO_TEXT", b"\xff\x00", "/wA="),
        (None, b"\xff\x00", b"\xff\x00"),
        (None, json.dumps("é", ensure_ascii=False).encode(), '"é"'),
    ],
)
def test_content_handling(handling: str | None, result: bytes, reply: str | bytes) -> None:
    response = IntegrationResponse(key="$default", content_handling=handling)
    assert finish(route("AWS", response), Returned(result), message()).body == reply


def test_what_is_no_base64_cannot_be_made_binary() -> None:
    response = IntegrationResponse(key="$default", content_handling="CONVERT_TO_BINARY")
    assert "not Base64" in explained(finish(route("AWS", response), Returned(b"{}"), message()))
