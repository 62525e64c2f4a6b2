"""The wiring: elements, and who refers to whom."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from building import wiring, wirings

from wsconform.template.values import Attribute, Text, Unresolved
from wsconform.wiring.element import Element, Elsewhere, Missing
from wsconform.wiring.model import (
    Api,
    ApiMapping,
    Authorizer,
    Deployment,
    Function,
    Integration,
    IntegrationResponse,
    Permission,
    Route,
    RouteResponse,
    Stage,
    Wiring,
)
from wsconform.wiring.uris import FunctionUri, HttpUri, MalformedUri

E = TypeVar("E", bound=Element)
FUNCTIONS = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
CHAT = f"""\
Parameters:
  Free: {{Type: String}}
Conditions:
  Never: !Equals [a, b]
Resources:
  Chat: {{Type: "AWS::ApiGatewayV2::Api", Properties: {{ProtocolType: WEBSOCKET}}}}
  Other: {{Type: "AWS::ApiGatewayV2::Api", Properties: {{ProtocolType: WEBSOCKET}}}}
  Gone: {{Type: "AWS::ApiGatewayV2::Integration", Condition: Never, Properties: {{ApiId: !Ref Chat}}}}
  Door:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Chat
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub {FUNCTIONS}/${{Doorman.Arn}}/invocations
  Say:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub {FUNCTIONS}/${{Sayer.Arn}}:live/invocations
  OfOther: {{Type: "AWS::ApiGatewayV2::Integration", Properties: {{ApiId: !Ref Other}}}}
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Chat
      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Door
  Send:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Chat, RouteKey: send, Target: !Sub "integrations/${{Say}}"}}
  Reply: {{Type: "AWS::ApiGatewayV2::RouteResponse", Properties: {{ApiId: !Ref Chat, RouteId: !Ref Send}}}}
  Answer:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties: {{ApiId: !Ref Chat, IntegrationId: !Ref Say}}
  Snapshot: {{Type: "AWS::ApiGatewayV2::Deployment", DependsOn: Send, Properties: {{ApiId: !Ref Chat}}}}
  Live:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {{ApiId: !Ref Chat, StageName: v1, DeploymentId: !Ref Snapshot}}
  Domain: {{Type: "AWS::ApiGatewayV2::DomainName", Properties: {{DomainName: chat.example}}}}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {{ApiId: !Ref Chat, Stage: v1, DomainName: !Ref Domain}}
  Sayer: {{Type: "AWS::Lambda::Function"}}
  Doorman: {{Type: "AWS::Lambda::Function", Properties: {{FunctionName: doorman}}}}
  SayerPermission: {{Type: "AWS::Lambda::Permission", Properties: {{FunctionName: !Sub "${{Sayer.Arn}}:live"}}}}
  DoorPermission: {{Type: "AWS::Lambda::Permission", Properties: {{FunctionName: doorman}}}}
  Unrelated: {{Type: "AWS::Lambda::Permission", Properties: {{FunctionName: elsewhere}}}}
