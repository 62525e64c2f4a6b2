"""The checks on the API itself, beyond the examples of their pages."""

from collections.abc import Callable

import pytest
from examining import Marked, Undecided


def api(*lines: str, protocol: str = "ProtocolType: WEBSOCKET") -> str:
    body = "".join(f"      {line}\n" for line in (protocol, *lines) if line)
    return f"""
Resources:
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
{body}"""


def route(name: str, key: str) -> str:
    return f"""
  {name}:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: {key}
      Target: !Sub integrations/${{ChatIntegration}}
"""


BY_ACTION = "RouteSelectionExpression: $request.body.action"


@pytest.mark.parametrize("protocol", ["ProtocolType: HTTP # <--", "ProtocolType: websocket # <--"])
def test_a_wrong_protocol_is_the_only_finding(protocol: str, marked_findings: Marked) -> None:
    assert marked_findings(api(BY_ACTION, protocol=protocol)) == [
        ("api-protocol-is-websocket", "ChatApi", "error", True)
    ]


def test_a_wrong_protocol_hides_the_other_faults_of_the_api(marked_findings: Marked) -> None:
    snippet = api(protocol="ProtocolType: HTTP # <--") + "  ConnectRoute: null\n"
    assert marked_findings(snippet) == [("api-protocol-is-websocket", "ChatApi", "error", True)]


def test_an_http_api_beside_is_left_alone(marked_findings: Marked) -> None:
    snippet = """
Resources:
  RoomsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: rooms
      ProtocolType: HTTP
      CorsConfiguration:
        AllowOrigins: ["*"]
  RoomsRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref RoomsApi
      RouteKey: $default
      AuthorizationType: JWT
      AuthorizerId: !Ref RoomsAuthorizer
      AuthorizationScopes: [rooms]
  RoomsAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref RoomsApi
      Name: rooms
      AuthorizerType: JWT
      IdentitySource:
        - $request.header.Authorization
      JwtConfiguration:
        Issuer: https://login.example
        Audience: [rooms]
"""
    assert marked_findings(snippet) == []


def test_an_unknown_protocol_is_inconclusive_and_the_other_checks_go_on(
    marked_findings: Marked, undecided_in: Undecided
) -> None:
    snippet = """
Parameters:
  Protocol:
    Type: String
Resources:
  ChatApi: # <--
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: !Ref Protocol
"""
    assert [check for check, _ in undecided_in(snippet)] == ["api-protocol-is-websocket"]
    assert marked_findings(snippet) == [("selection-expression-present", "ChatApi", "error", True)]


