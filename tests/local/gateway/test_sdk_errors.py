"""The SDK reads the answers of `@connections` as it reads AWS's. Its parser needs no network."""

from typing import Any

import pytest
from gateways import Played, route

from wsconform.local.deployed.model import Refusal
from wsconform.local.gateway.effects import Answer
from wsconform.local.gateway.inputs import Caller

NOBODY = "AAAAAAAAAAAAAAA="


def parsed(operation: str, answer: Answer) -> dict[str, Any]:
    import botocore.parsers
    import botocore.session

    service = botocore.session.Session().get_service_model("apigatewaymanagementapi")
    parser = botocore.parsers.create_parser("rest-json")
    headers = {name.lower(): value for name, value in answer.headers}
    response = {"status_code": answer.status, "headers": headers, "body": answer.body}
    found: dict[str, Any] = parser.parse(response, service.operation_model(operation).output_shape)
    return found


@pytest.mark.parametrize(
    ("error", "call"),
    [
        ("GoneException", {"connection_id": NOBODY}),
        ("ForbiddenException", {"connection_id": NOBODY, "path": "/@connections/x"}),
        ("BadRequestException", {"connection_id": "test-connection-123"}),
        ("PayloadTooLargeException", {"connection_id": NOBODY, "body": bytes(131_073)}),
        ("AccessDeniedException", {"connection_id": NOBODY, "caller": Caller(arn="stranger")}),
        (
            "MissingAuthenticationTokenException",
            {"connection_id": NOBODY, "caller": Caller(fault="the request is not signed")},
        ),
    ],
)
def test_errors_have_the_names_that_the_sdk_raises_by(error: str, call: dict[str, Any]) -> None:
    played = Played(route("$default"), may_manage=lambda caller, _: Refusal("no") if caller == "stranger" else None)
    assert parsed("PostToConnection", played.manage("POST", **call))["Error"]["Code"] == error


def test_a_client_that_does_not_read_is_a_limit() -> None:
    played = Played(route("$default"))
    connection_id = played.connected()
    played.gateway.congested(1, full=True)
    assert parsed("PostToConnection", played.manage("POST", connection_id))["Error"]["Code"] == "LimitExceededException"


def test_what_the_sdk_makes_of_successes() -> None:
    played = Played(route("$default"))
    connection_id = played.connected(headers={"User-Agent": "curl"})
    post = parsed("PostToConnection", played.manage("POST", connection_id, b"hello"))
    assert post["ResponseMetadata"]["HTTPStatusCode"] == 200
    found = parsed("GetConnection", played.manage("GET", connection_id))
    assert found["Identity"] == {"SourceIp": "192.0.2.1", "UserAgent": "curl"}
    assert found["ConnectedAt"].isoformat() == "2024-01-20T11:54:57.500000+00:00"
    assert found["LastActiveAt"] == found["ConnectedAt"]
    delete = parsed("DeleteConnection", played.manage("DELETE", connection_id))
    assert delete["ResponseMetadata"]["HTTPStatusCode"] == 204
