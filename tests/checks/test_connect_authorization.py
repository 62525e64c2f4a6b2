"""Who may connect, beyond the examples of the checks' pages."""

import pytest
from connect_route import CUSTOM, PARAMETER, route
from examining import Everything, Marked, Messages, Undecided

OPEN_TWIN = """
Resources:
  RoomsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: rooms
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
  RoomsConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref RoomsApi
      RouteKey: $connect
      AuthorizationType: NONE # <--
      Target: !Sub integrations/${RoomsIntegration}
  RoomsIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref RoomsApi
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt ChatFunction.Arn
"""


@pytest.mark.parametrize(
    "line",
    [
        "AuthorizationType: NONE # <--",
        '"AuthorizationType": "NONE" # <--',
        "AuthorizationType: !Sub NONE # <--",
        "AuthorizationType: !Select [0, [NONE, CUSTOM]] # <--",
    ],
)
def test_an_open_door_however_written(line: str, marked_findings: Marked) -> None:
    assert marked_findings(route("$connect", line)) == [("connect-is-authorized", "ConnectRoute", "error", True)]


@pytest.mark.parametrize(
    "lines",
    [
        CUSTOM,
        ("AuthorizationType: !Sub CUSTOM", "AuthorizerId: !GetAtt DoorAuthorizer.AuthorizerId"),
        ('AuthorizationType: !Join ["", [CUS, TOM]]', 'AuthorizerId: !Sub "${DoorAuthorizer}"'),
        ("AuthorizationType: CUSTOM", "AuthorizerId: {Ref: DoorAuthorizer}", "ApiKeyRequired: true"),
    ],
)
def test_a_guarded_door_however_written(lines: tuple[str, ...], marked_findings: Marked) -> None:
    assert marked_findings(route("$connect", *lines)) == []


def test_a_type_that_is_unknown_is_inconclusive(marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = PARAMETER + route("$connect", "AuthorizationType: !Ref Given", "AuthorizerId: !Ref DoorAuthorizer")
    assert marked_findings(snippet) == []
    assert "connect-is-authorized" in [check for check, _ in undecided_in(snippet)]


def test_a_parameter_that_may_open_the_door(marked_findings: Marked) -> None:
    snippet = """
Parameters:
  Kind:
    Type: String
    Default: AWS_IAM
    AllowedValues: [AWS_IAM, NONE]
""" + route("$connect", "AuthorizationType: !Ref Kind # <--")
    found = [one for one in marked_findings(snippet) if one[0] == "connect-is-authorized"]
    assert found == [("connect-is-authorized", "ConnectRoute", "error", True)]


def test_a_second_api_with_an_open_door_is_found_there(marked_findings: Marked) -> None:
    found = [one for one in marked_findings(OPEN_TWIN) if one[0] in ("connect-is-authorized", "no-second-open-door")]
    assert found == [("connect-is-authorized", "RoomsConnectRoute", "error", True)]


def test_an_api_that_sam_expands_is_judged_at_the_users_lines(marked_findings: Marked) -> None:
    snippet = """
Resources:
  RoomsApi:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Auth:
        AuthType: NONE # <--
      Routes:
        $connect:
          FunctionArn: !GetAtt RoomsFunction.Arn
        $default:
          FunctionArn: !GetAtt RoomsFunction.Arn
  RoomsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'statusCode': 200}"
"""
    assert marked_findings(snippet) == [("connect-is-authorized", "RoomsApi", "error", True)]


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (("AuthorizerId: !Ref DoorAuthorizer # <--",), "error"),
        (("AuthorizationType: NONE # <--", "AuthorizerId: !Ref DoorAuthorizer"), "error"),
        (("AuthorizationType: AWS_IAM # <--", "AuthorizerId: !Ref DoorAuthorizer"), "warning"),
    ],
)
def test_an_authorizer_that_is_never_asked(lines: tuple[str, ...], severity: str, marked_findings: Marked) -> None:
    assert marked_findings(route("$connect", *lines)) == [
        ("authorizer-id-needs-custom", "ConnectRoute", severity, True)
    ]


