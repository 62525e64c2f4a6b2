"""Whether functions may push, beyond the examples of the check's page."""

from collections.abc import Callable
from textwrap import indent

import pytest
from examining import Marked, Undecided
from function_snippets import (
    ARN,
    PUSHES,
    SILENT,
    inline_policy,
    python_function,
    role,
    snippet,
    statement,
    unread_function,
)

Messages = Callable[[str], list[str]]

PUSHES_ELSEWHERE = """
import os
import boto3

def handler(event, context):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["URL"])
    client.post_to_connection(ConnectionId="", Data=b"")
"""
LACKING = ("function-may-push", "ChatFunction", "error", True)


@pytest.mark.parametrize(
    "resource",
    [
        f"{ARN}${{ChatApi}}/v1/POST/@connections/*",
        f"{ARN}${{ChatApi}}/*/POST/@connections/*",
        f"{ARN}${{ChatApi}}/v1/*/@connections/*",
        f"{ARN}${{ChatApi}}/*/@connections/*",
        f"{ARN}*/@connections/*",
        f"{ARN}${{ChatApi}}/*",
        f"{ARN}${{ChatApi}}*",
        f"{ARN}**/@connections/*",
        f"{ARN}${{ChatApi.ApiId}}/*",
        "arn:*:execute-api:*:*:*/@connections/*",
        "!Sub arn:${AWS::Partition}:execute-api:*:123456789012:*/*/POST/@connections/*",
        "!Join ['', ['arn:', !Ref AWS::Partition, ':execute-api:*:*:', !Ref ChatApi, /*]]",
        f"{ARN}${{ChatApi}}/v1/POST/@connections/{{connectionId}}",
        "'*'",
        "['arn:aws:s3:::bucket/*', '*']",
        f"{ARN}${{ChatApi}}/${{Stage}}/POST/@connections/*",
    ],
)
def test_a_resource_that_reaches_the_connections_is_enough(resource: str, marked_findings: Marked) -> None:
    assert marked_findings(snippet(python_function(statement(resource)))) == []


@pytest.mark.parametrize(
    "resource",
    [
        f"{ARN}${{ChatApi}}",
        f"{ARN}${{ChatApi}}/v2/POST/@connections/*",
        f"{ARN}${{ChatApi}}/v1/GET/@connections/*",
        f"{ARN}${{ChatApi}}/v1/@connections/*",
        f"{ARN}${{ChatApi}}/POST/@connections/*",
        f"{ARN}${{ChatApi}}/v1/post/@connections/*",
        f"{ARN}${{ChatApi}}/v1/POST/connections/*",
        "!Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:${AWS::AccountId}:${ChatApi}/*",
        "!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}::${ChatApi}/*",
        "!Sub ${ChatApi}/*",
        "!Ref ChatApi",
        "!GetAtt ChatApi.ApiEndpoint",
        "'@connections/*'",
        f"{ARN}${{OtherApi}}/*",
    ],
)
def test_a_resource_that_does_not_reach_them_is_the_fault(resource: str, marked_findings: Marked) -> None:
    other = """
  OtherApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: other
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
"""
    found = marked_findings(snippet(python_function(statement(f"{resource} # <--")), other))
    assert [one for one in found if one[1] == "ChatFunction"] == [LACKING]


@pytest.mark.parametrize("tail", ["", "/abc=", "/${Stage}"])
def test_a_resource_for_no_or_one_connection_is_a_warning(tail: str, marked_findings: Marked) -> None:
    resource = f"{ARN}${{ChatApi}}/v1/POST/@connections{tail} # <--"
    assert marked_findings(snippet(python_function(statement(resource)))) == [
        ("function-may-push", "ChatFunction", "warning", True)
    ]


@pytest.mark.parametrize(
    "action",
    [
        "execute-api:ManageConnections",
        "execute-api:manageconnections",
        "Execute-API:ManageConnections",
        "execute-api:*",
        "execute-api:Manage*",
        "'*'",
        "[logs:PutLogEvents, execute-api:ManageConnections]",
    ],
)
def test_an_action_that_manages_connections_is_enough(action: str, marked_findings: Marked) -> None:
    assert marked_findings(snippet(python_function(statement(f"{ARN}${{ChatApi}}/*", action)))) == []


@pytest.mark.parametrize(
    "action",
    [
        "execute-api:Invoke",
        "execute-api:ManageConnection",
        "execute-api:manage-connections",
        "execute-api:PostToConnection",
        "apigateway:ManageConnections",
        "executeapi:ManageConnections",
        "ManageConnections",
        "[execute-api:Invoke]",
    ],
)
def test_another_action_is_the_fault(action: str, marked_findings: Marked) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*", f"{action} # <--")
    assert marked_findings(snippet(python_function(policies))) == [LACKING]


