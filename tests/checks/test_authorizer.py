"""The checks on the authorizer, beyond the examples of their pages."""

import pytest
from examining import Marked, Messages, Undecided

PATH = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
FUNCTION = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function"
URI = f"!Sub {PATH}/${{DoorFunction.Arn}}/invocations"
SOURCE = "[route.request.header.x-chat-token]"
PARAMETER = """
Parameters:
  Given:
    Type: String
"""
LIST_PARAMETER = """
Parameters:
  Given:
    Type: CommaDelimitedList
"""


def authorizer(kind: str = "REQUEST", uri: str = URI, source: str | None = SOURCE, more: str = "") -> str:
    sources = "" if source is None else f"      IdentitySource: {source}\n"
    return f"""
Resources:
  DoorAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref ChatApi
      Name: door
      AuthorizerType: {kind}
      AuthorizerUri: {uri}
{sources}{more}"""


@pytest.mark.parametrize("kind", ["TOKEN", "JWT", "request", "COGNITO_USER_POOLS"])
def test_another_type_is_found_once(kind: str, marked_findings: Marked) -> None:
    assert marked_findings(authorizer(f"{kind} # <--")) == [
        ("authorizer-type-is-request", "DoorAuthorizer", "error", True)
    ]


def test_a_type_that_is_unknown_is_inconclusive(undecided_in: Undecided) -> None:
    assert "authorizer-type-is-request" in [check for check, _ in undecided_in(PARAMETER + authorizer("!Ref Given"))]


@pytest.mark.parametrize(
    "uri",
    [
        "!GetAtt DoorFunction.Arn",
        "!Ref DoorFunction",
        f"!Sub {PATH}/${{DoorFunction.Arn}}",
        f"!Sub {PATH}/${{DoorFunction.Arn}}/invocation",
        f"!Sub {PATH}/${{DoorFunction.Arn}}/invocations/",
        f"!Sub {PATH}/${{DoorFunction}}/invocations",
        f"!Sub {PATH.replace('2015-03-31', '2018-11-29')}/${{DoorFunction.Arn}}/invocations",
        f"!Sub {PATH.replace(':lambda:', ':sqs:')}/${{DoorFunction.Arn}}/invocations",
        f"!Sub {PATH.replace('apigateway', 'execute-api')}/${{DoorFunction.Arn}}/invocations",
        f"!Sub {PATH.replace('${AWS::Region}', '')}/${{DoorFunction.Arn}}/invocations",
        f"!Sub {PATH.replace('path/', '')}/${{DoorFunction.Arn}}/invocations",
        f"!Sub {PATH.replace('functions', 'function')}/${{DoorFunction.Arn}}/invocations",
        "https://chat.example/authorize",
        "DoorFunction",
        '""',
    ],
)
def test_a_uri_of_another_form_is_found_once(uri: str, marked_findings: Marked) -> None:
    found = [one for one in marked_findings(authorizer(uri=f"{uri} # <--")) if "permission" not in one[0]]
    assert found == [("authorizer-uri-well-formed", "DoorAuthorizer", "error", True)]


@pytest.mark.parametrize(
    "uri",
    [
        URI,
        f"!Sub ['{PATH}/${{Arn}}/invocations', {{Arn: !GetAtt DoorFunction.Arn}}]",
        f"!Join ['', [!Sub '{PATH}/', !GetAtt DoorFunction.Arn, /invocations]]",
        f"!Sub {PATH}/{FUNCTION}:${{DoorFunction}}/invocations",
    ],
)
def test_a_uri_of_the_right_form_however_written(uri: str, marked_findings: Marked, undecided_in: Undecided) -> None:
    assert marked_findings(authorizer(uri=uri)) == []
    assert not [check for check, _ in undecided_in(authorizer(uri=uri)) if check.startswith("authorizer-uri")]


@pytest.mark.parametrize(
    "uri", [f"!Sub {PATH}/${{Given}}/invocations", f"!Sub '{PATH}/${{!stageVariables.door}}/invocations'"]
)
def test_a_function_that_is_unknown_does_not_make_the_form_unknown(
    uri: str, marked_findings: Marked, undecided_in: Undecided
) -> None:
    snippet = PARAMETER + authorizer(uri=uri)
    assert not [one for one in marked_findings(snippet) if one[0].startswith("authorizer-")]
    assert "authorizer-uri-well-formed" not in [check for check, _ in undecided_in(snippet)]


