import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sam_chat import CHAT, CUSTOM, at, expanded, start, value, with_properties

from wsconform.template.nodes import Mapping, Sequence, child, plain
from wsconform.template.sam import Expansion, expand, needs_translator
from wsconform.template.source import parse


def of_api(expansion: Expansion, api: str = "Chat") -> dict[str, str]:
    """The type of each resource that comes of an API, by logical id."""
    return {
        name: str(plain(expansion.resources[name].entries["Type"]))
        for name, origin in expansion.origins.items()
        if origin == api
    }


def test_each_route_becomes_a_route_an_integration_and_a_permission() -> None:
    expansion = expanded(CHAT)
    assert of_api(expansion) == {
        "Chat": "AWS::ApiGatewayV2::Api",
        "ChatConnectRoute": "AWS::ApiGatewayV2::Route",
        "ChatConnectIntegration": "AWS::ApiGatewayV2::Integration",
        "ChatConnectPermission": "AWS::Lambda::Permission",
        "ChatSendRoute": "AWS::ApiGatewayV2::Route",
        "ChatSendIntegration": "AWS::ApiGatewayV2::Integration",
        "ChatSendPermission": "AWS::Lambda::Permission",
        "ChatDefaultStage": "AWS::ApiGatewayV2::Stage",
    }
    assert (expansion.required, expansion.refusals, expansion.losses) == (True, (), ())
    assert expansion.references == {"Chat.Stage": "ChatDefaultStage"}


def test_what_is_expanded_is_what_the_translator_gives() -> None:
    from types import SimpleNamespace

    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    text = with_properties(CUSTOM, CHAT).replace("src/", "s3://bucket/key")
    root = parse(text.encode(), "template.yaml").root
    translator = Translator(
        None,
        Parser(),
        boto_session=SimpleNamespace(region_name="eu-west-1"),
        metrics=SimpleNamespace(record_latency=lambda *_: None),
    )
    made = translator.translate(plain(root), {}, get_managed_policy_map=dict)["Resources"]
    expansion = expand(root)
    assert {name: plain(expansion.resources[name]) for name in expansion.origins} == {
        name: resource for name, resource in made.items() if name.startswith("Chat")
    }


def test_the_users_own_nodes_are_kept() -> None:
    root = parse(CHAT.encode(), "template.yaml").root
    expansion = expand(root)
    routes = child(root, "Resources", "Chat", "Properties", "Routes")
    uri = value(expansion, "ChatSendIntegration", "IntegrationUri", "Fn::Sub")
    assert isinstance(uri, Sequence)
    assert child(uri.items[1], "FunctionArn") is child(routes, "send", "FunctionArn")
    assert expansion.resources["Greeter"] is child(root, "Resources", "Greeter")
    assert next(iter(expansion.resources)) == "Chat"
    assert list(expansion.resources)[-2:] == ["Greeter", "Sender"]


def test_several_apis_are_kept_apart() -> None:
    second = CHAT[CHAT.index("  Chat:") : CHAT.index("  Greeter:")].replace("  Chat:", "  Other:")
    expansion = expanded(CHAT + second)
    assert len(of_api(expansion)) == len(of_api(expansion, "Other")) == 8
    assert {
        plain(value(expansion, name, "ApiId", "Ref")) for name in of_api(expansion, "Other") if "Route" in name
    } == {"Other"}


def test_resources_of_an_http_api_are_left_to_it() -> None:
    text = (
        CHAT
        + """\
  Plain:
    Type: AWS::Serverless::HttpApi
  Clock:
    Type: AWS::Serverless::Function
    Properties:
      Handler: clock.handler
      Runtime: python3.13
      CodeUri: src/
      Events:
        Get: {Type: HttpApi, Properties: {ApiId: !Ref Plain, Path: /, Method: get}}
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
"""
    )
    expansion = expanded(text)
    assert expansion.refusals == ()
    assert set(expansion.origins.values()) == {"Chat"}
    assert [name for name in expansion.resources if name not in expansion.origins] == [
        "Greeter",
        "Sender",
        "Plain",
        "Clock",
    ]


def test_the_metadata_and_the_dependencies_of_an_api_stay_with_it() -> None:
    extra = "    DependsOn: Greeter\n    Metadata: {wsconform: noted}\n"
    text = CHAT.replace(
        "    Type: AWS::Serverless::WebSocketApi\n", "    Type: AWS::Serverless::WebSocketApi\n" + extra
    )
    api = expanded(text).resources["Chat"]
    assert start(api.entries["Metadata"].span) == at(text, "{wsconform")
    assert start(api.entries["DependsOn"].span) == at(text, "DependsOn: |Greeter")


