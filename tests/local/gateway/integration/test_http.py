"""HTTP and HTTP_PROXY integrations."""

from __future__ import annotations

import pytest
from integrations import connecting, ended, explained, message, route, sent_to_url

from wsconform.local.deployed.model import IntegrationResponse
from wsconform.local.gateway.integration.conclusion import CallUrl, Conclusion
from wsconform.local.gateway.integration.finish import finish
from wsconform.local.outcome import Fetched, Unreachable

URI = "http://127.0.0.1:8000/in"
CLIENT = {"Host": "h", "Sec-WebSocket-Version": "13", "X-Room": "a b", "Connection": "upgrade"}


def test_a_proxy_sends_the_message_as_it_is() -> None:
    sent = sent_to_url(route("HTTP_PROXY", uri=URI, method="PUT", timeout=3.0), message("héllo"))
    assert sent == CallUrl("PUT", URI, (("Content-Type", "application/json"),), "héllo".encode(), 3.0)


def test_a_proxy_forwards_what_the_upgrade_carried() -> None:
    sent = sent_to_url(
        route("HTTP_PROXY", key="$connect", uri=f"{URI}?a=1"), connecting(headers=CLIENT, query={"q": "x y"})
    )
    assert dict(sent.headers) == {"Content-Type": "application/json", "Sec-WebSocket-Version": "13", "X-Room": "a b"}
    assert sent.url == f"{URI}?a=1&q=x+y"


def test_a_forwarded_header_can_be_mapped_to_something_else() -> None:
    mapping = {"integration.request.header.sec-websocket-version": "'0'"}
    sent = sent_to_url(
        route("HTTP_PROXY", key="$connect", uri=URI, request_parameters=mapping), connecting(headers=CLIENT)
    )
    assert dict(sent.headers)["sec-websocket-version"] == "0"
    assert "Sec-WebSocket-Version" not in dict(sent.headers)


def test_what_is_no_proxy_sends_only_what_is_mapped() -> None:
    mapping = {
        "integration.request.header.X-Id": "context.connectionId",
        "integration.request.header.X-Room": "route.request.header.x-room",
        "integration.request.header.X-Old": "method.request.querystring.q",
        "integration.request.header.X-None": "route.request.header.nowhere",
        "integration.request.querystring.who": "context.authorizer.principalId",
        "integration.request.querystring.env": "stageVariables.env",
        "integration.request.path.part": "route.request.body.a[0]",
        "nonsense": "'x'",
    }
    given = route("HTTP", uri=f"{URI}/{{part}}", request_parameters=mapping)
    sent = sent_to_url(given, message({"a": ["x/y"]}, headers=CLIENT, query={"q": "1"}, stage_variables={"env": "dev"}))
    assert dict(sent.headers) == {
        "Content-Type": "application/json",
        "X-Id": "R1kmxc2VNjMCFIA=",
        "X-Room": "a b",
        "X-Old": "1",
    }
    assert sent.url == f"{URI}/x%2Fy?who=alice&env=dev"


def test_stage_variables_in_the_uri() -> None:
    sent = sent_to_url(
        route("HTTP", uri="http://${stageVariables.host}/in"), message(stage_variables={"host": "127.0.0.1:9"})
    )
    assert sent.url == "http://127.0.0.1:9/in"


def test_request_templates_make_the_body() -> None:
    templated = route("HTTP", uri=URI, request_templates={"$default": "to=$context.connectionId"})
    assert sent_to_url(templated, message()).body == b"to=R1kmxc2VNjMCFIA="


def test_base64_can_be_sent_as_bytes() -> None:
    binary = route("HTTP", uri=URI, content_handling="CONVERT_TO_BINARY")
    sent = sent_to_url(binary, message("/wA="))
    assert (sent.body, dict(sent.headers)["Content-Type"]) == (b"\xff\x00", "application/octet-stream")
    assert "is not Base64" in explained(ended(binary, message("hello")))


@pytest.mark.parametrize(
    "uri", ["", "127.0.0.1/in", "ftp://x", "http://", "http://[/", "http://x:99999/", "http://x:0/"]
)
def test_what_is_no_url(uri: str) -> None:
    conclusion = ended(route("HTTP_PROXY", uri=uri), message())
    assert conclusion.status == 500
    assert f'the IntegrationUri "{uri}"' in explained(conclusion)


@pytest.mark.parametrize("status", [200, 302, 400, 503])
def test_a_proxy_answers_the_handshake_with_the_servers_status(status: int) -> None:
    proxy = route("HTTP_PROXY", key="$connect", uri=URI)
    assert finish(proxy, Fetched(status, {}, b"no"), connecting()) == Conclusion(status=status)


@pytest.mark.parametrize(("status", "answer"), [(200, 200), (400, 200), (404, 404), (503, 200)])
def test_what_is_no_proxy_connects_unless_a_response_is_made_for_the_status(status: int, answer: int) -> None:
    responses = (IntegrationResponse(key="$default"), IntegrationResponse(key="/404/"))
    connect = route("HTTP", *responses, key="$connect", uri=URI)
    assert finish(connect, Fetched(status), connecting()) == Conclusion(status=answer)


def test_replies() -> None:
    answer = Fetched(500, {"x": "y"}, b'{"n": 7}')
    assert finish(route("HTTP_PROXY", uri=URI), answer, message()).body == '{"n": 7}'
    assert finish(route("HTTP_PROXY", uri=URI, two_way=False), answer, message()).body is None
    response = IntegrationResponse(
        key="/5\\d\\d/",
        templates={"500-y": "sorry, $input.path('$.n')"},
        template_selection="${integration.response.statuscode}-${integration.response.header.X}",
    )
    assert finish(route("HTTP", response, uri=URI), answer, message()).body == "sorry, 7"
    assert explained(finish(route("HTTP", response, uri=URI), Fetched(200), message())) == (
        '"Integration": no IntegrationResponse is for "200" (there are "/5\\d\\d/")'
    )


def test_a_server_that_does_not_answer() -> None:
    conclusion = finish(route("HTTP_PROXY", uri=URI), Unreachable("connection refused"), connecting())
    assert (conclusion.status, explained(conclusion)) == (
        504,
        "the integration's URL did not answer: connection refused",
    )