@pytest.mark.parametrize(
    "policies",
    [
        "",
        "Policies: []",
        "Policies: AWSXRayDaemonWriteAccess",
        "Policies: [AWSXRayDaemonWriteAccess]",
        "Policies: !Ref AWS::NoValue",
        "Policies:\n  - DynamoDBCrudPolicy:\n      TableName: connections",
        "Policies:\n  - !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonDynamoDBFullAccess",
        statement("'*'", "apigateway:*"),
        statement("arn:aws:dynamodb:*:*:table/connections", "'*'"),
        statement("'*'", "logs:*"),
    ],
)
def test_policies_about_something_else_leave_the_function_without(policies: str, marked_findings: Marked) -> None:
    assert marked_findings(snippet(python_function(policies, mark="# <--"))) == [LACKING]


@pytest.mark.parametrize("name", ["AmazonAPIGatewayInvokeFullAccess", "AdministratorAccess", "PowerUserAccess"])
def test_a_broad_managed_policy_lets_it_push(name: str, marked_findings: Marked) -> None:
    found = marked_findings(snippet(python_function(f"Policies: {name} # <--")))
    assert found == [("managed-policy-scoped", "ChatFunction", "warning", True)]


def test_the_managed_policy_of_the_control_plane_does_not(marked_findings: Marked) -> None:
    found = marked_findings(snippet(python_function("Policies: AmazonAPIGatewayAdministrator # <--", mark="# <--")))
    assert sorted(found) == [LACKING, ("managed-policy-scoped", "ChatFunction", "warning", True)]


def test_a_deny_wins(marked_findings: Marked) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*") + indent(
        f"- Effect: Deny\n  Action: execute-api:* # <--\n  Resource: {ARN}${{ChatApi}}/*/POST/*\n", " " * 6
    )
    assert marked_findings(snippet(python_function(policies))) == [LACKING]


def test_a_condition_cannot_be_told(marked_findings: Marked, undecided_in: Undecided) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*").rstrip() + "\n        Condition: {Bool: {'aws:SecureTransport': true}}"
    assert marked_findings(snippet(python_function(policies))) == []
    assert [name for name, _ in undecided_in(snippet(python_function(policies)))] == ["function-may-push"]


@pytest.mark.parametrize(
    "properties", [("Role: !Sub arn:${AWS::Partition}:iam::123456789012:role/chat",), ("Policies: [!ImportValue p]",)]
)
def test_nobody_asks_what_a_function_may_that_does_not_push(
    properties: tuple[str, ...], marked_findings: Marked, undecided_in: Undecided
) -> None:
    text = snippet(python_function(*properties, code=SILENT))
    assert marked_findings(text) == []
    assert undecided_in(text) == []


def test_a_bare_statement_is_told_once(marked_findings: Marked) -> None:
    policies = f"""
Policies:
  - Effect: Allow # <--
    Action: execute-api:ManageConnections
    Resource: {ARN}${{ChatApi}}/*
"""
    found = marked_findings(snippet(python_function(policies)))
    assert found == [("policy-entry-well-formed", "ChatFunction", "error", True)]


def test_a_second_stage_without_the_right_is_a_warning(marked_findings: Marked, messages_of: Messages) -> None:
    second = """
  SecondStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref ChatApi
      StageName: v2
      DeploymentId: !Ref Deployment
  SecondPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ChatFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/v2/*
"""
    text = snippet(python_function(statement(f"{ARN}${{ChatApi}}/v1/* # <--")), second)
    assert marked_findings(text) == [("function-may-push", "ChatFunction", "warning", True)]
    assert any('stage "v2"' in one for one in messages_of(text))


def test_other_calls_need_their_own_method(marked_findings: Marked) -> None:
    code = PUSHES + "    client.delete_connection(ConnectionId=context['connectionId'])\n"
    post = statement(f"{ARN}${{ChatApi}}/v1/POST/@connections/* # <--")
    assert marked_findings(snippet(python_function(post, code=code))) == [LACKING]
    every = statement(f"{ARN}${{ChatApi}}/v1/*/@connections/*")
    assert marked_findings(snippet(python_function(every, code=code))) == []


def test_a_users_own_delete_connection_is_no_call(marked_findings: Marked) -> None:
    code = PUSHES + "    table.delete_connection(context['connectionId'])\n"
    post = statement(f"{ARN}${{ChatApi}}/v1/POST/@connections/*")
    assert marked_findings(snippet(python_function(post, code=code))) == []


WORKER = """
Environment:
  Variables:
    URL: !Sub https://${ChatApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1
"""


def test_a_function_that_no_route_reaches_counts_where_it_names_the_api(marked_findings: Marked) -> None:
    use = python_function(WORKER, code=PUSHES_ELSEWHERE, name="Worker", mark="# <--")
    assert marked_findings(snippet(use)) == [("function-may-push", "Worker", "error", True)]
    sound = python_function(WORKER, statement(f"{ARN}${{ChatApi}}/*"), code=PUSHES_ELSEWHERE, name="Worker")
    assert marked_findings(snippet(sound)) == []


def test_a_function_that_names_no_api_may_push_anywhere(marked_findings: Marked) -> None:
    assert marked_findings(snippet(python_function(code=PUSHES_ELSEWHERE, name="Worker"))) == []


