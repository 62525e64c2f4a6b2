"""What a template comes to once it is deployed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from deploying import BASE, chat, deployed, function, only_api, refused, snapshot
from sam_chat import CHAT

from wsconform.check.packs import load_static
from wsconform.check.page import read_page, whole_template
from wsconform.check.registry import Check
from wsconform.local.deployed.errors import DeployError
from wsconform.wiring.selection import Selection, Variable

SAMPLE = Path(__file__).parents[3] / "sample_stack"
ARTICLE = SAMPLE / "article" / "template.yaml"


RULE = """\
from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Route

@check("keys-are-short", on=Route, severity=Severity.ERROR, effect=Effect.REFUSED, area="house", why="w", source="s")
def keys_are_short(route):
    "A route key is short."
    if route.key == "send":
        yield Fault(at=route.at("RouteKey"), message=f'"{route.key}" is long')
"""


def test_what_aws_refuses_is_told_as_findings_too() -> None:
    with pytest.raises(DeployError) as error:
        chat("Resources:\n  ChatApi: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: chat, ProtocolType: HTTP}}\n")
    refusal = error.value.refused
    assert refusal is not None
    assert [one.check for one in refusal.findings] == ["api-protocol-is-websocket"]
    assert [one.check for one in error.value.problems] == ["api-protocol-is-websocket"]


def test_a_pack_may_refuse_too_and_any_refusal_can_be_accepted(tmp_path: Path) -> None:
    (tmp_path / "keys_are_short.py").write_text(RULE)
    with pytest.raises(DeployError, match='"send" is long'):
        chat(packs=[tmp_path])
    (remark,) = chat(packs=[tmp_path], accept=["keys-are-*"]).remarks
    assert remark.endswith('AWS refuses this, and it is accepted here: "send" is long')


def test_what_is_accepted_is_a_check() -> None:
    with pytest.raises(DeployError, match='accept: there is no check "route-key-unique"'):
        chat(accept=["route-key-unique"])


def test_the_sample_stack_is_deployed_whole() -> None:
    sample = deployed((SAMPLE / "template.yaml").read_text(), file=SAMPLE / "template.yaml")
    api = only_api(sample)
    assert api.selection == Selection((Variable(".action"),))
    assert snapshot(sample).routes.keys() == {"$connect", "test"}
    assert not snapshot(sample).absent
    connect, test = snapshot(sample).routes["$connect"], snapshot(sample).routes["test"]
    assert (connect.authorization, connect.integration) == ("CUSTOM", None)
    assert connect.authorizer is not None
    assert connect.authorizer.sources == (("header", "x-some-header-to-auth-from"),)
    assert connect.authorizer.target.refusal is None
    assert test.integration is not None
    assert test.integration.target is not None
    assert (test.integration.target.function, test.integration.target.refusal) == ("MyLambdaRouteHandlerFunction", None)
    assert sample.functions.keys() == {"LambdaRequestAuthFunction", "MyLambdaRouteHandlerFunction"}
    assert function(sample, "LambdaRequestAuthFunction").code.folder == SAMPLE / "authorizer"
    assert not sample.remarks


def test_a_parameter_names_the_stage() -> None:
    sample = deployed((SAMPLE / "template.yaml").read_text(), given={"StageName": "beta", "Credential": "other"})
    assert only_api(sample).stages.keys() == {"beta"}
    assert function(sample, "LambdaRequestAuthFunction").environment == {"CREDENTIAL": "other"}


def test_the_article_leaves_its_door_out_in_the_worst_order_only() -> None:
    worst = deployed(ARTICLE.read_text(), file=ARTICLE)
    assert snapshot(worst).routes.keys() == {"test"}
    assert "ConnectRoute" in snapshot(worst).absent["$connect"]
    assert any("--deploy-order best" in remark for remark in worst.remarks)
    best = deployed(ARTICLE.read_text(), file=ARTICLE, order="best")
    assert snapshot(best).routes["$connect"].authorization == "CUSTOM"
    assert not snapshot(best).absent


def test_a_sam_api_deploys_by_itself() -> None:
    sam = deployed(CHAT)
    assert snapshot(sam, "default").routes.keys() == {"$connect", "send"}
    send = snapshot(sam, "default").routes["send"].integration
    assert send is not None
    assert send.timeout == 5
    assert send.target is not None
    assert (send.target.function, send.target.refusal) == ("Sender", None)


def test_several_apis_are_deployed_side_by_side() -> None:
    both = chat(
        """Resources:
  OtherApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: other, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.kind}
  OtherRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref OtherApi, RouteKey: $default}
  OtherStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref OtherApi, StageName: v1, AutoDeploy: true}
"""
    )
    assert both.apis.keys() == {"ChatApi", "OtherApi"}
    assert len({api.id for api in both.apis.values()}) == 2
    other = both.apis["OtherApi"].stages["v1"].snapshot
    assert other is not None
    assert other.routes.keys() == {"$default"}


def test_what_a_condition_leaves_out_is_not_there() -> None:
    template = whole_template(
        """Parameters:
  Chatty: {Type: String, Default: "no"}