def test_a_condition_that_sam_drops_is_told() -> None:
    text = CHAT.replace("WebSocketApi\n", "WebSocketApi\n    Condition: IsLive\n")
    expansion = expanded(text + "Conditions: {IsLive: !Equals [!Ref AWS::Region, eu-west-1]}\n")
    (loss,) = expansion.losses
    assert (loss.resource, start(loss.span)) == ("Chat", at(text, "Condition: |IsLive"))
    assert loss.message == 'SAM drops the Condition "IsLive" of "Chat": the API is made whether it holds or not'
    assert expansion.resources["Chat"].get("Condition") is None


def test_a_route_that_another_displaces_is_told() -> None:
    text = CHAT.replace("        send:\n", "        SEND: {FunctionArn: !GetAtt Greeter.Arn}\n        send:\n")
    (loss,) = expanded(text).losses
    assert start(loss.span) == at(text, "SEND")
    assert loss.message == 'SAM drops route "SEND" of "Chat": route "send" gets the same logical id'


def test_a_property_that_no_route_has_is_told() -> None:
    text = CHAT.replace("        send:\n", "        send:\n          Auth: {AuthType: AWS_IAM}\n")
    (loss,) = expanded(text).losses
    assert start(loss.span) == at(text, "Auth: {AuthType: AWS_IAM}")
    assert loss.message == 'SAM drops "Auth" of route "send" of "Chat": a route has no such property'


NEEDS = {
    "api": (CHAT, True),
    "no transform": (CHAT.replace("Transform: AWS::Serverless-2016-10-31\n", ""), True),
    "another transform": (CHAT.replace("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"), True),
    "transforms": (
        CHAT.replace("AWS::Serverless-2016-10-31", "[AWS::LanguageExtensions, AWS::Serverless-2016-10-31]"),
        True,
    ),
    "function": (CHAT.replace("WebSocketApi", "Function"), False),
    "globals": (CHAT.replace("WebSocketApi", "Function") + "Globals: {}\n", True),
    "connector": (CHAT.replace("WebSocketApi", "Connector"), True),
    "connectors": (CHAT.replace("WebSocketApi", "Function") + "    Connectors: {}\n", True),
}


@pytest.mark.parametrize(("text", "needed"), NEEDS.values(), ids=NEEDS)
def test_the_translator_is_needed_for_what_it_alone_knows(text: str, *, needed: bool) -> None:
    root = parse(text.encode(), "template.yaml").root
    assert needs_translator(root) is needed
    expansion = expand(root)
    assert expansion.required is needed
    if not needed:
        resources = root.get("Resources")
        assert isinstance(resources, Mapping)
        assert expansion.resources == resources.entries
        assert expansion.key_spans == resources.key_spans


def test_sam_types_without_the_transform_are_refused_once_and_expanded_all_the_same() -> None:
    text = CHAT.replace("Transform: AWS::Serverless-2016-10-31\n", "").replace(
        "  Sender:", "  Table: {Type: A::B::C}\n  Sender:"
    )
    expansion = expanded(text)
    refusals = expansion.refusals
    assert [refusal.resource for refusal in refusals] == ["Chat"]
    assert set(expansion.origins.values()) == {"Chat"}
    assert start(refusals[0].span) == at(text, "AWS::Serverless::WebSocketApi")
    assert refusals[0].message == (
        '"Chat" is of the SAM type "AWS::Serverless::WebSocketApi", '
        'but the template has no "Transform: AWS::Serverless-2016-10-31"'
    )


def test_without_resources_there_is_nothing_to_expand() -> None:
    expansion = expanded("Transform: AWS::Serverless-2016-10-31\nGlobals: {}\n")
    assert (expansion.resources, expansion.refusals) == ({}, ())


def run(code: str, tmp_path: Path, **environment: str) -> str:
    """What a fresh interpreter prints that knows nothing of AWS but `environment`."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    project = str(Path(__file__).parents[2])
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**ours, "HOME": str(tmp_path), "PYTHONPATH": project, **environment},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_template_that_does_not_need_the_translator_does_not_load_it(tmp_path: Path) -> None:
    text = CHAT.replace("WebSocketApi", "Function")
    code = f"""
