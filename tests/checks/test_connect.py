"""Whether there is a route for those who connect, beyond the examples of the checks' pages."""

import pytest
from connect_route import CUSTOM, PARAMETER, route
from examining import Marked, Undecided

CASES = """
Parameters:
  Environment:
    Type: String
    Default: prod
    AllowedValues: [prod, dev]
Conditions:
  IsProd: !Equals [!Ref Environment, prod]
"""


@pytest.mark.parametrize(
    "key", ["connect", "Connect", "CONNECT", "'connect '", "conect", "onConnect", "'connect\t'", "conncet"]
)
def test_a_near_miss_without_dollar_is_found_once(key: str, marked_findings: Marked) -> None:
    assert marked_findings(route(f"{key} # <--", *CUSTOM)) == [("connect-route-exists", "ConnectRoute", "error", True)]


@pytest.mark.parametrize("key", ["$Connect", "$conect", "'$connect '", "' $connect'", r"\$connect", "$connected"])
def test_a_near_miss_with_dollar_is_found_once(key: str, marked_findings: Marked) -> None:
    assert marked_findings(route(f"{key} # <--", *CUSTOM)) == [("connect-route-exists", "ConnectRoute", "error", True)]


def test_a_near_miss_that_is_open_as_well_is_found_once(marked_findings: Marked) -> None:
    parameters = "RequestParameters: {route.request.header.a: {Required: true}}"
    assert marked_findings(route("connect # <--", "AuthorizationType: NONE", parameters, "ApiKeyRequired: true")) == [
        ("connect-route-exists", "ConnectRoute", "error", True)
    ]


def test_a_custom_route_may_have_the_key_connect_beside_the_predefined_one(marked_findings: Marked) -> None:
    assert marked_findings(route("connect", name="SendRoute")) == []


def test_an_unknown_key_may_be_the_missing_one(marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = PARAMETER + route("!Ref Given", *CUSTOM)
    assert marked_findings(snippet) == []
    assert "connect-route-exists" in [check for check, _ in undecided_in(snippet)]
    assert "authorization-only-on-connect" in [check for check, _ in undecided_in(snippet)]


def test_a_route_that_exists_in_one_case_only(marked_findings: Marked) -> None:
    snippet = """
Resources:
  ChatApi: # <--
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [SendRoute, DefaultRoute]
    Properties:
      ApiId: !Ref ChatApi
""" + route("$connect", *CUSTOM).replace("Resources:\n", "").replace(
        "Route\n    Properties", "Route\n    Condition: IsProd\n    Properties"
    )
    found = [one for one in marked_findings(CASES + snippet) if one[0] == "connect-route-exists"]
    assert found == [("connect-route-exists", "ChatApi", "error", True)]


def test_an_api_without_any_route_may_have_them_elsewhere(marked_findings: Marked, undecided_in: Undecided) -> None:
    snippet = """
Resources:
  RoomsApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: rooms
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
"""
    assert "connect-route-exists" not in [check for check, *_ in marked_findings(snippet)]
    assert ("connect-route-exists", "RoomsApi has no routes in this template") in undecided_in(snippet)


def test_a_connect_route_that_joins_no_api_is_not_called_missing(marked_findings: Marked) -> None:
    snippet = """
Resources:
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatFunction
      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref DoorAuthorizer
"""
    assert not [check for check, *_ in marked_findings(snippet) if "connect" in check]


@pytest.mark.parametrize(
    ("snippet", "check"),
    [
        (route("default", name="RoomsRoute"), "system-route-spelt-right"),
        (
            route("$connect", "AuthorizationType: CUSTOM", "AuthorizerId: abc123", name="RoomsRoute"),
            "connect-authorizer-in-same-api",
        ),
        (route("$connect", *CUSTOM, name="RoomsRoute"), "connect-authorizer-in-same-api"),
    ],
)
def test_an_api_elsewhere_leaves_it_open(
    snippet: str, check: str, marked_findings: Marked, undecided_in: Undecided
) -> None:
    joined = PARAMETER + snippet.replace("!Ref ChatApi", "!Ref Given")
    assert check in [name for name, _ in undecided_in(joined)]
    assert check not in [name for name, *_ in marked_findings(joined)]


def test_a_nested_stack_that_knows_nothing_of_the_api_hides_no_route(marked_findings: Marked) -> None:
    snippet = """
Resources:
  ChatApi: # <--
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
  Tables:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://bucket.s3.amazonaws.com/tables.yaml
  ConnectRoute: null
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [SendRoute, DefaultRoute]
    Properties:
      ApiId: !Ref ChatApi
"""
    assert marked_findings(snippet) == [("connect-route-exists", "ChatApi", "error", True)]


@pytest.mark.parametrize(
    ("snippet", "check"),
    [
        (route("send", "AuthorizationType: !Ref Given", name="SendRoute"), "authorization-only-on-connect"),
        (
            route("!Ref Given", "RequestParameters: {route.request.header.a: {Required: true}}", name="SendRoute"),
            "request-parameters-only-on-connect",
        ),
    ],
)
def test_what_hangs_on_an_unknown_value_is_inconclusive(snippet: str, check: str, undecided_in: Undecided) -> None:
    assert check in [name for name, _ in undecided_in(PARAMETER + snippet)]


def test_routes_in_a_nested_stack_that_cannot_be_read(undecided_in: Undecided, marked_findings: Marked) -> None:
    snippet = """
Resources:
  Routes:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://bucket.s3.amazonaws.com/routes.yaml
      Parameters:
        ApiId: !Ref ChatApi
  ConnectRoute: null
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [SendRoute, DefaultRoute]
    Properties:
      ApiId: !Ref ChatApi
"""
    assert marked_findings(snippet) == []
    assert "connect-route-exists" in [check for check, _ in undecided_in(snippet)]