"""


def chat(**changed: str) -> Wiring:
    """The wiring above, with some resources written anew, or added."""
    lines = CHAT.splitlines(keepends=True)
    kept: list[str] = []
    name = ""
    for line in lines:
        if line.startswith("  ") and line[2] != " ":
            name = line.strip().partition(":")[0]
        if name not in changed:
            kept.append(line)
    return wiring("".join(kept) + "".join(f"  {key}: {value}\n" for key, value in changed.items()))


def element(here: Wiring, name: str, kind: type[E]) -> E:
    found = here.elements[name]
    assert isinstance(found, kind)
    return found


def ids(elements: list[E]) -> list[str]:
    return [one.id for one in elements]


def route(properties: str) -> Route:
    return element(
        chat(Send=f"{{Type: 'AWS::ApiGatewayV2::Route', Properties: {{ApiId: !Ref Chat, {properties}}}}}"),
        "Send",
        Route,
    )


class TestRoutes:
    def test_lead_to_their_integration_and_authorizer(self) -> None:
        here = chat()
        connect, send = element(here, "Connect", Route), element(here, "Send", Route)
        assert send.integration is here.elements["Say"]
        assert send.authorizer is None
        assert connect.authorizer is here.elements["Door"]
        assert connect.integration is None
        assert ids(send.responses) == ["Reply"]
        assert ids(connect.responses) == []
        assert (connect.names_authorizer, send.names_authorizer) == (True, False)
        assert (str(connect.authorization), str(send.authorization)) == ("CUSTOM", "NONE")
        assert [one.is_message for one in (connect, send)] == [False, True]

    @pytest.mark.parametrize(
        "target",
        [
            '!Sub "integrations/${Say}"',
            "!Join [/, [integrations, !Ref Say]]",
            '!Sub ["integrations/${I}", {I: !Ref Say}]',
            '!Sub "integrations/${Say.IntegrationId}"',
            '!Join ["", ["integrations/", !GetAtt Say.IntegrationId]]',
        ],
    )
    def test_lead_to_their_integration_however_it_is_written(self, target: str) -> None:
        found = route(f"Target: {target}").integration
        assert isinstance(found, Integration)
        assert found.id == "Say"

    @pytest.mark.parametrize("name", ["Lost", "Gone"])
    def test_whose_target_does_not_exist(self, name: str) -> None:
        assert route(f'Target: !Sub "integrations/${{{name}}}"').integration == Missing(name)

    @pytest.mark.parametrize(
        ("target", "leads_to"),
        [
            ("!Ref Say", Elsewhere),
            ("integrations/abc", Elsewhere),
            ('!Sub "integration/${Say}"', Elsewhere),
            ('!Sub "integrations/${Sayer}"', Elsewhere),
            ('!Sub "integrations/${Say.Arn}"', Elsewhere),
            ('""', Elsewhere),
            ("!Ref Free", Unresolved),
            ('!Sub "integrations/${Free}"', Unresolved),
            ('!Sub "integrations/a-${Free}"', Unresolved),
            ("[a]", Unresolved),
        ],
    )
    def test_whose_target_leads_nowhere_say_why(self, target: str, leads_to: type) -> None:
        assert isinstance(route(f"RouteKey: send, Target: {target}").integration, leads_to)

    def test_that_lead_to_another_type_tell_which(self) -> None:
        found = route('Target: !Sub "integrations/${Sayer}"').integration
        assert isinstance(found, Elsewhere)
        assert "AWS::Lambda::Function" in found.what
        assert found.resource is not None

    def test_without_a_key(self) -> None:
        found = route("Target: x")
        assert found.key is None
        assert found.key_text.unresolved is not None
        assert not found.is_message
        assert route("RouteKey: !Ref Free").key is None

    def test_an_empty_authorizer_id_counts_as_none(self) -> None:
        assert not route('AuthorizerId: ""').names_authorizer
        assert route("AuthorizerId: !Ref Lost").names_authorizer
        assert route("AuthorizerId: !Ref Lost").authorizer == Missing("Lost")


class TestInvokers:
    def test_lead_to_their_function(self) -> None:
        here = chat()
        say, door = element(here, "Say", Integration), element(here, "Door", Authorizer)
        assert say.function is here.elements["Sayer"]
        assert isinstance(say.uri, FunctionUri)
        assert str(say.uri.qualifier) == "live"
        assert door.function is here.elements["Doorman"]
        assert (say.type, door.is_jwt, say.calls_on_its_own) == ("AWS_PROXY", False, True)
        assert ids(say.routes) == ["Send"]
        assert ids(say.responses) == ["Answer"]
        assert ids(door.routes) == ["Connect"]

    @staticmethod
    def integration(properties: str) -> Integration:
        written = f"{{Type: 'AWS::ApiGatewayV2::Integration', Properties: {{ApiId: !Ref Chat, {properties}}}}}"
        return element(chat(Say=written), "Say", Integration)

    @pytest.mark.parametrize(
        ("uri", "function"),
        [
            (f'!Sub "{FUNCTIONS}/${{Sayer.Arn}}/invocations"', "Sayer"),
            ("!GetAtt Sayer.Arn", "Sayer"),
            ('!Sub "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Sayer}"', "Sayer"),
            ('!Sub "arn:aws:lambda:us-east-1:1:function:doorman"', "Doorman"),
            (f'!Sub "{FUNCTIONS}/${{Doorman.Arn}}/invocations"', "Doorman"),
        ],
    )
    def test_lead_to_their_function_however_it_is_written(self, uri: str, function: str) -> None:
        found = self.integration(f"IntegrationUri: {uri}").function
        assert isinstance(found, Function)
        assert found.id == function

    @pytest.mark.parametrize(
        ("uri", "said", "function"),
        [
            ("!GetAtt Lost.Arn", Missing, Missing),
            ("!GetAtt Gone.Arn", Missing, Missing),
            ("!Ref Free", Unresolved, Unresolved),
            ("arn:aws:lambda:us-east-1:1:function:abroad", FunctionUri, Unresolved),
            ('!Sub "arn:aws:lambda:us-east-1:1:function:${Say}"', FunctionUri, Elsewhere),
            ("arn:aws:lambda:us-east-1:1:function:Sayer", MalformedUri, type(None)),
            ("https://example.com", HttpUri, type(None)),
            ("nonsense", MalformedUri, type(None)),
        ],
    )
    def test_that_lead_to_no_function_say_why(self, uri: str, said: type, function: type) -> None:
        found = self.integration(f"IntegrationUri: {uri}")
        assert isinstance(found.uri, said)
        assert isinstance(found.function, function)

    def test_without_a_uri(self) -> None:
        found = self.integration("IntegrationType: MOCK")
        assert found.uri is None
        assert found.function is None
        assert not found.calls_on_its_own
        assert not self.integration("CredentialsArn: arn").calls_on_its_own
        assert self.integration("IntegrationType: !Ref Free").calls_on_its_own


class TestLinks:
    def test_of_the_rest(self) -> None:
        here = chat()
        assert element(here, "Reply", RouteResponse).route is here.elements["Send"]
        assert element(here, "Answer", IntegrationResponse).integration is here.elements["Say"]
        live = element(here, "Live", Stage)
        assert live.deployment is here.elements["Snapshot"]
        assert (str(live.name), live.auto_deploy) == ("v1", False)
        snapshot = element(here, "Snapshot", Deployment)
        assert ids(snapshot.stages) == ["Live"]
        assert [snapshot.waits_for(element(here, name, Route)) for name in ("Send", "Connect")] == [True, False]
        assert snapshot.waits_for(element(here, "Say", Integration))
        mapping = element(here, "Mapping", ApiMapping)
        assert mapping.stage is live
        assert mapping.domain is here.elements["Domain"]

    @pytest.mark.parametrize(
        ("properties", "stage", "domain"),
        [
            ("Stage: v1, DomainName: chat.example", Stage, Element),
            ("Stage: !Ref Live, DomainName: !Ref Domain", Stage, Element),
            ("Stage: v2, DomainName: other.example", Elsewhere, Elsewhere),
            ("Stage: !Ref Free, DomainName: !Ref Free", Unresolved, Unresolved),
            ("ApiMappingKey: x", type(None), type(None)),
        ],
    )
    def test_of_a_mapping(self, properties: str, stage: type, domain: type) -> None:
        written = f"{{Type: 'AWS::ApiGatewayV2::ApiMapping', Properties: {{ApiId: !Ref Chat, {properties}}}}}"
        found = element(chat(Mapping=written), "Mapping", ApiMapping)
        assert isinstance(found.stage, stage)
        assert isinstance(found.domain, domain)

    def test_of_a_mapping_lead_to_a_stage_of_its_own_api_first(self) -> None:
        here = chat(Twin="{Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: !Ref Other, StageName: v1}}")
        assert element(here, "Mapping", ApiMapping).stage is here.elements["Live"]
        twins = "{Type: 'AWS::ApiGatewayV2::ApiMapping', Properties: {ApiId: !Ref Other, Stage: v1}}"
        other = chat(Mapping=twins)
        assert element(other, "Mapping", ApiMapping).stage is other.elements["Live"]

    def test_a_stage_without_a_name_has_an_unknown_one(self) -> None:
        written = "{Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: !Ref Chat, AutoDeploy: true}}"
        found = element(chat(Live=written), "Live", Stage)
        assert found.name.unresolved is not None
        assert found.auto_deploy is True
        assert found.deployment is None

    def test_between_parts_of_one_api(self) -> None:
        here = chat()
        send, say, other = (
            element(here, "Send", Route),
            element(here, "Say", Integration),
            element(here, "OfOther", Integration),
        )
        assert send.shares_api(say) is True
        assert send.shares_api(other) is False
        assert send.api.label == "Chat"
        adrift = chat(Say="{Type: 'AWS::ApiGatewayV2::Integration', Properties: {ApiId: !Ref Lost}}")
        assert element(adrift, "Send", Route).shares_api(element(adrift, "Say", Integration)) is None
        outside = chat(Say="{Type: 'AWS::ApiGatewayV2::Integration', Properties: {ApiId: !ImportValue Api}}")
        assert element(outside, "Send", Route).shares_api(element(outside, "Say", Integration)) is None


class TestFunctions:
    def test_know_every_way_in_which_they_are_called(self) -> None:
        here = chat()
        sayer, doorman = element(here, "Sayer", Function), element(here, "Doorman", Function)
        assert (ids(sayer.integrations), ids(sayer.authorizers), ids(sayer.routes)) == (["Say"], [], ["Send"])
        assert (ids(doorman.integrations), ids(doorman.authorizers), ids(doorman.routes)) == ([], ["Door"], [])
        assert ids(sayer.permissions) == ["SayerPermission"]
        assert ids(doorman.permissions) == ["DoorPermission"]
        assert str(doorman.name) == "doorman"
        assert str(doorman.arn).endswith(":function:doorman")
        assert sayer.name.atom == Attribute("Sayer")

    @pytest.mark.parametrize(
        ("name", "leads_to"),
        [
            ("!Ref Sayer", Function),
            ("!GetAtt Sayer.Arn", Function),
            ("!Ref Lost", Missing),
            ("!Ref Say", Elsewhere),
            ("!Ref Free", Unresolved),
            ("abroad", Unresolved),
            ('""', type(None)),
        ],
    )
    def test_a_permission_is_on_one(self, name: str, leads_to: type) -> None:
        written = f"{{Type: 'AWS::Lambda::Permission', Properties: {{FunctionName: {name}}}}}"
        found = element(chat(SayerPermission=written), "SayerPermission", Permission)
        assert isinstance(found.function, leads_to)

    def test_a_permission_without_function(self) -> None:
        found = element(chat(SayerPermission="{Type: 'AWS::Lambda::Permission'}"), "SayerPermission", Permission)
        assert found.target is None
        assert found.function is None


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