@pytest.mark.parametrize("uri", ["!Ref Given", "!ImportValue door-uri"])
def test_a_uri_that_is_unknown_is_inconclusive(uri: str, marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = PARAMETER + authorizer(uri=uri)
    assert not [one for one in marked_findings(snippet) if one[0].startswith("authorizer-")]
    assert "authorizer-uri-well-formed" in [check for check, _ in undecided_in(snippet)]


def test_a_uri_that_names_nothing_is_left_to_its_own_check(marked_findings: Marked) -> None:
    snippet = authorizer(uri=f"!Sub {PATH}/${{Nobody.Arn}}/invocations # <--")
    assert not [check for check, *_ in marked_findings(snippet) if check.startswith("authorizer-")]


def test_the_answer_of_a_custom_resource_is_unknown(marked_findings: Marked) -> None:
    snippet = (
        authorizer(uri=f"!Sub {PATH}/${{Door.FunctionArn}}/invocations")
        + """
  Door:
    Type: Custom::Door
    Properties:
      ServiceToken: !GetAtt DoorFunction.Arn
"""
    )
    assert not [check for check, *_ in marked_findings(snippet) if check.startswith("authorizer-")]


def test_the_function_of_an_api_that_sam_expands(marked_findings: Marked) -> None:
    snippet = """
Resources:
  RoomsApi:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Auth:
        AuthType: CUSTOM
        AuthArn: !Ref DoorFunction # <--
        IdentitySource: [route.request.header.x-chat-token]
      Routes:
        $connect:
          FunctionArn: !GetAtt ChatFunction.Arn
        $default:
          FunctionArn: !GetAtt ChatFunction.Arn
"""
    found = [one for one in marked_findings(snippet) if one[0].startswith("authorizer-")]
    assert found == [("authorizer-uri-well-formed", "RoomsApi", "error", True)]


@pytest.mark.parametrize("source", [None, "[] # <--", "'' # <--", "[''] # <--", "['', ''] # <--"])
def test_no_source_is_found_once(source: str | None, marked_findings: Marked) -> None:
    snippet = authorizer(source=source)
    if source is None:
        snippet = snippet.replace("DoorAuthorizer:", "DoorAuthorizer: # <--")
    assert marked_findings(snippet) == [("identity-source-present", "DoorAuthorizer", "error", True)]


def test_a_list_of_unknown_length_is_inconclusive(marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = LIST_PARAMETER + authorizer(source="!Ref Given")
    assert marked_findings(snippet) == []
    assert "identity-source-present" in [check for check, _ in undecided_in(snippet)]


@pytest.mark.parametrize(
    "source",
    [
        "[route.request.querystring.token]",
        "[route.request.header.x-chat-token, stageVariables.realm, context.requestId]",
        '[!Sub "route.request.header.${AWS::StackName}"]',
        "!Split [',', 'route.request.header.a,route.request.querystring.b']",
        "[!Join [., [route, request, header, x-chat-token]]]",
    ],
)
def test_a_sound_list_however_written(source: str, marked_findings: Marked, undecided_in: Undecided) -> None:
    assert marked_findings(authorizer(source=source)) == []
    assert undecided_in(authorizer(source=source)) == []


@pytest.mark.parametrize(
    "item",
    [
        "method.request.header.Auth",
        "$request.header.Auth",
        "route.request.header.",
        "route.request.body.token",
        "Authorization",
        "'route.request.header.a b'",
        "{a: b}",
        "[route.request.header.a]",
    ],
)
def test_each_malformed_item_is_found_at_its_place(item: str, marked_findings: Marked) -> None:
    source = f"\n        - route.request.querystring.token\n        - {item} # <--\n        - $request.header.b # <--"
    found = ("identity-source-well-formed", "DoorAuthorizer", "error", True)
    assert marked_findings(authorizer(source=source)) == [found, found]


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ("route.request.header.a # <--", "error"),
        ("'route.request.header.a, route.request.header.b' # <--", "error"),
        ("$request.header.a # <--", "error"),
        ("{header: a} # <--", "error"),
        ("['route.request.header.a, route.request.header.b'] # <--", "warning"),
        ("['route.request.header.a, $request.header.b'] # <--", "error"),
    ],
)
def test_a_text_in_place_of_a_list(source: str, severity: str, marked_findings: Marked) -> None:
    assert marked_findings(authorizer(source=source)) == [
        ("identity-source-well-formed", "DoorAuthorizer", severity, True)
    ]


