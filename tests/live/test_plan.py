import pytest
from building import stack

from wsconform.config.expectation import Expectation, read_expectation
from wsconform.live.identity import Source
from wsconform.live.plan import ApiPlan, plans_of

HEAD = """
Parameters:
  Header: {Type: String, Default: x-token}
  Known: {Type: String}
Resources:
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Web:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: web, ProtocolType: HTTP}
"""
GUARD = """
  Auth:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Chat
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub >-
        arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Asks.Arn}/invocations
      IdentitySource:
        - !Sub route.request.header.${Header}
        - route.request.querystring.room
        - stageVariables.kind
        - context.identity.sourceIp
  Asks:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: index.handler, Code: {ZipFile: 'x = 1'}}
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Chat, RouteKey: $connect, AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth}
"""


def route(name: str, key: str) -> str:
    return f"""
  {name}:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Chat, RouteKey: {key}}}
"""


def plan_of(text: str, expectations: dict[str, Expectation] | None = None) -> ApiPlan:
    plans = plans_of(stack(HEAD + text), expectations or {})
    assert list(plans) == ["Chat"]
    return plans["Chat"]


def test_who_has_to_say_who_they_are() -> None:
    guarded = plan_of(GUARD)
    assert (guarded.authorization, guarded.is_guarded) == ("CUSTOM", True)
    assert guarded.sources == (Source("header", "x-token"), Source("querystring", "room"))
    assert guarded.connect_functions == ("Asks",)
    assert not guarded.connect_integration
    assert str(guarded.spans["sources"]).startswith("t.yaml:")


@pytest.mark.parametrize("text", ["", route("Connect", "$connect")])
def test_who_has_not(text: str) -> None:
    found = plan_of(text)
    assert (found.is_guarded, found.sources, found.connect_functions) == (False, (), ())
    assert found.spans["connect"].file == "t.yaml"


def test_messages_lead_to_routes() -> None:
    found = plan_of(route("One", "one") + route("Rest", "$default") + route("Leave", "$disconnect"))
    assert [(one.key, one.message, one.two_way) for one in found.routes] == [("one", '{"action": "one"}', False)]
    assert found.default is not None
    assert found.default.message is not None
    assert found.default.message.startswith('{"action": "wsconform-')
    assert found.unused_message() != found.unused_message()


def test_what_is_expected_is_of_a_key_or_of_that_of_one_api() -> None:
    general, own = read_expectation({"expect": 1, "send": "1"}), read_expectation({"expect": 2})
    found = plan_of(route("One", "one") + route("Two", "two"), {"one": general, "two": general, "Chat/two": own})
    assert [one.expectation for one in found.routes] == [general, own]
    assert [one.sends for one in found.routes] == ["1", '{"action": "two"}']


@pytest.mark.parametrize("expression", ["!Ref Known", "$request.header.x", "'$request.body.a[0]'"])
def test_no_message_is_made_up_where_nobody_knows_how(expression: str) -> None:
    of = stack((HEAD + route("One", "one")).replace("$request.body.action", expression))
    (found,) = plans_of(of, {}).values()
    assert [one.message for one in found.routes] == [None]
    assert found.unused_message() is None


def test_the_parameters_choose_the_world() -> None:
    text = HEAD.replace("Resources:", "Conditions: {Open: !Equals [!Ref Header, none]}\nResources:") + GUARD.replace(
        "AuthorizationType: CUSTOM", "AuthorizationType: !If [Open, NONE, CUSTOM]"
    )
    assert plans_of(stack(text), {})["Chat"].is_guarded
    assert not plans_of(stack(text, given={"Header": "none"}), {})["Chat"].is_guarded