Conditions:
  IsChatty: !Equals [!Sub "${AWS::Region} ${Chatty}", us-east-1 yes]
Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Condition: IsChatty
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${ChatIntegration}
""",
        BASE,
    )
    assert snapshot(deployed(template)).routes.keys() == {"$connect", "$default"}
    assert snapshot(deployed(template, given={"Chatty": "yes"})).routes.keys() == {"$connect", "send", "$default"}


def test_a_condition_that_only_aws_could_tell_is_taken_to_hold_and_told() -> None:
    made = chat(
        """Conditions:
  IsShared: !Equals [!ImportValue shared, "yes"]
Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Condition: IsShared
    Properties: {ApiId: !Ref ChatApi, RouteKey: send, Target: !Sub "integrations/${ChatIntegration}"}
"""
    )
    assert "send" in snapshot(made).routes
    assert any('"IsShared" is taken to hold' in remark for remark in made.remarks)


def test_a_domain_name_is_not_served_whatever_it_is() -> None:
    made = chat(
        """Resources:
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref ChatApi, Stage: !Ref Stage, DomainName: !ImportValue domain}
"""
    )
    (remark,) = made.remarks
    assert remark.endswith("of ChatApi is not served, and clients use the local address")


def test_an_expression_that_selects_nothing_is_told() -> None:
    made = chat(
        """Resources:
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.header.action}
"""
    )
    assert only_api(made).selection is None
    assert any("selects no route" in remark for remark in made.remarks)


def test_a_parameter_without_a_value_is_asked_for_before_all_else() -> None:
    template = whole_template("Parameters:\n  Key: {Type: String}\n  Other: {Type: String}\nResources: {}\n", BASE)
    said = refused(template)
    assert said.splitlines() == [
        'template.yaml:5:3: parameter "Key" has no default and no value; give --parameter Key=VALUE',
        'template.yaml:6:3: parameter "Other" has no default and no value; give --parameter Other=VALUE',
    ]
    deployed(template, given={"Key": "a", "Other": "b"})


def test_parameters_take_what_they_allow_and_others_are_dropped() -> None:
    template = whole_template(
        "Parameters:\n  Size: {Type: String, Default: small, AllowedValues: [small, big]}\nResources: {}\n", BASE
    )
    assert 'give one of "small", "big"' in refused(template, given={"Size": "huge"})
    assert not deployed(template, given={"Size": "big"}).remarks
    (remark,) = deployed(template, given={"Colour": "red"}).remarks
    assert 'no parameter "Colour"' in remark


def test_a_template_without_a_websocket_api_is_refused() -> None:
    assert "no WebSocket API" in refused("Resources:\n  Q: {Type: AWS::SQS::Queue}\n")


def test_an_api_from_elsewhere_cannot_be_served() -> None:
    template = (
        whole_template("Parameters:\n  Api: {Type: String, Default: abc123defg}\nResources:\n  ChatApi: null\n", BASE)
        .replace("!Ref ChatApi", "!Ref Api")
        .replace("${ChatApi}", "${Api}")
    )
    assert "no WebSocket API is declared" in refused(template)


def test_all_that_is_refused_is_told_at_once() -> None:
    said = refused(
        whole_template(
            """Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref ChatApi, RouteKey: send, Target: !Ref ChatIntegration}
  DefaultRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref ChatApi, RouteKey: $connect, Target: !Sub "integrations/${ChatIntegration}"}
""",
            BASE,
        )
    )
    assert len(said.splitlines()) == 2
    assert all(line.startswith("template.yaml:") for line in said.splitlines())


def test_a_redeploy_keeps_ids_names_and_credentials() -> None:
    first = chat()
    second = chat(
        "Resources:\n  SendRoute: null\n  Deployment:\n    Type: AWS::ApiGatewayV2::Deployment\n"
        "    DependsOn: [ConnectRoute, DefaultRoute]\n    Properties: {ApiId: !Ref ChatApi}\n",
        previous=first,
    )
    assert second.caller == first.caller
    assert only_api(second).id == only_api(first).id
    before, after = function(first, "ChatFunction"), function(second, "ChatFunction")
    assert (after.name, after.arn, after.credentials) == (before.name, before.arn, before.credentials)
    assert function(chat(), "ChatFunction").credentials != function(first, "ChatFunction").credentials


def test_credentials_are_shown_to_nobody() -> None:
    credentials = function(chat(), "ChatFunction").credentials
    assert credentials.access_key_id.startswith("ASIA")
    assert credentials.secret_access_key not in repr(credentials)
    assert credentials.session_token not in repr(credentials)


@pytest.mark.parametrize("check", [pytest.param(check, id=check.name) for check in load_static()])
def test_every_example_of_the_checks_is_deployed_or_refused_and_the_sound_ones_are_deployed(
    check: Check, tmp_path: Path
) -> None:
    page = read_page(check.page)
    for example in page.passing:
        deployed(whole_template(example, BASE), file=tmp_path / "template.yaml")
    for example in page.failing:
        with contextlib.suppress(DeployError):
            deployed(whole_template(example, BASE), order="best", file=tmp_path / "template.yaml")
