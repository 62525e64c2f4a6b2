import json
from typing import Any

from gateways import FINE, START, Played, api_of, event, guarded, one, policy, route, stage_of

from wsconform.local.gateway.effects import Invoke
from wsconform.local.gateway.inputs import Upgrade
from wsconform.local.outcome import Returned

AGENT = {"User-Agent": "Mozilla/5.0"}
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcd123456/v1/$connect"


def ids_of(found: dict[str, Any]) -> tuple[str, str]:
    context = found["requestContext"]
    assert context["requestId"] == context["extendedRequestId"]
    return context["connectionId"], context["requestId"]


def test_the_authorizers_event() -> None:
    found = event(Played(guarded()).upgrade(headers={"HeaderAuth1": "h1", **AGENT}, query={"QueryString1": "q1"}))
    connection_id, request_id = ids_of(found)
    headers = found["headers"]
    trace = headers["X-Amzn-Trace-Id"]
    assert list(headers) == [
        "Connection",
        "content-length",
        "HeaderAuth1",
        "Host",
        "Upgrade",
        "User-Agent",
        "X-Amzn-Trace-Id",
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
    ]
    assert trace.startswith(f"Root=1-{int(START):08x}-")
    assert found == {
        "type": "REQUEST",
        "methodArn": ARN,
        "headers": {
            "Connection": "upgrade",
            "content-length": "0",
            "HeaderAuth1": "h1",
            "Host": "127.0.0.1:8443",
            "Upgrade": "websocket",
            "User-Agent": "Mozilla/5.0",
            "X-Amzn-Trace-Id": trace,
            "X-Forwarded-For": "192.0.2.1",
            "X-Forwarded-Port": "8443",
            "X-Forwarded-Proto": "https",
        },
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {"QueryString1": "q1"},
        "multiValueQueryStringParameters": {"QueryString1": ["q1"]},
        "stageVariables": {},
        "requestContext": {
            "routeKey": "$connect",
            "eventType": "CONNECT",
            "extendedRequestId": request_id,
            "requestTime": "20/Jan/2024:11:54:57 +0000",
            "messageDirection": "IN",
            "stage": "v1",
            "connectedAt": 1705751697500,
            "requestTimeEpoch": 1705751697501,
            "identity": {"userAgent": "Mozilla/5.0", "sourceIp": "192.0.2.1"},
            "requestId": request_id,
            "domainName": "127.0.0.1:8443",
            "connectionId": connection_id,
            "apiId": "abcd123456",
        },
    }
    assert list(found["requestContext"]) == [
        "routeKey",
        "eventType",
        "extendedRequestId",
        "requestTime",
        "messageDirection",
        "stage",
        "connectedAt",
        "requestTimeEpoch",
        "identity",
        "requestId",
        "domainName",
        "connectionId",
        "apiId",
    ]


