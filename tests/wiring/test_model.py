"""The wiring: elements, and who refers to whom."""

from __future__ import annotations

import pytest
from chat_wiring import FUNCTIONS, chat, element, ids

from wsconform.template.values import Attribute, Unresolved
from wsconform.wiring.element import Element, Elsewhere, Missing
from wsconform.wiring.model import (
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
)
from wsconform.wiring.uris import FunctionUri, HttpUri, MalformedUri


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