@pytest.mark.parametrize(
    "source",
    [
        "[route.request.header.Host] # <--",
        "[route.request.header.sec-websocket-key, route.request.header.Upgrade] # <--",
        "[context.requestId] # <--",
        "[stageVariables.realm, context.stage] # <--",
        "[route.request.header.User-Agent] # <--",
    ],
)
def test_sources_that_everyone_sends(source: str, marked_findings: Marked) -> None:
    assert marked_findings(authorizer(source=source)) == [
        ("identity-source-identifies", "DoorAuthorizer", "warning", True)
    ]


def test_a_source_that_names_nothing_is_left_to_its_own_check(marked_findings: Marked) -> None:
    snippet = authorizer(source='[!Sub "route.request.header.${Nobody}"]')
    assert not [check for check, *_ in marked_findings(snippet) if check.startswith("identity-")]


def test_an_unknown_source_may_identify(marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = PARAMETER + authorizer(source="[route.request.header.Host, !Ref Given]")
    assert marked_findings(snippet) == []
    assert "identity-source-identifies" in [check for check, _ in undecided_in(snippet)]


@pytest.mark.parametrize(
    "connect",
    [
        "AuthorizationType: NONE",
        "AuthorizationType: CUSTOM",
        "AuthorizationType: JWT",
        "AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Nobody",
        "AuthorizationType: CUSTOM\n      AuthorizerId: !Ref DoorFunction",
    ],
)
def test_an_authorizer_is_not_called_unused_where_the_door_is_at_fault(connect: str, marked_findings: Marked) -> None:
    snippet = f"""
Resources:
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $connect
      Target: !Sub integrations/${{ChatIntegration}}
      {connect}
"""
    found = [check for check, *_ in marked_findings(snippet)]
    assert "authorizer-is-used" not in found
    assert len(found) == 1


def test_an_authorizer_beside_signed_requests_is_unused(marked_findings: Marked) -> None:
    snippet = (
        authorizer().replace("DoorAuthorizer:", "DoorAuthorizer: # <--")
        + """
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: $connect
      AuthorizationType: AWS_IAM
      Target: !Sub integrations/${ChatIntegration}
"""
    )
    assert marked_findings(snippet) == [("authorizer-is-used", "DoorAuthorizer", "warning", True)]


@pytest.mark.parametrize(
    "line",
    ["AuthorizerPayloadFormatVersion: '1.0'", "AuthorizerResultTtlInSeconds: 0", "EnableSimpleResponses: false"],
)
def test_a_setting_of_http_apis_is_found_once(line: str, marked_findings: Marked) -> None:
    assert marked_findings(authorizer(more=f"      {line} # <--\n")) == [
        ("no-http-only-property", "DoorAuthorizer", "error", True)
    ]


@pytest.mark.parametrize("value", ["[a, b]", "{a: b}", "3", "null", "true"])
@pytest.mark.parametrize("name", ["AuthorizerType", "AuthorizerUri", "IdentitySource"])
def test_a_value_of_another_shape_breaks_no_check(name: str, value: str, messages_of: Messages) -> None:
    lines = [f"      {name}: {value}" if f" {name}:" in line else line for line in authorizer().splitlines()]
    assert not [message for message in messages_of("\n".join(lines) + "\n") if "broke" in message]


def test_a_jwt_authorizer_has_the_wrong_type_and_lacks_no_uri(marked_findings: Marked) -> None:
    snippet = """
Resources:
  DoorAuthorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref ChatApi
      Name: door
      AuthorizerType: JWT # <--
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration: {Issuer: https://chat.example, Audience: [chat]}
"""
    assert marked_findings(snippet) == [("authorizer-type-is-request", "DoorAuthorizer", "error", True)]


def test_an_empty_name_is_none(marked_findings: Marked) -> None:
    found = marked_findings(authorizer().replace("Name: door", "Name: ''"))
    assert [(check, resource) for check, resource, *_ in found] == [("required-properties", "DoorAuthorizer")]
