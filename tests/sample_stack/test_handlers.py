import importlib.util
import json
from io import BytesIO
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

STACK = Path(__file__).parents[2] / "sample_stack"
METHOD_ARN = "arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v1/$connect"


def load(path: Path) -> ModuleType:
    """A handler's module, fresh, as Lambda loads it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestAuthorizer:
    @pytest.fixture(autouse=True)
    def deployed_with(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CREDENTIAL", "open sesame")

    def effect(self, headers: dict[str, str] | None) -> str:
        """What the authorizer says of a connect request, having checked that it speaks of that request alone."""
        answer = load(STACK / "authorizer" / "authorizer.py").handler(
            {"type": "REQUEST", "methodArn": METHOD_ARN, "headers": headers}, None
        )
        (statement,) = answer["policyDocument"]["Statement"]
        assert answer["principalId"]
        assert answer["policyDocument"]["Version"] == "2012-10-17"
        assert (statement["Action"], statement["Resource"]) == ("execute-api:Invoke", METHOD_ARN)
        return str(statement["Effect"])

    @pytest.mark.parametrize(
        "name", ["x-some-header-to-auth-from", "X-Some-Header-To-Auth-From", "X-SOME-HEADER-TO-AUTH-FROM"]
    )
    def test_allows_the_credential_however_the_header_is_spelt(self, name: str) -> None:
        assert self.effect({"Host": "example.com", name: "open sesame"}) == "Allow"

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param(None, id="no headers"),
            pytest.param({}, id="missing"),
            pytest.param({"x-some-header-to-auth-from": ""}, id="empty"),
            pytest.param({"x-some-header-to-auth-from": "allow"}, id="another"),
            pytest.param({"x-some-header-to-auth-from": "Open Sesame"}, id="another case"),
            pytest.param({"x-some-header-to-auth-from": "open sesame "}, id="trailing space"),
            pytest.param({"x-some-header-to-auth-from": "öpen sesame"}, id="not ASCII"),
            pytest.param({"authorization": "open sesame"}, id="another header"),
        ],
    )
    def test_denies_anything_else(self, headers: dict[str, str] | None) -> None:
        assert self.effect(headers) == "Deny"

    @given(shown=st.text())
    def test_denies_any_other_text(self, shown: str) -> None:
        assert (self.effect({"x-some-header-to-auth-from": shown}) == "Allow") == (shown == "open sesame")

    @pytest.mark.parametrize("shown", ["", "None", "allow"])
    def test_without_a_credential_denies_everybody(self, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CREDENTIAL")
        assert self.effect({"x-some-header-to-auth-from": shown}) == "Deny"


class Wire:
    """In place of the network: keeps what a client would send, and answers with one status."""

    def __init__(self) -> None:
        self.sent: list[AWSPreparedRequest] = []
        self.status = 200

    def __call__(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.sent.append(request)
        return AWSResponse(request.url, self.status, {}, HTTPResponse(BytesIO(), preload_content=False))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    session, wire = botocore.session.Session(), Wire()
    session.register("before-send.apigatewaymanagementapi", wire)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=session))
    return wire


EVENT = {
    "requestContext": {
        "routeKey": "test",
        "eventType": "MESSAGE",
        "stage": "v1",
        "domainName": "abcdef1234.execute-api.eu-west-1.amazonaws.com",
        "connectionId": "R1kmxc2VNjMCFIA=",
    },
    "body": '{"action": "test"}',
    "isBase64Encoded": False,
}


class TestRouteHandler:
    @pytest.fixture
    def module(self) -> ModuleType:
        return load(STACK / "route_handler" / "route_handler.py")

    def test_pushes_to_the_callers_own_connection_then_returns_200(self, module: ModuleType, wire: Wire) -> None:
        assert module.handler(EVENT, None) == {"statusCode": 200}

        (request,) = wire.sent
        assert request.method == "POST"
        assert unquote(request.url) == (
            "https://abcdef1234.execute-api.eu-west-1.amazonaws.com/v1/@connections/R1kmxc2VNjMCFIA="
        )
        assert json.loads(request.body) == {"message": "This response was pushed from my Lambda."}
        assert b"/eu-west-1/execute-api/aws4_request" in request.headers["Authorization"]

    def test_does_not_claim_success_when_the_push_was_refused(self, module: ModuleType, wire: Wire) -> None:
        wire.status = 403
        with pytest.raises(ClientError, match="403"):
            module.handler(EVENT, None)
