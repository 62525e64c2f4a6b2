"""References that lead nowhere, values of the wrong kind and cycles, beyond the examples on the checks' pages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from examining import Marked

from wsconform.check.examine import examine
from wsconform.check.packs import load_static
from wsconform.template.source import read
from wsconform.wiring.reader import read_stack

Messages = Callable[[str], list[str]]

SEND = """
Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: {api}
      RouteKey: send
      Target: {target}
"""
SOUND_TARGET = "!Sub integrations/${ChatIntegration}"
INTEGRATION = """
Resources:
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: {uri}
"""
FUNCTION_ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"


def send(*, api: str = "!Ref ChatApi", target: str = SOUND_TARGET) -> str:
    return SEND.format(api=api, target=target)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("ChatApi", '"ChatApi", a name of ChatApi and not its id'),
        ("chat", '"chat", a name of ChatApi and not its id'),
        ("!GetAtt ChatApi.ApiEndpoint", "the ApiEndpoint of ChatApi, not its id"),
        ("!Sub ${ChatApi.ApiEndpoint}", "the ApiEndpoint of ChatApi, not its id"),
    ],
)
def test_what_is_not_the_id_of_the_api_it_means(
    written: str, said: str, marked_findings: Marked, messages_of: Messages
) -> None:
    snippet = send(api=f"{written} # <--")
    assert marked_findings(snippet) == [("api-id-names-an-api", "SendRoute", "error", True)]
    assert f"ApiId of SendRoute is {said}" in messages_of(snippet)


@pytest.mark.parametrize("written", ["!Ref ChatApi", "!GetAtt ChatApi.ApiId", "!Sub '${ChatApi}'"])
def test_every_spelling_of_the_id_is_one(written: str, marked_findings: Marked) -> None:
    assert marked_findings(send(api=written)) == []


def test_ref_reads_no_attributes(marked_findings: Marked) -> None:
    found = marked_findings(INTEGRATION.format(uri="!Ref ChatFunction.Arn # <--"))
    assert found == [("reference-exists", "ChatIntegration", "error", True)]


def test_ref_reads_the_attributes_that_sam_makes_of_its_own_resources(marked_findings: Marked) -> None:
    function = """
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      InlineCode: "def handler(event, context): return {'statusCode': 200}"
      AutoPublishAlias: live
  ChatPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ChatFunction.Alias
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/v1/*
"""
    assert marked_findings(INTEGRATION.format(uri="!Ref ChatFunction.Alias") + function) == []


@pytest.mark.parametrize(
    "target",
    [
        "!If [IsProd, !Sub 'integrations/${ChatIntegration}', !Ref AWS::NoValue] # <--",
        "!FindInMap [Targets, send, id] # <--",
    ],
)
def test_an_undeclared_condition_or_mapping_is_told_once(target: str, marked_findings: Marked) -> None:
    found = marked_findings(send(target=target))
    assert ("reference-exists", "SendRoute", "error", True) in found
    assert len(found) == 1


def test_a_mapping_without_the_entry_that_is_named(marked_findings: Marked) -> None:
    mappings = "Mappings:\n  Names:\n    dev:\n      stage: v1\n"
    stage = """
Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: !FindInMap [Names, {key}, stage]
      DeploymentId: !Ref Deployment
"""
    assert marked_findings(mappings + stage.format(key="dev")) == []
    (found,) = marked_findings(mappings + stage.replace("stage]", "stage] # <--").format(key="prod"))
    assert found == ("reference-exists", "Stage", "error", True)


def test_an_output_that_a_nested_stack_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(
        "Resources:\n  Api:\n    Type: AWS::ApiGatewayV2::Api\n"
        "    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}\n"
        "Outputs:\n  Id:\n    Value: !Ref Api\n"
    )
    template = """
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./api.yaml
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !GetAtt Nested.Outputs.{name}
      RouteKey: $connect
      AuthorizationType: AWS_IAM
"""
    (tmp_path / "template.yaml").write_text(template.replace("{name}", "ApiId"))
    stack = read_stack(read(tmp_path / "template.yaml"))
    said = [one.message for one in examine(stack, load_static()).findings if one.resource == "Connect"]
    assert said == ['ApiId of Connect leads nowhere: the nested stack "Nested" has no output "ApiId"']
    (tmp_path / "template.yaml").write_text(template.replace("{name}", "Id"))
    stack = read_stack(read(tmp_path / "template.yaml"))
    assert [one for one in examine(stack, load_static()).findings if one.resource == "Connect"] == []


@pytest.mark.parametrize(
    "uri", [f"!Sub {FUNCTION_ARN}ChatFunction # <--", f"!Sub '{FUNCTION_ARN}ChatFunction:1' # <--"]
)
def test_a_function_named_by_its_logical_id_is_not_called_so(uri: str, marked_findings: Marked) -> None:
    found = marked_findings(INTEGRATION.format(uri=uri))
    assert found == [("integration-uri-well-formed", "ChatIntegration", "error", True)]


def test_a_logical_id_that_is_the_name_too_is_one(marked_findings: Marked) -> None:
    named = """
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: ChatFunction
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      InlineCode: "def handler(event, context): return {'statusCode': 200}"
"""
    assert marked_findings(INTEGRATION.format(uri=f"!Sub {FUNCTION_ARN}ChatFunction") + named) == []


@pytest.mark.parametrize(
    "target", ["[integrations, x] # <--", "{id: x} # <--", "[!Sub 'integrations/${ChatIntegration}'] # <--"]
)
def test_a_list_or_map_in_place_of_a_text_is_told_once(target: str, marked_findings: Marked) -> None:
    assert marked_findings(send(target=target)) == [("property-is-text", "SendRoute", "error", True)]


@pytest.mark.parametrize("name", ["FunctionName", "Principal", "Action", "SourceArn"])
def test_a_permission_of_the_wrong_shape_is_told_once(name: str, marked_findings: Marked) -> None:
    values = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": "!Ref ChatFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": "!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/v1/*",
        name: "[a, b] # <--",
    }
    properties = "".join(f"      {key}: {value}\n" for key, value in values.items())
    permission = "Resources:\n  ChatPermission:\n    Type: AWS::Lambda::Permission\n    Properties:\n"
    found = marked_findings(permission + properties)
    assert found == [("property-is-text", "ChatPermission", "error", True)]


def test_a_cycle_of_three_is_told_once(marked_findings: Marked, messages_of: Messages) -> None:
    routes = """
Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    DependsOn: DefaultRoute
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${ChatIntegration}
  DefaultRoute:
    Type: AWS::ApiGatewayV2::Route
    DependsOn: ConnectRoute
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $default
      Target: !Sub integrations/${ChatIntegration}
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    DependsOn: SendRoute
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref DoorAuthorizer
      Target: !Sub integrations/${ChatIntegration}
"""
    assert [check for check, *_ in marked_findings(routes)] == ["dependencies-have-no-cycle"]
    assert sum(", which waits for " in message for message in messages_of(routes)) == 1


def test_a_resource_that_waits_for_itself(messages_of: Messages) -> None:
    stage = """
Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    DependsOn: Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: v1
      DeploymentId: !Ref Deployment
"""
    assert "Stage waits for itself" in messages_of(stage)


@pytest.mark.parametrize("api", ["!Ref Stage", '!Sub "${Stage}"', "!Ref DoorAuthorizer", "!GetAtt ChatApi.ApiEndpoint"])
def test_an_api_id_of_another_resource(api: str, marked_findings: Marked) -> None:
    snippet = f"""
Resources:
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: {api} # <--
      RouteKey: send
      Target: !Sub integrations/${{ChatIntegration}}
"""
    assert marked_findings(snippet) == [("api-id-names-an-api", "SendRoute", "error", True)]


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("!Ref ChatFunctionAliaslive", []),
        ("!Ref ChatFunction.Alias", []),
        ("!Ref ChatFunctionAliasprod # <--", [("reference-exists", "ChatPermission", "error", True)]),
        ("!GetAtt ChatFunction.Name # <--", [("route-function-may-be-invoked", "ChatPermission", "error", True)]),
    ],
)
def test_the_alias_that_sam_makes(function: str, found: list[object], marked_findings: Marked) -> None:
    snippet = f"""
Globals:
  Function:
    AutoPublishAlias: live
Resources:
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub
        - arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Alias}}/invocations
        - Alias: !Ref ChatFunction.Alias
  ChatPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: {function}
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{ChatApi}}/*
"""
    assert marked_findings(snippet) == found