import sys
from wsconform.template.sam import expand
from wsconform.template.source import parse
expand(parse({text.encode()!r}, "template.yaml").root)
print([name for name in ("samtranslator", "boto3", "pydantic") if name in sys.modules])
"""
    assert run(code, tmp_path) == "[]\n"


@pytest.mark.parametrize("environment", [{}, {"AWS_PROFILE": "nobody"}, {"AWS_DEFAULT_REGION": ""}], ids=str)
def test_no_aws_settings_are_needed_and_none_are_changed(environment: dict[str, str], tmp_path: Path) -> None:
    text = (
        with_properties(CUSTOM)
        + """\
  Talk:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: Greeter}, Destination: {Id: Sender}, Permissions: [Write]}
  Bought:
    Type: AWS::Serverless::Application
    Properties:
      Location: {ApplicationId: arn:aws:serverlessrepo:us-east-1:000000000000:applications/a, SemanticVersion: 1.0.0}
"""
    )
    code = f"""
import os, socket
socket.socket.connect = None
before = dict(os.environ)
from wsconform.template.sam import expand
from wsconform.template.source import parse
expansion = expand(parse({text.encode()!r}, "template.yaml").root)
print(len(expansion.origins), expansion.refusals, dict(os.environ) == before)
"""
    assert run(code, tmp_path, **environment) == "11 () True\n"


def test_the_translator_leaves_no_trace(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    from samtranslator.translator.arn_generator import ArnGenerator

    logger = logging.getLogger("samtranslator")
    before = (ArnGenerator.BOTO_SESSION_REGION_NAME, logger.propagate, list(logger.handlers))
    text = CHAT + "  Odd: {Type: AWS::Serverless::HttpApi, IgnoreGlobals: [{}]}\nGlobals: {HttpApi: {Tags: {a: b}}}\n"
    (refusal,) = expanded(text).refusals
    assert "the translator fails on it (TypeError" in refusal.message
    assert (ArnGenerator.BOTO_SESSION_REGION_NAME, logger.propagate, list(logger.handlers)) == before
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


KEYS = ("Auth", "Domain", "Name", "PropagateTags", "RouteSettings", "Routes", "StageName", "Tags")
WORDS = st.sampled_from(
    [
        *KEYS,
        *("AuthArn", "AuthType", "BasePath", "CertificateArn", "DomainName", "FunctionArn", "HostedZoneId", "Route53"),
        *("Fn::GetAtt", "Fn::If", "Fn::Sub", "Fn::Transform", "Ref", "RequestParameters", "InvokeRole"),
        *("$connect", "$default", "send", "AWS_IAM", "CUSTOM", "NONE", "Chat", "Greeter", "${Chat.Stage}"),
    ]
)


def jsons() -> SearchStrategy[object]:
    leaves = st.none() | st.booleans() | st.integers(-2, 2) | WORDS | st.text(max_size=3)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=5),
        max_leaves=15,
    )


ROUTES = st.dictionaries(
    st.sampled_from(["$connect", "send", "$default"]), st.fixed_dictionaries({"FunctionArn": jsons()})
)
PROPERTIES = st.fixed_dictionaries(
    {"RouteSelectionExpression": st.just("$request.body.action"), "Routes": ROUTES | jsons()},
    optional={name: jsons() for name in (*KEYS, "Fn::Transform") if name != "Routes"},
)


@settings(max_examples=60)
@given(
    properties=PROPERTIES | jsons(),
    attributes=st.dictionaries(st.sampled_from(["Condition", "DependsOn", "Connectors", "IgnoreGlobals"]), jsons()),
    sections=st.dictionaries(st.sampled_from(["Globals", "Parameters", "Mappings", "Conditions"]), jsons()),
)
def test_whatever_a_template_holds_it_is_expanded_or_refused(
    properties: object, attributes: dict[str, object], sections: dict[str, object]
) -> None:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Chat": {"Type": "AWS::Serverless::WebSocketApi", "Properties": properties, **attributes},
            "Greeter": {"Type": "AWS::Serverless::Function", "Properties": properties},
        },
        **sections,
    }
    root = parse(json.dumps(template).encode(), "template.json").root
    expansion = expand(root)
    assert expansion.resources.keys() == expansion.key_spans.keys()
    told = {refusal.resource for refusal in expansion.refusals}
    assert "Chat" in expansion.origins or told & {"Chat", None}
    assert all(refusal.message and refusal.span.file == "template.json" for refusal in expansion.refusals)