def test_an_expression_that_lacks_in_one_case_only(marked_findings: Marked) -> None:
    case = """
Parameters:
  Kind:
    Type: String
    Default: a
    AllowedValues: [a, b]
Conditions:
  IsA: !Equals [!Ref Kind, a]
"""
    snippet = case + api("RouteSelectionExpression: !If [IsA, $request.body.action, !Ref AWS::NoValue]")
    assert marked_findings(snippet.replace("  ChatApi:", "  ChatApi: # <--")) == [
        ("selection-expression-present", "ChatApi", "error", True)
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "$request.body.action",
        "'${request.body.action}'",
        '!Sub "${!request.body.action}"',
        '!Join [".", ["$request", body, action]]',
        "$request.body.data.kind",
        "$request.body['kind']",
    ],
)
def test_a_sound_expression_however_written(expression: str, marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = api(f"RouteSelectionExpression: {expression}")
    assert marked_findings(snippet) == []
    assert undecided_in(snippet) == []


@pytest.mark.parametrize(
    "expression",
    [
        "$request.querystring.action",
        "$context.routeKey",
        "$request.body.",
        "'$request.body.{action}'",
        "$requestbody.action",
        "'${request.body.action'",
        "'${request.method} ${request.path}'",
        '!Join ["", [$request., header.action]]',
    ],
)
def test_a_malformed_expression_is_found_once(expression: str, marked_findings: Marked) -> None:
    snippet = api(f"RouteSelectionExpression: {expression} # <--")
    assert marked_findings(snippet) == [("selection-expression-well-formed", "ChatApi", "error", True)]


@pytest.mark.parametrize("expression", ["request.body.action", "action", "'{request.body.action}'", r"\$default"])
def test_fixed_text_that_is_no_route_key_is_found_once(expression: str, marked_findings: Marked) -> None:
    snippet = api(f"RouteSelectionExpression: {expression} # <--")
    assert marked_findings(snippet) == [("selection-expression-yields-keys", "ChatApi", "error", True)]


def test_fixed_text_that_is_one_of_the_keys(marked_findings: Marked) -> None:
    snippet = api("RouteSelectionExpression: send") + route("JoinRoute", "join # <--")
    snippet += """
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, JoinRoute]
    Properties:
      ApiId: !Ref ChatApi
"""
    assert marked_findings(snippet) == [("selection-expression-yields-keys", "JoinRoute", "error", True)]


def test_an_unknown_expression_is_inconclusive(undecided_in: Undecided) -> None:
    parameter = "\nParameters:\n  Expression:\n    Type: String\n"
    said = undecided_in(parameter + api("RouteSelectionExpression: !Ref Expression"))
    assert [check for check, _ in said] == ["selection-expression-well-formed", "selection-expression-yields-keys"]
    assert all("Expression" in reason for _, reason in said)


def test_an_unknown_route_key_matters_only_where_the_expression_restricts_it(undecided_in: Undecided) -> None:
    parameter = "\nParameters:\n  Key:\n    Type: String\n"
    keys = route("SendRoute", "!Ref Key") + route("DefaultRoute", "chat/join")
    free = undecided_in(parameter + api(BY_ACTION) + keys)
    bound = undecided_in(parameter + api("RouteSelectionExpression: chat/${request.body.action}") + keys)
    assert "selection-expression-yields-keys" not in [check for check, _ in free]
    assert "selection-expression-yields-keys" in [check for check, _ in bound]


@pytest.mark.parametrize("written", ["[send]", "{action: send}", "3", "true", "null"])
def test_an_expression_of_another_shape_breaks_no_check(
    written: str, marked_findings: Marked, messages_of: Callable[[str], list[str]]
) -> None:
    snippet = api(f"RouteSelectionExpression: {written}")
    assert not [message for message in messages_of(snippet) if "broke" in message]
    said = {check for check, *_ in marked_findings(snippet)}
    assert all(check.startswith("selection-expression-") or check == "property-is-text" for check in said)


@pytest.mark.parametrize(
    "line",
    [
        "CorsConfiguration: {AllowOrigins: ['*']}",
        "Target: !GetAtt ChatFunction.Arn",
        "RouteKey: $default",
        "BasePath: ignore",
        "CredentialsArn: arn:aws:iam::*:user/*",
        "Body: {openapi: 3.0.1}",
    ],
)
def test_a_property_of_http_apis_is_found_on_the_api(line: str, marked_findings: Marked) -> None:
    snippet = api(BY_ACTION, f"{line} # <--")
    assert ("no-http-only-api-property", "ChatApi", "error", True) in marked_findings(snippet)


def test_what_goes_with_jwt_is_not_found_beside_the_type(marked_findings: Marked) -> None:
    snippet = """
Resources:
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $connect
      AuthorizationType: JWT # <--
      AuthorizationScopes: [chat]
      AuthorizerId: !Ref DoorAuthorizer
      Target: !Sub integrations/${ChatIntegration}
"""
    assert marked_findings(snippet) == [("authorization-type-allowed", "ConnectRoute", "error", True)]


@pytest.mark.parametrize(
    "name", ["IntegrationSubtype: SQS-SendMessage", "TlsConfig: {ServerNameToVerify: chat.example}"]
)
def test_a_property_of_http_apis_is_found_on_an_integration(name: str, marked_findings: Marked) -> None:
    snippet = f"""
Resources:
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt ChatFunction.Arn
      {name} # <--
"""
    assert marked_findings(snippet) == [("no-http-only-property", "ChatIntegration", "error", True)]


@pytest.mark.parametrize(
    "expression",
    [
        "$request.header.x-api-key",
        "'${request.header.x-api-key}'",
        "$context.authorizer.usageIdentifierKey",
        '!Sub "$request.header.x-api-key"',
    ],
)
def test_an_api_key_is_looked_for_where_it_may_be(expression: str, marked_findings: Marked) -> None:
    assert marked_findings(api(BY_ACTION, f"ApiKeySelectionExpression: {expression}")) == []


@pytest.mark.parametrize("expression", ["$request.header.X-API-KEY", "$context.authorizer.key", "x-api-key", "''"])
def test_an_api_key_is_looked_for_nowhere_else(expression: str, marked_findings: Marked) -> None:
    snippet = api(BY_ACTION, f"ApiKeySelectionExpression: {expression} # <--")
    assert marked_findings(snippet) == [("api-key-selection-expression-allowed", "ChatApi", "error", True)]


def test_an_unknown_place_of_the_api_key_is_inconclusive(undecided_in: Undecided) -> None:
    snippet = "\nParameters:\n  Given:\n    Type: String\n" + api(BY_ACTION, "ApiKeySelectionExpression: !Ref Given")
    assert [check for check, _ in undecided_in(snippet)] == ["api-key-selection-expression-allowed"]


def test_an_http_api_that_is_imported_serves_http_on_purpose(marked_findings: Marked) -> None:
    snippet = """
Resources:
  RoomsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ProtocolType: HTTP
      BodyS3Location: {Bucket: rooms, Key: openapi.yaml}
  RoomsModel:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref RoomsApi # <--
      Name: rooms
      Schema: {type: object}
"""
    assert marked_findings(snippet) == [("api-protocol-is-websocket", "RoomsModel", "error", True)]


def test_the_default_route_may_be_one_of_unknown_key(undecided_in: Undecided) -> None:
    snippet = "\nParameters:\n  Key:\n    Type: String\nResources:\n" + route("DefaultRoute", "!Ref Key").lstrip("\n")
    assert "default-route-exists" in [check for check, _ in undecided_in(snippet)]