def test_the_connect_event() -> None:
    found = event(
        Played(route("$connect")).upgrade(headers={"Origin": "https://chat.example", "Connection": "Upgrade"})
    )
    assert list(found) == ["headers", "multiValueHeaders", "requestContext", "isBase64Encoded"]
    names = {"Host", "Origin", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"}
    assert set(found["headers"]) == names
    assert found["isBase64Encoded"] is False
    assert found["requestContext"]["identity"] == {"sourceIp": "192.0.2.1"}
    assert "authorizer" not in found["requestContext"]
    assert "messageId" not in found["requestContext"]


def test_repeated_headers_and_parameters() -> None:
    played = Played(route("$connect"))
    request = Upgrade(
        path="/v1",
        headers=(("Cookie", "a=1"), ("Cookie", "b=2"), ("x-forwarded-for", "198.51.100.7")),
        query=(("q", "1"), ("q", "2"), ("Q", "3")),
        source_ip="192.0.2.1",
        port=80,
        secure=False,
    )
    found = event(played.gateway.upgrade("p", request, START))
    assert found["headers"]["Cookie"] == "b=2"
    assert found["multiValueHeaders"]["Cookie"] == ["a=1", "b=2"]
    assert found["queryStringParameters"] == {"q": "2", "Q": "3"}
    assert found["multiValueQueryStringParameters"] == {"q": ["1", "2"], "Q": ["3"]}
    assert found["headers"]["X-Forwarded-For"] == "198.51.100.7, 192.0.2.1"
    assert found["headers"]["X-Forwarded-Proto"] == "http"
    assert "x-forwarded-for" not in found["headers"]


def test_the_message_event() -> None:
    played = Played(route("$default"))
    connection_id = played.connected(headers=AGENT)
    played.now += 3
    text = '{\r\n\t"a": "\\u00e9 é"\r\n}'
    found = event(played.message(text))
    _, request_id = ids_of(found)
    message_id = found["requestContext"]["messageId"]
    assert message_id != request_id
    assert found == {
        "requestContext": {
            "routeKey": "$default",
            "messageId": message_id,
            "eventType": "MESSAGE",
            "extendedRequestId": request_id,
            "requestTime": "20/Jan/2024:11:55:00 +0000",
            "messageDirection": "IN",
            "stage": "v1",
            "connectedAt": 1705751697500,
            "requestTimeEpoch": 1705751700500,
            "identity": {"userAgent": "Mozilla/5.0", "sourceIp": "192.0.2.1"},
            "requestId": request_id,
            "domainName": "127.0.0.1:8443",
            "connectionId": connection_id,
            "apiId": "abcd123456",
        },
        "body": text,
        "isBase64Encoded": False,
    }
    assert list(found["requestContext"])[:4] == ["routeKey", "messageId", "eventType", "extendedRequestId"]


def test_the_disconnect_event() -> None:
    played = Played(route("$default"), route("$disconnect"))
    connection_id = played.connected(headers=AGENT)
    found = event(played.gone(code=1001))
    _, request_id = ids_of(found)
    assert found == {
        "headers": {"Host": "127.0.0.1:8443", "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""},
        "multiValueHeaders": {
            "Host": ["127.0.0.1:8443"],
            "x-api-key": [""],
            "X-Forwarded-For": [""],
            "x-restapi": [""],
        },
        "requestContext": {
            "routeKey": "$disconnect",
            "disconnectStatusCode": 1001,
            "eventType": "DISCONNECT",
            "extendedRequestId": request_id,
            "requestTime": "20/Jan/2024:11:54:57 +0000",
            "messageDirection": "IN",
            "disconnectReason": "",
            "stage": "v1",
            "connectedAt": 1705751697500,
            "requestTimeEpoch": 1705751697500,
            "identity": {"userAgent": "Mozilla/5.0", "sourceIp": "192.0.2.1"},
            "requestId": request_id,
            "domainName": "127.0.0.1:8443",
            "connectionId": connection_id,
            "apiId": "abcd123456",
        },
        "isBase64Encoded": False,
    }
    assert list(found["requestContext"])[:3] == ["routeKey", "disconnectStatusCode", "eventType"]


def events_of_one_connection(context: dict[str, object], assumed: dict[str, str]) -> list[dict[str, Any]]:
    played = Played(guarded(), route("test"), route("$disconnect"), assumed=assumed)
    asked = one(Invoke, played.upgrade(peer=1))
    played.now += 0.0123
    effects = played.answer(asked, policy("*", context=context))
    found = [event(effects)]
    played.answer(one(Invoke, effects), FINE)
    return [*found, event(played.message('{"action": "test"}')), event(played.gone())]


def test_the_authorizers_context_is_in_every_event() -> None:
    context: dict[str, object] = {"name": "Ada", "age": 36, "admin": True, "share": 0.5}
    for found in events_of_one_connection(context, {}):
        assert found["requestContext"]["authorizer"] == {
            "name": "Ada",
            "age": "36",
            "admin": "true",
            "share": "0.5",
            "principalId": "me",
            "integrationLatency": 12,
        }
        assert list(found["requestContext"])[:2] == ["routeKey", "authorizer"]
    for found in events_of_one_connection(context, {"J14": "no", "J15": "no"}):
        assert found["requestContext"]["authorizer"] == {**context, "principalId": "me", "integrationLatency": "12"}


def test_stage_variables_are_in_events_where_there_are_any() -> None:
    stage = stage_of(guarded(), route("test"), route("$disconnect"), variables={"realm": "home"})
    played = Played(api=api_of(stage))
    played.connected()
    played.message('{"action": "test"}')
    played.gone()
    found = [json.loads(effect.payload) for effect in played.all if isinstance(effect, Invoke)]
    assert [one["stageVariables"] for one in found] == [{"realm": "home"}] * 4


def test_events_hold_text_that_is_not_unicode() -> None:
    played = Played(route("$connect"))
    effects = played.upgrade(headers={"x-odd": "\udce9"})
    assert json.loads(one(Invoke, effects).payload)["headers"]["x-odd"] == "\udce9"
    assert played.answer(one(Invoke, effects), Returned(b'{"statusCode": "200"}'))
