"""MOCK integrations, and those of AWS services."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from integrations import connecting, ended, explained, message, route

from wsconform.local.deployed.model import (
    Account,
    Credentials,
    DeployedApi,
    DeployedStage,
    Deployment,
    IntegrationResponse,
    Snapshot,
)
from wsconform.local.gateway.integration.begin import uncallable
from wsconform.local.gateway.integration.conclusion import Conclusion

OK = MappingProxyType({"200": '{"statusCode": 200}'})


def test_a_mock_replies() -> None:
    pong = IntegrationResponse(
        key="/200/", template_selection="200", templates={"200": '{"pong": "$context.connectionId"}'}
    )
    mock = route("MOCK", pong, template_selection="200", request_templates=OK)
    assert ended(mock, message()) == Conclusion(status=200, body='{"pong": "R1kmxc2VNjMCFIA="}')


def test_without_a_response_template_it_replies_what_its_request_was() -> None:
    mock = route("MOCK", IntegrationResponse(key="$default"), request_templates={"$default": '{"statusCode": 200}'})
    assert ended(mock, message()).body == '{"statusCode": 200}'


@pytest.mark.parametrize(("status", "answer"), [("200", 200), ("403", 403), ('"403"', 403), ("503", 200)])
def test_a_mock_answers_the_handshake(status: str, answer: int) -> None:
    responses = (IntegrationResponse(key="/4../"), IntegrationResponse(key="$default"))
    templates = {"$default": f'{{"statusCode": {status}}}'}
    mock = route("MOCK", *responses, key="$connect", request_templates=templates)
    assert ended(mock, connecting()) == Conclusion(status=answer)


def test_a_mock_without_integration_response() -> None:
    conclusion = ended(route("MOCK", key="$connect", template_selection="200", request_templates=OK), connecting())
    assert conclusion.status == 500
    assert explained(conclusion) == '"Integration": no IntegrationResponse'


@pytest.mark.parametrize("template", ["", "ok", "{}", '{"statusCode": true}', '{"statusCode": "x"}', "[]"])
def test_a_mock_without_status(template: str) -> None:
    mock = route("MOCK", IntegrationResponse(key="$default"), request_templates={"$default": template})
    assert 'has to come to JSON with a "statusCode"' in explained(ended(mock, message()))


def test_an_aws_service_fails_and_is_listed() -> None:
    queue = route("AWS", target=None, service="sqs", place="template.yaml:9:5")
    expected = '"Integration" calls the AWS service sqs, which cannot be called here: it answers as a failing one does'
    conclusion = ended(queue, message())
    assert conclusion.status == 500
    assert explained(conclusion) == f"{expected} (template.yaml:9:5)"
    account = Account(id="1", region="r", partition="aws", stack_name="s")
    api = DeployedApi(
        id="a",
        label="Api",
        account=account,
        selection=None,
        stages={
            "v1": DeployedStage(name="v1", label="Stage", snapshot=Snapshot(routes={"a": queue, "b": route("AWS")})),
            "v2": DeployedStage(name="v2", label="Empty", snapshot=None),
        },
        may_manage=lambda *_: None,
        may_invoke=lambda *_: None,
    )
    caller = Credentials(access_key_id="", secret_access_key="", session_token="", arn="")
    deployment = Deployment(account=account, apis={"Api": api}, functions={}, caller=caller)
    assert uncallable(deployment) == (f"{expected} (template.yaml:9:5)",)
