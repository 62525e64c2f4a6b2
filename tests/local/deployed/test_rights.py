"""Who may push to connections, and who may connect with a signature."""

from __future__ import annotations

import pytest
from deploying import chat, function, only_api

from wsconform.local.deployed.account import local_account
from wsconform.local.deployed.model import Deployment, Refusal

ROLE = """Resources:
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "x = 1"
      Policies:
        - Statement:
"""
OTHER = """\
  OtherApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: other, ProtocolType: HTTP}
"""


def statement(effect: str, resource: str, action: str = "execute-api:ManageConnections") -> str:
    resource = f"!Sub 'arn:aws:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{resource}'"
    return f"            - {{Effect: {effect}, Action: '{action}', Resource: {resource}}}\n"


def pushing(made: Deployment, method: str = "POST", stage: str = "v1", connection: str = "abc=") -> Refusal | None:
    api = only_api(made)
    arn = function(made, "ChatFunction").credentials.arn
    return api.may_manage(arn, api.arn(f"{stage}/{method}/@connections/{connection}"))


def test_a_statement_for_another_region_does_not_count() -> None:
    allowing = ROLE + statement("Allow", "*").replace("${AWS::Region}", "eu-west-1")
    assert pushing(chat(allowing)) is None
    assert pushing(chat(allowing, account=local_account(region="eu-west-1"))) is None
    refusal = pushing(chat(allowing, account=local_account(region="eu-west-2")))
    assert refusal is not None
    assert 'allows it on "arn:aws:execute-api:eu-west-1:' in refusal.reason


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        ("${ChatApi}/v1/POST/@connections/*", True),
        ("${ChatApi}/*/@connections/*", True),
        ("${ChatApi}/*", True),
        ("*/@connections/*", True),
        ("${ChatApi}/v1/POST/@connections", False),
        ("${ChatApi}/v1/POST/@connections/abc=", False),
        ("${ChatApi}/v1/POST/@connections/{connectionId}", True),
        ("${ChatApi}/v1/GET/@connections/*", False),
        ("${ChatApi}/v2/POST/@connections/*", False),
        ("${OtherApi}/*", False),
    ],
)
def test_the_statement_is_compared_with_the_literal_tail(resource: str, allowed: bool) -> None:  # noqa: FBT001
    refusal = pushing(chat(ROLE + statement("Allow", resource) + OTHER))
    assert (refusal is None) is allowed
    if refusal is not None:
        assert "ChatFunction allows it on" in refusal.reason
        assert refusal.place.startswith("template.yaml:")


def test_a_denial_wins_and_is_named() -> None:
    both = statement("Allow", "${ChatApi}/*") + statement("Deny", "${ChatApi}/v1/POST/*")
    made = chat(ROLE + both)
    refusal = pushing(made)
    assert refusal is not None
    assert "a statement of ChatFunction denies the role of ChatFunction execute-api:ManageConnections" in refusal.reason
    assert pushing(made, "GET") is None


def test_without_a_statement_nothing_is_allowed() -> None:
    refusal = pushing(chat(ROLE + statement("Allow", "*", "execute-api:Invoke")))
    assert refusal is not None
    assert refusal.reason.startswith("no statement allows the role of ChatFunction execute-api:ManageConnections")


def test_connecting_with_a_signature_takes_another_action() -> None:
    made = chat(ROLE + statement("Allow", "${ChatApi}/v1/$connect", "execute-api:Invoke"))
    api, arn = only_api(made), function(made, "ChatFunction").credentials.arn
    assert api.may_invoke(arn, api.arn("v1/$connect")) is None
    assert api.may_invoke(arn, api.arn("v2/$connect")) is not None
    assert api.may_manage(arn, api.arn("v1/POST/@connections/x")) is not None


def test_the_person_may_do_everything_and_a_stranger_nothing() -> None:
    made = chat()
    api = only_api(made)
    assert api.may_manage(made.caller.arn, api.arn("v1/DELETE/@connections/x")) is None
    assert api.may_invoke(made.caller.arn, api.arn("v1/$connect")) is None
    stranger = api.may_manage("arn:aws:iam::123456789012:user/who", api.arn("v1/POST/@connections/x"))
    assert stranger is not None
    assert "nobody" in stranger.reason


def test_what_is_no_part_of_the_api_is_refused() -> None:
    made = chat()
    arn = function(made, "ChatFunction").credentials.arn
    assert only_api(made).may_manage(arn, "arn:aws:execute-api:us-east-1:123456789012:other/v1/POST/x") is not None


ELSEWHERE = """Resources:
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: index.handler, InlineCode: "x = 1", Role: !ImportValue chat-role}
"""


def test_a_role_from_elsewhere_is_taken_to_allow_and_told() -> None:
    made = chat(ELSEWHERE)
    assert pushing(made) is None
    assert any("ChatFunction is taken to be allowed to push" in remark for remark in made.remarks)


def test_an_id_that_is_written_out_may_be_that_of_the_api_where_it_was_deployed_before() -> None:
    made = chat(ROLE + statement("Allow", "abcdefghij/*"))
    assert pushing(made) is None
    assert any("ChatFunction is taken to be allowed to push" in remark for remark in made.remarks)


def test_a_condition_is_taken_to_hold_and_told() -> None:
    conditional = statement("Allow", "${ChatApi}/*").replace(
        "Effect: Allow", 'Effect: Allow, Condition: {StringEquals: {"aws:SourceVpc": vpc-1}}'
    )
    made = chat(ROLE + conditional)
    assert pushing(made) is None
    assert any("aws:SourceVpc" in remark for remark in made.remarks)
