"""The wiring: APIs, what they call, and what lies outside of the template."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from building import wiring, wirings
from chat_wiring import CHAT, chat, ids

from wsconform.template.values import Attribute, Text, Unresolved
from wsconform.wiring.model import (
    Api,
    Wiring,
)


def api(here: Wiring, label: str = "Chat") -> Api:
    return next(one for one in here.apis if one.label == label)


class TestApis:
    def test_know_their_parts(self) -> None:
        here = chat()
        found = api(here)
        assert [part.id for part in found.parts()] == [
            *("Connect", "Send", "Say", "Door", "Reply", "Answer", "Snapshot", "Live", "Mapping")
        ]
        assert ids(found.functions) == ["Sayer", "Doorman"]
        assert ids(found.permissions) == ["SayerPermission", "DoorPermission"]
        assert found.route("send") is here.elements["Send"]
        assert found.route("other") is None
        assert ids(found.connect_routes) == ["Connect"]
        assert found.misspelt_connect is None
        assert ids(found.open_routes) == []
        assert (found.protocol, found.is_websocket, found.path) == ("WEBSOCKET", True, "Chat")
        assert str(found.text("ProtocolType")) == "WEBSOCKET"
        assert str(found.at("ProtocolType")).startswith("t.yaml:6:")
        assert found.id_parts == (Attribute("Chat"),)

    def test_a_permission_that_names_the_api_is_its_own_too(self) -> None:
        source = '!Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Chat}/*"'
        written = f"{{Type: 'AWS::Lambda::Permission', Properties: {{FunctionName: x, SourceArn: {source}}}}}"
        assert "Unrelated" in ids(api(chat(Unrelated=written)).permissions)

    @pytest.mark.parametrize(("key", "is_misspelt"), [("connect", True), ("$conect", True), ("join", False)])
    def test_a_route_that_was_meant_to_be_connect(self, key: str, *, is_misspelt: bool) -> None:
        written = f"{{Type: 'AWS::ApiGatewayV2::Route', Properties: {{ApiId: !Ref Chat, RouteKey: {key}}}}}"
        found = api(chat(Connect=written)).misspelt_connect
        assert (found is not None) is is_misspelt

    def test_a_dollar_tells_which_of_two_was_meant(self) -> None:
        def written(key: str) -> str:
            return f"{{Type: 'AWS::ApiGatewayV2::Route', Properties: {{ApiId: !Ref Chat, RouteKey: {key}}}}}"

        found = api(chat(Connect=written("connect"), Send=written("$Connect"))).misspelt_connect
        assert found is not None
        assert found.id == "Send"

    def test_routes_of_unknown_key(self) -> None:
        written = "{Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: !Ref Chat, RouteKey: !Ref Free}}"
        assert ids(api(chat(Send=written)).open_routes) == ["Send"]
        without = "{Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: !Ref Chat}}"
        assert ids(api(chat(Send=without)).open_routes) == []

    @pytest.mark.parametrize(
        ("protocol", "protocol_read", "is_websocket"),
        [
            ("WEBSOCKET", "WEBSOCKET", True),
            ("HTTP", "HTTP", False),
            ("!Ref Free", None, True),
        ],
    )
    def test_of_some_protocol(self, protocol: str, protocol_read: str | None, *, is_websocket: bool) -> None:
        found = api(chat(Chat=f"{{Type: 'AWS::ApiGatewayV2::Api', Properties: {{ProtocolType: {protocol}}}}}"))
        assert (found.protocol, found.is_websocket) == (protocol_read, is_websocket)
        assert found.has_websocket_wiring

    def test_of_no_protocol_with_websocket_wiring(self) -> None:
        found = api(chat(Chat="{Type: 'AWS::ApiGatewayV2::Api'}"))
        assert (found.protocol, found.is_websocket, found.has_websocket_wiring) == (None, False, True)

    def test_that_selects_by_body(self) -> None:
        text = """\
Resources:
  A:
    Type: AWS::ApiGatewayV2::Api
    Properties: {ProtocolType: HTTP, RouteSelectionExpression: $request.body.action}