@pytest.mark.parametrize(
    "lines",
    [("AuthorizationType: CUSTOM # <--",), ("AuthorizationType: CUSTOM", 'AuthorizerId: "" # <--')],
)
def test_custom_without_authorizer(lines: tuple[str, ...], marked_findings: Marked) -> None:
    assert marked_findings(route("$connect", *lines)) == [("custom-names-authorizer", "ConnectRoute", "error", True)]


@pytest.mark.parametrize(
    "value",
    [
        "DoorAuthorizer",
        "!Ref DoorFunction",
        "!GetAtt DoorFunction.Arn",
        "!Ref ChatApi",
        "!Sub authorizers/${DoorAuthorizer}",
        "abc123",
    ],
)
def test_an_authorizer_id_that_leads_to_none(value: str, marked_findings: Marked) -> None:
    snippet = route("$connect", "AuthorizationType: CUSTOM", f"AuthorizerId: {value} # <--")
    assert marked_findings(snippet) == [("connect-authorizer-in-same-api", "ConnectRoute", "error", True)]


def test_an_authorizer_id_from_elsewhere_is_inconclusive(marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = route("$connect", "AuthorizationType: CUSTOM", "AuthorizerId: !ImportValue door")
    assert marked_findings(snippet) == []
    assert "connect-authorizer-in-same-api" in [check for check, _ in undecided_in(snippet)]


def test_a_reference_to_nothing_is_left_to_its_own_check(marked_findings: Marked) -> None:
    snippet = route("$connect", "AuthorizationType: CUSTOM", "AuthorizerId: !Ref Nobody # <--")
    assert {check for check, *_ in marked_findings(snippet)} <= {"reference-exists"}


def test_an_authorizer_without_api_breaks_no_check(marked_findings: Marked) -> None:
    snippet = """
Resources:
  DoorAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      Name: door
"""
    assert not [message for message in marked_findings(snippet) if "connect" in message[0]]


@pytest.mark.parametrize("key", ["send", "$default", "$disconnect"])
@pytest.mark.parametrize("kind", ["CUSTOM", "AWS_IAM", "JWT"])
def test_authorization_elsewhere_is_found_once(key: str, kind: str, marked_findings: Marked) -> None:
    name = "SendRoute" if key == "send" else "DefaultRoute"
    snippet = route(key, f"AuthorizationType: {kind} # <--", name=name)
    assert marked_findings(snippet) == [("authorization-only-on-connect", name, "error", True)]


@pytest.mark.parametrize("kind", ["JWT", "custom", "Aws_Iam", "REQUEST", "COGNITO_USER_POOLS", "true"])
def test_an_unknown_type_is_found_once(kind: str, marked_findings: Marked) -> None:
    snippet = route("$connect", f"AuthorizationType: {kind} # <--", "AuthorizerId: !Ref DoorAuthorizer")
    assert marked_findings(snippet) == [("authorization-type-allowed", "ConnectRoute", "error", True)]


@pytest.mark.parametrize("key", ["disconnect", "Disconnect", "disconect", "onDisconnect"])
def test_a_custom_route_in_place_of_a_predefined_one_is_a_warning(key: str, marked_findings: Marked) -> None:
    assert marked_findings(route(f"{key} # <--", name="SendRoute")) == [
        ("system-route-spelt-right", "SendRoute", "warning", True)
    ]


def test_a_misspelt_default_route(marked_findings: Marked) -> None:
    assert marked_findings(route("default # <--", name="DefaultRoute")) == [
        ("system-route-spelt-right", "DefaultRoute", "warning", True)
    ]
    assert marked_findings(route("default", name="SendRoute")) == []


@pytest.mark.parametrize("key", ["$disconect", "$Disconnect", "$Default", "$dflt"])
def test_a_misspelt_predefined_route_is_an_error(key: str, marked_findings: Marked) -> None:
    assert marked_findings(route(f"{key} # <--", name="SendRoute")) == [
        ("system-route-spelt-right", "SendRoute", "error", True)
    ]


@pytest.mark.parametrize("parameters", ["{}", "!Ref AWS::NoValue"])
def test_no_request_parameters_are_none_too_many(parameters: str, marked_findings: Marked) -> None:
    assert marked_findings(route("send", f"RequestParameters: {parameters}", name="SendRoute")) == []


@pytest.mark.parametrize("key", ["$default", "$disconnect", "send"])
def test_request_parameters_elsewhere(key: str, marked_findings: Marked) -> None:
    name = "SendRoute" if key == "send" else "DefaultRoute"
    snippet = route(key, "RequestParameters: {route.request.header.a: {Required: true}} # <--", name=name)
    assert marked_findings(snippet) == [("request-parameters-only-on-connect", name, "error", True)]


@pytest.mark.parametrize(
    "key", ["method.request.header.a", "route.request.path.a", "route.request.body.a", "a", "route.request.header."]
)
def test_a_malformed_request_parameter(key: str, marked_findings: Marked) -> None:
    snippet = route("$connect", *CUSTOM, f"RequestParameters: {{{key}: {{Required: true}}}} # <--")
    assert marked_findings(snippet) == [("request-parameter-well-formed", "ConnectRoute", "error", True)]


def test_an_open_url_is_no_second_door_where_the_first_is_open(marked_findings: Marked) -> None:
    snippet = (
        route("$connect", "AuthorizationType: NONE # <--")
        + """
  ChatUrl:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !Ref ChatFunction
      AuthType: NONE
"""
    )
    assert marked_findings(snippet) == [("connect-is-authorized", "ConnectRoute", "error", True)]


def test_an_open_url_of_another_function_is_none_of_the_apis_doors(marked_findings: Marked) -> None:
    snippet = """
Resources:
  DoorUrl:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !Ref DoorFunction
      AuthType: NONE
"""
    assert marked_findings(snippet) == []


@pytest.mark.parametrize("target", ["!Ref ChatFunction", "!GetAtt ChatFunction.Arn", "!Sub '${ChatFunction}'"])
def test_an_open_url_is_found_however_it_names_the_function(target: str, marked_findings: Marked) -> None:
    snippet = f"""
Resources:
  ChatUrl:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: {target}
      AuthType: NONE # <--
"""
    assert marked_findings(snippet) == [("no-second-open-door", "ChatUrl", "warning", True)]


def test_an_api_key_on_a_message_route_is_a_note(
    examine_snippet: Everything,
) -> None:
    name = "api-key-required-only-on-connect"
    plain = route("send", "ApiKeyRequired: true", name="SendRoute")
    assert [severity for check, *_, severity in examine_snippet(plain) if check == name] == ["note"]
    by_authorizer = """
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
      ApiKeySelectionExpression: $context.authorizer.usageIdentifierKey
"""
    assert name not in [check for check, *_ in examine_snippet(plain + by_authorizer)]


@pytest.mark.parametrize("value", ["[a, b]", "{a: b}", "3", "null", "true", "!GetAZs ''"])
@pytest.mark.parametrize(
    "name",
    ["RouteKey", "AuthorizationType", "AuthorizerId", "RequestParameters", "ApiKeyRequired", "AuthorizationScopes"],
)
def test_a_value_of_another_shape_breaks_no_check(name: str, value: str, messages_of: Messages) -> None:
    kept = [line for line in (*CUSTOM, "ApiKeyRequired: true") if not line.startswith(name)]
    snippet = route(
        value if name == "RouteKey" else "$connect", *kept, *([] if name == "RouteKey" else [f"{name}: {value}"])
    )
    assert not [message for message in messages_of(snippet) if "broke" in message]


@pytest.mark.parametrize("key", ["''", None])
def test_a_connect_route_without_a_key_is_told_once(key: str | None, marked_findings: Marked) -> None:
    lines = "".join(f"      {line}\n" for line in CUSTOM)
    written = "" if key is None else f"      RouteKey: {key}\n"
    snippet = f"""
Resources:
  ConnectRoute: # <--
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
{written}{lines}"""
    assert marked_findings(snippet) == [("required-properties", "ConnectRoute", "error", True)]


def test_an_authorizer_of_another_api_is_told_at_the_route_alone(marked_findings: Marked) -> None:
    snippet = """
Resources:
  DoorAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref NewsApi
      Name: door
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub
        - arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Arn}/invocations
        - Arn: !GetAtt DoorFunction.Arn
      IdentitySource: [route.request.header.x-chat-token]
  NewsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: news, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
"""
    assert [(check, resource) for check, resource, *_ in marked_findings(snippet)] == [
        ("connect-authorizer-in-same-api", "ConnectRoute")
    ]
