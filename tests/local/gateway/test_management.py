import dataclasses
import json
from typing import Any

import pytest
from gateways import (
    SOMEBODY,
    Played,
    api_of,
    closed,
    event,
    guarded,
    management_call,
    nobody_minds,
    one,
    policy,
    route,
    sent,
    stage_of,
)

from wsconform.local.deployed.model import Refusal, Throttle
from wsconform.local.gateway.effects import Answer, Happened, Invoke, Send
from wsconform.local.gateway.inputs import Caller
from wsconform.local.gateway.limits import Quotas

NOBODY = "AAAAAAAAAAAAAAA="


def played_with_one(**properties: Any) -> tuple[Played, str]:  # noqa: ANN401, of any field
    played = Played(route("$default"), route("$disconnect"), **properties)
    return played, played.connected(headers={"User-Agent": "curl"})


def error_of(answer: Answer) -> tuple[int, str, str]:
    return answer.status, dict(answer.headers)["x-amzn-ErrorType"], json.loads(answer.body).get("message", "")


def test_post_delivers_and_answers() -> None:
    played, connection_id = played_with_one()
    played.connected(peer=2)
    answer = played.manage("POST", connection_id, "héllo".encode())
    assert (answer.status, answer.body, answer.token) == (200, b"", "t")
    assert "x-amzn-RequestId" in dict(answer.headers)
    assert [effect for effect in played.all if isinstance(effect, Send)] == [Send(1, "héllo")]


def test_post_of_bytes_that_are_not_text() -> None:
    played, connection_id = played_with_one()
    played.manage("POST", connection_id, b"\xff\x00")
    assert sent(played.all) == [b"\xff\x00"]
    played, connection_id = played_with_one(assumed={"J23": "no"})
    played.manage("POST", connection_id, b"\xff\x00")
    assert sent(played.all) == ["\ufffd\x00"]


def test_get_tells_of_the_connection() -> None:
    played, connection_id = played_with_one()
    played.now += 3.25
    played.message("hello")
    answer = played.manage("GET", connection_id)
    assert answer.status == 200
    assert ("Content-Type", "application/json") in answer.headers
    assert json.loads(answer.body) == {
        "connectedAt": "2024-01-20T11:54:57.500Z",
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "curl"},
        "lastActiveAt": "2024-01-20T11:55:00.750Z",
    }
    played = Played(route("$default"))
    assert json.loads(played.manage("GET", played.connected()).body)["identity"]["userAgent"] is None


def test_delete_closes() -> None:
    played, connection_id = played_with_one()
    effects = played.manage_all(management_call("DELETE", f"/v1/@connections/{connection_id}"))
    assert one(Answer, effects).status == 204
    assert closed(effects) == (1000, "Connection Closed Normally")
    context = event(effects)["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1000, "Connection Closed Normally")
    for method in ("POST", "GET", "DELETE"):
        assert error_of(played.manage(method, connection_id)) == (410, "GoneException", "")
    assert played.gone() == []


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_who_was_never_there_is_gone_and_who_cannot_be_is_bad(method: str) -> None:
    played, _ = played_with_one()
    assert error_of(played.manage(method, NOBODY)) == (410, "GoneException", "")
    for wrong in ("test-connection-123", "x", "AAAA BBBBCCCCDD=", f"{NOBODY}="):
        assert error_of(played.manage(method, wrong)) == (400, "BadRequestException", "Invalid connectionId")


def test_posting_before_connect_has_returned_is_gone() -> None:
    played = Played(guarded(), route("$default"))
    effects = played.upgrade()
    connection_id = event(effects)["requestContext"]["connectionId"]
    assert played.manage("POST", connection_id).status == 410
    effects = played.answer(one(Invoke, effects), policy("*"))
    assert played.manage("POST", connection_id).status == 410
    assert "before $connect has returned" in played.why
    played.answer(one(Invoke, effects))
    assert played.manage("POST", connection_id).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/@connections/{}",
        "/v2/@connections/{}",
        "/v1/connections/{}",
        "/v1/@connections/",
        "/",
        "/v1/@connections/{}/more",
        "v1",
    ],
)
def test_wrong_addresses_are_forbidden(path: str) -> None:
    played, connection_id = played_with_one()
    answer = played.manage("POST", "", path=path.format(connection_id))
    assert error_of(answer) == (403, "ForbiddenException", "Forbidden")


