"""What the deployment behind a stage holds, in the worst and in the best order."""

from __future__ import annotations

from typing import Any

import pytest
from deploying import BASE, chat, deployed, only_api, refused, route, snapshot

from wsconform.check.page import whole_template
from wsconform.local.deployed.model import Throttle

WAITS = """Resources:
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: {0}
    Properties: {{ApiId: !Ref ChatApi}}
"""
MORE = """
  SendResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref ChatApi, RouteId: !Ref SendRoute, RouteResponseKey: $default}
  SendModel:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref ChatApi
      Name: Message
      Schema: {type: object, properties: {size: {type: integer, maximum: 5}, loud: {enum: [true, "yes"]}}}
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      ModelSelectionExpression: $default
      RequestModels: {$default: Message}
      Target: !Sub integrations/${ChatIntegration}
"""


def test_only_what_the_deployment_waits_for_is_in_the_worst_snapshot() -> None:
    some = chat(WAITS.format("[SendRoute, DefaultRoute]"))
    assert snapshot(some).routes.keys() == {"send", "$default"}
    assert snapshot(some).absent.keys() == {"$connect"}
    assert "Deployment does not wait for ConnectRoute" in snapshot(some).absent["$connect"]
    assert "DependsOn: [SendRoute, DefaultRoute, ConnectRoute]" in snapshot(some).absent["$connect"]


def test_waiting_goes_through_others() -> None:
    through = chat(
        """Resources:
  Last:
    Type: AWS::SNS::Topic
    DependsOn: [ConnectRoute, SendRoute]
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [Last]
    Properties: {ApiId: !Ref ChatApi}
"""
    )
    assert snapshot(through).routes.keys() == {"$connect", "send"}


@pytest.mark.parametrize(
    ("waits", "two_way", "models"),
    [
        ("[ConnectRoute, SendRoute, DefaultRoute]", False, {}),
        ("[ConnectRoute, SendRoute, DefaultRoute, SendResponse]", True, {}),
        ("[ConnectRoute, SendRoute, DefaultRoute, SendModel]", False, {"$default": 5}),
    ],
)
def test_responses_and_models_are_waited_for_by_themselves(waits: str, two_way: bool, models: Any) -> None:  # noqa: ANN401, FBT001
    made = chat(WAITS.format(waits) + MORE)
    send = route(made, "send")
    assert send.two_way is two_way
    assert {key: schema["properties"]["size"]["maximum"] for key, schema in send.models.items()} == models
    assert any("SendResponse" in remark or "SendModel" in remark for remark in made.remarks)
    best = route(chat(WAITS.format(waits) + MORE, order="best"), "send")
    assert best.two_way
    assert best.models["$default"]["properties"]["loud"] == {"enum": [True, "yes"]}


def test_a_deployment_that_waits_for_no_route_is_refused_in_the_worst_order() -> None:
    template = whole_template(WAITS.format("[]"), BASE)
    said = refused(template)
    assert "Deployment waits for no route" in said
    assert "DependsOn: [ConnectRoute, SendRoute, DefaultRoute]" in said
    assert snapshot(deployed(template, order="best")).routes.keys() == {"$connect", "send", "$default"}


NO_ROUTES = "  ConnectRoute: null\n  SendRoute: null\n  DefaultRoute: null\n"


def test_an_api_without_routes_is_never_deployed() -> None:
    template = whole_template(WAITS.format("[]") + NO_ROUTES, BASE)
    assert "has no route" in refused(template, order="best")


AUTO = """Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref ChatApi, StageName: v1, AutoDeploy: true}
  Deployment: null
"""


def test_a_stage_that_deploys_by_itself_has_everything() -> None:
    auto = chat(AUTO)
    assert snapshot(auto).routes.keys() == {"$connect", "send", "$default"}
    assert not auto.remarks


def test_a_stage_that_deploys_by_itself_is_empty_without_routes() -> None:
    stage = only_api(chat(AUTO + NO_ROUTES)).stages["v1"]
    assert stage.snapshot is None
    assert "without any route" in stage.why_empty


def test_a_stage_without_a_deployment_is_empty() -> None:
    made = chat(
        "Resources:\n  Stage:\n    Type: AWS::ApiGatewayV2::Stage\n"
        "    Properties: {ApiId: !Ref ChatApi, StageName: v1}\n"
    )
    stage = only_api(made).stages["v1"]
    assert stage.snapshot is None
    assert "neither DeploymentId nor AutoDeploy" in stage.why_empty
    assert any("nobody can connect" in remark for remark in made.remarks)


@pytest.mark.parametrize(
    "stage", ["null", "{Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref ChatApi, StageName: v1}}"]
)
def test_a_deployment_may_name_its_stage(stage: str) -> None:
    named = chat(
        f"""Resources:
  Stage: {stage}
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute]
    Properties: {{ApiId: !Ref ChatApi, StageName: v1}}
""".replace("  Stage: {Type", "  Stage:\n    {Type")
    )
    assert snapshot(named).routes.keys() == {"$connect", "send"}


def test_each_stage_shows_its_own_deployment() -> None:
    made = chat(
        """Resources:
  Older:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute]
    Properties: {ApiId: !Ref ChatApi}
  OldStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref ChatApi, StageName: old, DeploymentId: !Ref Older}
  ChatPermission:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref ChatFunction, Principal: apigateway.amazonaws.com}
"""
    )
    assert snapshot(made, "old").routes.keys() == {"$connect"}
    assert snapshot(made, "v1").routes.keys() == {"$connect", "send", "$default"}


def test_throttles_of_a_route_are_its_own_or_those_of_the_stage() -> None:
    made = chat(
        """Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: v1
      DeploymentId: !Ref Deployment
      DefaultRouteSettings: {ThrottlingRateLimit: 10.5, ThrottlingBurstLimit: 20}
      RouteSettings: {send: {ThrottlingBurstLimit: 3}}
"""
    )
    throttles = only_api(made).stages["v1"].throttles
    assert throttles == {
        "$connect": Throttle(rate=10.5, burst=20),
        "send": Throttle(rate=10.5, burst=3),
        "$default": Throttle(rate=10.5, burst=20),
    }
