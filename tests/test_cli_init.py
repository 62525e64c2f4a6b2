"""`wsconform init`: what it writes is what settings read."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsconform.cli import main
from wsconform.config.layers import Layer
from wsconform.config.settings import load, merge
from wsconform.live.first import first_configuration
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack, read_wiring

ROOT = Path(__file__).parents[1]
SAMPLE = (ROOT / "sample_stack" / "template.yaml").read_text()
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text(SAMPLE)

    def invoke(*args: str) -> Result:
        return CliRunner().invoke(main, ["init", *args])

    return invoke


def test_a_first_configuration_is_read_back(run: Run, tmp_path: Path) -> None:
    result = run("template.yaml")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "written: wsconform.toml\n")
    found = load([tmp_path / "template.yaml"])
    assert found.allow == {"x-some-header-to-auth-from": "env:WS_X_SOME_HEADER_TO_AUTH_FROM"}
    assert found.routes == {}


def test_where_requests_are_signed_nobody_has_to_be_named(run: Run, tmp_path: Path) -> None:
    signed = SAMPLE.replace(
        "AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Auth\n", "AuthorizationType: AWS_IAM\n"
    )
    (tmp_path / "signed.yaml").write_text(signed)
    text = run("signed.yaml", "--stdout").stdout
    assert "# $connect asks for AWS_IAM: requests are signed with" in text
    assert "identity" not in text


def test_what_no_route_takes_is_one_to_be_asserted(run: Run, tmp_path: Path) -> None:
    route = (
        "\n  Other: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref MyWebSocketApi, RouteKey: $default}}\n"
    )
    (tmp_path / "other.yaml").write_text(SAMPLE.replace("\nOutputs:", f"{route}\nOutputs:"))
    text = run("other.yaml", "--stdout").stdout
    assert '# [routes."$default"]\n# expect-subset = { }' in text


def test_what_is_there_stays(run: Run, tmp_path: Path) -> None:
    (tmp_path / "wsconform.toml").write_text("strict = true\n")
    result = run("template.yaml")
    assert result.exit_code == 2
    assert result.stderr == "error: wsconform.toml is there already, and stays as it is; see --stdout\n"
    assert (tmp_path / "wsconform.toml").read_text() == "strict = true\n"
    assert tomllib.loads(run("template.yaml", "--stdout").stdout)["identity"]


def test_a_pyproject_with_settings_is_not_overruled(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.wsconform]\nstrict = true\n")
    result = run("template.yaml")
    assert result.exit_code == 2
    assert "pyproject.toml configures wsconform" in result.stderr
    assert not (tmp_path / "wsconform.toml").exists()


def test_a_template_without_an_api_is_said_to_be_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "topic.yaml").write_text("Resources:\n  Topic: {Type: AWS::SNS::Topic}\n")
    result = run("topic.yaml")
    assert (result.exit_code, result.stderr) == (2, "error: topic.yaml: there is no WebSocket API in it\n")


def template_with(keys: list[str], sources: list[str], selection: str) -> str:
    resources: dict[str, object] = {
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "a", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": selection},
        },
        "Auth": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {"ApiId": {"Ref": "Api"}, "AuthorizerType": "REQUEST", "IdentitySource": sources},
        },
        "Connect": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "RouteKey": "$connect",
                "AuthorizationType": "CUSTOM",
                "AuthorizerId": {"Ref": "Auth"},
            },
        },
        "Silent": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Code": {"ZipFile": "def handler(event, context):\n    return {}\n"},
            },
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {
                    "Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Silent.Arn}/invocations"
                },
            },
        },
    }
    for number, key in enumerate(keys):
        target = {"Target": {"Fn::Sub": "integrations/${Integration}"}} if number % 2 else {}
        resources[f"Route{number}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": key, **target},
        }
        if number % 3 == 0:
            resources[f"Response{number}"] = {
                "Type": "AWS::ApiGatewayV2::RouteResponse",
                "Properties": {"ApiId": {"Ref": "Api"}, "RouteId": {"Ref": f"Route{number}"}},
            }
    return json.dumps({"Resources": resources})


NAMES = st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True)
SOURCES = st.builds("route.request.{}.{}".format, st.sampled_from(["header", "querystring"]), NAMES)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    keys=st.lists(st.text(min_size=1, max_size=20), max_size=4, unique=True),
    sources=st.lists(SOURCES, max_size=4),
    selection=st.sampled_from(["$request.body.action", "${request.body.a.b}/${request.body.c}", "$request.body"]),
)
def test_odd_names_are_read_back_too(keys: list[str], sources: list[str], selection: str) -> None:
    stack = read_stack(parse(template_with(keys, sources, selection).encode("utf-8", "surrogatepass"), "odd.json"))
    text = first_configuration(read_wiring(stack.in_world(stack.worlds[0])))
    asked_for = re.sub(r"^# (?=\[|\S+ = |\"(?:[^\"\\]|\\.)*\" = )", "", text, flags=re.MULTILINE)
    for written in (text, asked_for):
        found = merge(Layer(tomllib.loads(written), lambda key: key, Path.cwd(), "wsconform.toml"))
        named = {source.rpartition(".")[0].rpartition(".")[2]: source for source in sources}
        assert len(found.allow) >= (1 if named else 0)
        assert len(set(found.allow.values())) == len(found.allow)
        assert all(re.fullmatch(r"env:WS_[A-Z0-9_]*", one) for one in found.allow.values())
    assert set(found.routes) <= set(keys)