def test_a_method_that_there_is_not() -> None:
    played, connection_id = played_with_one()
    assert error_of(played.manage("PUT", connection_id))[:2] == (403, "ForbiddenException")


def test_signatures() -> None:
    played, connection_id = played_with_one()
    unsigned = played.manage("POST", connection_id, caller=Caller(fault="the request is not signed"))
    assert error_of(unsigned) == (403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    bad = played.manage("POST", connection_id, caller=Caller(fault="the signature is of another secret"))
    assert error_of(bad)[:2] == (403, "InvalidSignatureException")
    assert played.why == "the signature is of another secret"
    assert sent(played.all) == []


def test_the_right_to_manage_connections() -> None:
    asked = []

    def may_manage(caller: str, resource: str) -> Refusal | None:
        asked.append((caller, resource))
        return Refusal("the role of Chat allows execute-api:Invoke alone", "t.yaml:9:1")

    played, connection_id = played_with_one(may_manage=may_manage)
    status, error, message = error_of(played.manage("POST", connection_id))
    path = "abcd123456/v1/POST/@connections/{connectionId}"
    assert (status, error) == (403, "AccessDeniedException")
    assert message == (
        f"User: {SOMEBODY.arn} is not authorized to perform: execute-api:ManageConnections"
        f" on resource: arn:aws:execute-api:eu-west-1:********9012:{path}"
    )
    assert asked == [(SOMEBODY.arn, f"arn:aws:execute-api:eu-west-1:123456789012:{path}")]
    assert played.why == "the role of Chat allows execute-api:Invoke alone (t.yaml:9:1)"


def test_a_disabled_endpoint_is_closed_to_commands_too() -> None:
    played, connection_id = played_with_one()
    played.gateway.redeploy(dataclasses.replace(played.api, disabled=True))
    assert error_of(played.manage("POST", connection_id)) == (403, "ForbiddenException", "Forbidden")
    assert played.why == "the API's DisableExecuteApiEndpoint is set"
    assert sent(played.all) == []


def test_how_much_may_be_posted() -> None:
    played, connection_id = played_with_one()
    assert played.manage("POST", connection_id, b"x" * 131_072).status == 200
    answer = played.manage("POST", connection_id, b"x" * 131_073)
    assert error_of(answer)[:2] == (413, "PayloadTooLargeException")
    played, connection_id = played_with_one(assumed={"J18": "no"})
    assert played.manage("POST", connection_id, b"x" * 32_768).status == 200
    assert played.manage("POST", connection_id, b"x" * 32_769).status == 413


def test_a_client_that_does_not_read() -> None:
    played, connection_id = played_with_one()
    played.gateway.congested(1, full=True)
    assert error_of(played.manage("POST", connection_id, b"x"))[:2] == (429, "LimitExceededException")
    assert played.manage("GET", connection_id).status == 200
    played.gateway.congested(1, full=False)
    assert played.manage("POST", connection_id, b"x").status == 200


def test_the_accounts_throttle() -> None:
    played, connection_id = played_with_one(quotas=Quotas(requests=Throttle(rate=1, burst=2)))
    assert played.manage("POST", connection_id).status == 200
    assert error_of(played.manage("POST", connection_id))[:2] == (429, "LimitExceededException")
    played.passed(1)
    assert played.manage("POST", connection_id).status == 200


def test_a_connection_belongs_to_its_stage() -> None:
    stages = stage_of(route("$default")), stage_of(route("$default"), name="v2")
    played = Played(api=api_of(*stages, may_manage=nobody_minds))
    first, second = played.connected(1), played.connected(2, "/v2")
    assert played.manage("GET", "", path=f"/v2/@connections/{first}").status == 410
    assert played.manage("GET", "", path=f"/v2/@connections/{second}").status == 200


def test_people_hear_of_every_call() -> None:
    played, connection_id = played_with_one()
    for method, path in (("POST", ""), ("PUT", ""), ("GET", "/"), ("GET", ""), ("DELETE", ""), ("GET", "")):
        before = len(played.all)
        played.manage(method, connection_id, path=path)
        assert [effect for effect in played.all[before:] if isinstance(effect, Happened)]