"""
        (found,) = wiring(text).apis
        assert found.has_websocket_wiring
        assert found.websocket_parts == []

    def test_what_only_websocket_apis_have(self) -> None:
        found = api(
            chat(Say="{Type: 'AWS::ApiGatewayV2::Integration', Properties: {ApiId: !Ref Chat, IntegrationType: MOCK}}")
        )
        assert ids(found.websocket_parts) == ["Connect", "Send", "Say", "Reply", "Answer"]


class TestCalls:
    def test_are_those_that_permissions_must_allow(self) -> None:
        found = [(call.function.id, call.caller.id, str(call.source)) for call in api(chat()).calls]
        start = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Chat}"
        assert found == [("Sayer", "Send", f"{start}/v1/send"), ("Doorman", "Door", f"{start}/authorizers/${{Door}}")]

    def test_are_told_once_for_every_stage(self) -> None:
        twin = "{Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: !Ref Chat, StageName: %s}}"
        for name, count in (("v2", 2), ("v1", 1)):
            found = api(chat(Twin=twin % name)).calls
            assert len([call for call in found if call.caller.id == "Send"]) == count

    def test_on_a_stage_that_the_deployment_makes(self) -> None:
        written = "{Type: 'AWS::ApiGatewayV2::Deployment', Properties: {ApiId: !Ref Chat, StageName: live}}"
        found = api(chat(Snapshot=written))
        assert [(stage is None, str(name)) for stage, name in found.shown_stages] == [(False, "v1"), (True, "live")]

    def test_without_a_stage_are_on_an_unknown_one(self) -> None:
        found = api(chat(Live="{Type: 'AWS::SQS::Queue'}"))
        ((stage, name),) = found.shown_stages
        assert stage is None
        assert isinstance(name, Text)
        assert name.unresolved is not None

    @pytest.mark.parametrize(
        "changed",
        [
            {"Send": "{Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: !Ref Chat, RouteKey: send}}"},
            {"Say": "{Type: 'AWS::ApiGatewayV2::Integration', Properties: {ApiId: !Ref Chat, IntegrationType: MOCK}}"},
            {"Say": "{Type: 'AWS::ApiGatewayV2::Integration', Properties: {ApiId: !Ref Chat, IntegrationUri: abc}}"},
            {
                "Say": "{Type: 'AWS::ApiGatewayV2::Integration', "
                "Properties: {ApiId: !Ref Other, IntegrationUri: !GetAtt Sayer.Arn}}"
            },
            {
                "Say": "{Type: 'AWS::ApiGatewayV2::Integration', "
                "Properties: {ApiId: !Ref Chat, CredentialsArn: x, IntegrationUri: !GetAtt Sayer.Arn}}"
            },
        ],
    )
    def test_of_routes_that_make_none(self, changed: dict[str, str]) -> None:
        assert [call.caller.id for call in api(chat(**changed)).calls] == ["Door"]

    @pytest.mark.parametrize("properties", ["AuthorizerCredentialsArn: x", "AuthorizerUri: abc"])
    def test_of_authorizers_that_make_none(self, properties: str) -> None:
        uri = "" if "AuthorizerUri" in properties else ", AuthorizerUri: !GetAtt Doorman.Arn"
        written = f"{{Type: 'AWS::ApiGatewayV2::Authorizer', Properties: {{ApiId: !Ref Chat, {properties}{uri}}}}}"
        assert [call.caller.id for call in api(chat(Door=written)).calls] == ["Send"]


class TestOutside:
    TEXT = """\
Parameters: {ApiId: {Type: String}}
Resources:
  Send: {Type: "AWS::ApiGatewayV2::Route", Properties: {ApiId: !Ref ApiId, RouteKey: send}}
"""

    def test_an_api_of_another_template(self) -> None:
        (found,) = wiring(self.TEXT).apis
        assert (found.label, found.path, found.element, found.protocol) == ("ApiId", "ApiId", None, None)
        assert found.is_websocket
        assert found.text("Name") is None
        assert found.at("Name").line == 1
        (part,) = found.id_parts
        assert isinstance(part, Unresolved)
        assert str(found.arn("x")).endswith(":${ApiId}/x")


def test_an_api_in_a_nested_stack(tmp_path: Path) -> None:
    (tmp_path / "child.yaml").write_text(CHAT)
    nested = "Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}"
    here = wiring(f"Resources: {{Nested: {{{nested}}}}}", tmp_path)
    found = api(here)
    assert (found.key, found.path) == ("Nested/Chat", "Nested/Chat")
    assert ids(found.connect_routes) == ["Nested/Connect"]


def test_what_is_worked_out_of_a_wiring_is_kept_with_it() -> None:
    here, other = chat(), chat()
    made: list[Wiring] = []

    def make(wiring: Wiring) -> int:
        made.append(wiring)
        return len(made)

    assert [one.once("count", partial(make, one)) for one in (here, here, other)] == [1, 1, 2]
    assert here.once("other", lambda: "x") == "x"


def test_a_wiring_knows_its_world() -> None:
    text = """\
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources: {A: {Type: "AWS::ApiGatewayV2::Api", Condition: IsProd, Properties: {ProtocolType: WEBSOCKET}}}
"""
    dev, prod = wirings(text)
    assert (str(dev.world), len(dev.apis)) == ("IsProd is false", 0)
    assert (str(prod.world), len(prod.apis)) == ("IsProd is true", 1)
    value = prod.apis[0].element
    assert value is not None
    reference = Text((Attribute("A"), Attribute("B")), value.resource.span)
    assert dev.missing(reference) == "A"
    assert prod.missing(reference) == "B"
    assert prod.missing(Text((Attribute("A"),), value.resource.span)) is None