OTHER_API = """
  RoomApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: room
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
"""


@pytest.mark.parametrize(("code", "severity"), [(PUSHES, "error"), (PUSHES_ELSEWHERE, "warning")])
def test_a_right_to_another_api_is_wrong_for_sure_where_the_code_answers_its_caller(
    code: str, severity: str, marked_findings: Marked
) -> None:
    use = python_function(statement(f"{ARN}${{RoomApi}}/* # <--"), code=code)
    found = [one for one in marked_findings(snippet(use, OTHER_API)) if one[0] == "function-may-push"]
    assert found == [("function-may-push", "ChatFunction", severity, True)]


def test_a_function_may_push_to_the_api_that_its_environment_names(marked_findings: Marked) -> None:
    use = python_function(
        WORKER.replace("ChatApi", "RoomApi"), statement(f"{ARN}${{RoomApi}}/*"), code=PUSHES_ELSEWHERE
    )
    assert [one for one in marked_findings(snippet(use, OTHER_API)) if one[0] == "function-may-push"] == []


@pytest.mark.parametrize(
    ("policies", "severity"),
    [
        (statement(f"{ARN}${{ChatApi}}/*", "execute-api:ManageConnection # <--"), "error"),
        (statement(f"{ARN}${{ChatApi}}/*/@connections/*", "execute-api:Invoke # <--"), "error"),
        (statement(f"{ARN}${{ChatApi}}/v2/* # <--"), "error"),
        (statement(f"{ARN}*/@connections # <--"), "warning"),
    ],
)
def test_policies_tell_what_code_out_of_reach_is_meant_for(
    policies: str, severity: str, marked_findings: Marked
) -> None:
    use = unread_function(policies)
    assert marked_findings(snippet(use)) == [("function-may-push", "ChatFunction", severity, True)]


@pytest.mark.parametrize(
    "policies",
    [
        statement(f"{ARN}${{ChatApi}}/*", "execute-api:Invoke"),
        statement("arn:*:execute-api:*:123456789012:abcdef1234/*"),
        statement(f"{ARN}${{ChatApi}}/v1/GET/@connections/*"),
        statement("!ImportValue other-api"),
    ],
)
def test_policies_for_another_purpose_are_left_alone(policies: str, marked_findings: Marked) -> None:
    use = unread_function(policies)
    response = """
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      RouteResponseSelectionExpression: $default
      Target: !Sub integrations/${ChatIntegration}
  SendResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties:
      ApiId: !Ref ChatApi
      RouteId: !Ref SendRoute
      RouteResponseKey: $default
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, SendResponse]
    Properties:
      ApiId: !Ref ChatApi
"""
    assert marked_findings(snippet(use, response)) == []


class TestNothingElseCouldAnswer:
    def test_is_a_warning(self, marked_findings: Marked) -> None:
        found = marked_findings(snippet(unread_function(mark="# <--")))
        assert found == [("function-may-push", "ChatFunction", "warning", True)]

    def test_is_no_fault_of_code_that_does_not_push(self, marked_findings: Marked) -> None:
        assert marked_findings(snippet(python_function(code=SILENT))) == []

    @pytest.mark.parametrize(
        "other",
        [
            python_function(statement(f"{ARN}${{ChatApi}}/*"), name="Worker", code=SILENT),
            role(inline_policy(f"{ARN}${{ChatApi}}/*"), name="StateMachineRole", service="states.amazonaws.com"),
            python_function("Role: !ImportValue worker-role", name="Worker", code=SILENT),
            "  ApiId: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref ChatApi}}\n",
        ],
    )
    def test_is_not_so_where_something_else_may_push(self, other: str, marked_findings: Marked) -> None:
        assert marked_findings(snippet(unread_function(), other)) == []


def test_the_api_of_sam_is_judged_alike(marked_findings: Marked) -> None:
    api = """
  ChatApi:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: v1
      Auth:
        AuthType: CUSTOM
        AuthArn: !GetAtt DoorFunction.Arn
        IdentitySource: [route.request.header.x-chat-token]
      Routes:
        $connect: {FunctionArn: !GetAtt ChatFunction.Arn}
        $default: {FunctionArn: !GetAtt ChatFunction.Arn}
"""
    parts = ("DoorAuthorizer", "ConnectRoute", "SendRoute", "DefaultRoute", "ChatIntegration", "Deployment", "Stage")
    gone = "".join(f"  {name}: null\n" for name in (*parts, "ChatPermission", "DoorPermission"))
    sound = python_function(statement(f"{ARN}${{ChatApi}}/v1/POST/@connections/*"))
    assert marked_findings(snippet(sound, api, gone)) == []
    assert marked_findings(snippet(python_function(mark="# <--"), api, gone)) == [LACKING]
    wrong = python_function(statement(f"{ARN}${{ChatApi}}/default/POST/@connections/* # <--"))
    assert marked_findings(snippet(wrong, api, gone)) == [LACKING]
