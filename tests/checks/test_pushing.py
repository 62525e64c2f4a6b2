"""Whether functions may push, beyond the examples of the check's page."""

from collections.abc import Callable
from textwrap import indent

import pytest

from wsconform.check.finding import Finding

Marked = Callable[[str], list[tuple[str, str | None, str, bool]]]
Undecided = Callable[[str], list[tuple[str, str]]]
Messages = Callable[[str], list[str]]

ARN = "!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
PUSHES = """
import boto3

def handler(event, context):
    context = event["requestContext"]
    url = f"https://{context['domainName']}/{context['stage']}"
    client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
    client.post_to_connection(ConnectionId=context["connectionId"], Data=b"received")
    return {"statusCode": 200}
"""
PUSHES_ELSEWHERE = """
import os
import boto3

def handler(event, context):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["URL"])
    client.post_to_connection(ConnectionId="", Data=b"")
"""
IS_SILENT = """
def handler(event, context):
    return {"statusCode": 200}
"""
LACKING = ("function-may-push", "ChatFunction", "error", True)


def function(*properties: str, code: str = PUSHES, name: str = "ChatFunction", mark: str = "") -> str:
    """A function as a snippet; `properties` are indented, each below the function's own."""
    return (
        f"  {name}: {mark}\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      Runtime: python3.13\n"
        "      Handler: index.handler\n"
        "      InlineCode: |\n"
        f"{indent(code.strip(), ' ' * 8)}\n" + "".join(indent(one.strip("\n"), " " * 6) + "\n" for one in properties)
    )


def statement(resource: str, action: str = "execute-api:ManageConnections", effect: str = "Allow") -> str:
    return f"""
Policies:
  - Version: "2012-10-17"
    Statement:
      - Effect: {effect}
        Action: {action}
        Resource: {resource}
"""


def snippet(*resources: str) -> str:
    return "Resources:\n" + "".join(resources)


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
    assert marked_findings(snippet(function(statement(resource)))) == []


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
    found = marked_findings(snippet(function(statement(f"{resource} # <--")), other))
    assert [one for one in found if one[1] == "ChatFunction"] == [LACKING]


@pytest.mark.parametrize("tail", ["", "/abc=", "/${Stage}"])
def test_a_resource_for_no_or_one_connection_is_a_warning(tail: str, marked_findings: Marked) -> None:
    resource = f"{ARN}${{ChatApi}}/v1/POST/@connections{tail} # <--"
    assert marked_findings(snippet(function(statement(resource)))) == [
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
    assert marked_findings(snippet(function(statement(f"{ARN}${{ChatApi}}/*", action)))) == []


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
    assert marked_findings(snippet(function(policies))) == [LACKING]


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
    assert marked_findings(snippet(function(policies, mark="# <--"))) == [LACKING]


@pytest.mark.parametrize("name", ["AmazonAPIGatewayInvokeFullAccess", "AdministratorAccess", "PowerUserAccess"])
def test_a_broad_managed_policy_lets_it_push(name: str, marked_findings: Marked) -> None:
    found = marked_findings(snippet(function(f"Policies: {name} # <--")))
    assert found == [("managed-policy-scoped", "ChatFunction", "warning", True)]


def test_the_managed_policy_of_the_control_plane_does_not(marked_findings: Marked) -> None:
    found = marked_findings(snippet(function("Policies: AmazonAPIGatewayAdministrator # <--", mark="# <--")))
    assert sorted(found) == [LACKING, ("managed-policy-scoped", "ChatFunction", "warning", True)]


def test_a_deny_wins(marked_findings: Marked) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*") + indent(
        f"- Effect: Deny\n  Action: execute-api:* # <--\n  Resource: {ARN}${{ChatApi}}/*/POST/*\n", " " * 6
    )
    assert marked_findings(snippet(function(policies))) == [LACKING]


def test_policies_beside_a_role_count_for_nothing(marked_findings: Marked) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*").strip("\n")
    lines = policies.splitlines()
    lines[1] += " # <--"  # where the value of Policies begins
    found = marked_findings(snippet(function("\n".join(lines), "Role: !GetAtt ChatRole.Arn"), role()))
    assert found == [LACKING]


def role(*properties: str, name: str = "ChatRole", service: str = "lambda.amazonaws.com", mark: str = "") -> str:
    return f"""
  {name}: {mark}
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {{Service: {service}}}
            Action: sts:AssumeRole
""" + "".join(indent(one.strip("\n"), " " * 6) + "\n" for one in properties)


def inline(resource: str) -> str:
    return f"""
Policies:
  - PolicyName: push
    PolicyDocument:
      Statement:
        Effect: Allow
        Action: execute-api:ManageConnections
        Resource: {resource}
"""


def attached(kind: str, target: str, resource: str = f"{ARN}${{ChatApi}}/*", name: str = "PushPolicy") -> str:
    return f"""
  {name}:
    Type: AWS::IAM::{kind}
    Properties:
      {target}
      PolicyName: push
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: execute-api:ManageConnections
            Resource: {resource}
"""


@pytest.mark.parametrize(
    "named",
    [
        "!GetAtt ChatRole.Arn",
        "!Sub ${ChatRole.Arn}",
        "!Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${ChatRole}",
        "!Join ['', ['arn:aws:iam::', !Ref AWS::AccountId, ':role/service/', !Ref ChatRole]]",
        "{'Fn::GetAtt': [ChatRole, Arn]}",
    ],
)
def test_a_role_of_the_template_is_followed(named: str, marked_findings: Marked) -> None:
    use = function(f"Role: {named}")
    assert marked_findings(snippet(use, role(inline(f"{ARN}${{ChatApi}}/*")))) == []
    wrong = role(inline(f"{ARN}${{ChatApi}}/v2/* # <--"))
    assert marked_findings(snippet(use, wrong)) == [("function-may-push", "ChatRole", "error", True)]


def test_a_role_without_the_right_is_told_at_the_function(marked_findings: Marked) -> None:
    found = marked_findings(snippet(function("Role: !GetAtt ChatRole.Arn", mark="# <--"), role()))
    assert found == [LACKING]


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("Policy", "Roles: [!Ref ChatRole]"),
        ("RolePolicy", "RoleName: !Ref ChatRole"),
        ("ManagedPolicy", "Roles: [!Ref ChatRole]"),
    ],
)
def test_policies_attached_to_the_role_count(kind: str, target: str, marked_findings: Marked) -> None:
    use = function("Role: !GetAtt ChatRole.Arn")
    assert marked_findings(snippet(use, role(), attached(kind, target))) == []
    wrong = attached(kind, target, f"{ARN}${{ChatApi}}/v2/* # <--")
    assert marked_findings(snippet(use, role(), wrong)) == [("function-may-push", "PushPolicy", "error", True)]


@pytest.mark.parametrize("kind", ["Policy", "RolePolicy", "ManagedPolicy"])
def test_policies_attached_to_the_role_that_sam_makes_count(kind: str, marked_findings: Marked) -> None:
    target = "RoleName: !Ref ChatFunctionRole" if kind == "RolePolicy" else "Roles: [!Ref ChatFunctionRole]"
    assert marked_findings(snippet(function(), attached(kind, target))) == []


def test_policies_attached_to_another_role_do_not(marked_findings: Marked) -> None:
    other = attached("Policy", "Roles: [!Ref OtherRole]")
    found = marked_findings(
        snippet(function("Role: !GetAtt ChatRole.Arn", mark="# <--"), role(), role(name="OtherRole"), other)
    )
    assert found == [LACKING]


def test_a_named_role_is_told_by_its_name(marked_findings: Marked) -> None:
    use = function("Role: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/chat")
    found = marked_findings(snippet(use, role("RoleName: chat", inline(f"{ARN}${{ChatApi}}/*"))))
    assert found == []


@pytest.mark.parametrize("by", ["Policies: [!Ref PushPolicy]", "Policies:\n  - !Ref PushPolicy"])
def test_a_managed_policy_of_the_template_is_followed(by: str, marked_findings: Marked) -> None:
    assert marked_findings(snippet(function(by), attached("ManagedPolicy", "Path: /"))) == []
    wrong = attached("ManagedPolicy", "Path: /", f"{ARN}${{ChatApi}}/v2/* # <--")
    assert marked_findings(snippet(function(by), wrong)) == [("function-may-push", "PushPolicy", "error", True)]


@pytest.mark.parametrize(
    "properties",
    [
        ("Role: arn:aws:iam::123456789012:role/chat",),
        ("Role: !ImportValue chat-role",),
        ("Policies: arn:aws:iam::123456789012:policy/push",),
        ("Policies: [!ImportValue push-policy]",),
        (statement(f"{ARN}${{ChatApi}}/*"), "PermissionsBoundary: arn:aws:iam::123456789012:policy/bound"),
    ],
)
def test_rights_from_elsewhere_cannot_be_told(
    properties: tuple[str, ...], marked_findings: Marked, undecided_in: Undecided
) -> None:
    text = snippet(function(*properties))
    assert marked_findings(text) == []
    assert [name for name, _ in undecided_in(text)] == ["function-may-push"]


def test_a_condition_cannot_be_told(marked_findings: Marked, undecided_in: Undecided) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*").rstrip() + "\n        Condition: {Bool: {'aws:SecureTransport': true}}"
    assert marked_findings(snippet(function(policies))) == []
    assert [name for name, _ in undecided_in(snippet(function(policies)))] == ["function-may-push"]


@pytest.mark.parametrize(
    "properties", [("Role: arn:aws:iam::123456789012:role/chat",), ("Policies: [!ImportValue p]",)]
)
def test_nobody_asks_what_a_function_may_that_does_not_push(
    properties: tuple[str, ...], marked_findings: Marked, undecided_in: Undecided
) -> None:
    text = snippet(function(*properties, code=IS_SILENT))
    assert marked_findings(text) == []
    assert undecided_in(text) == []


def test_a_boundary_has_to_allow_it_too(marked_findings: Marked) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*")
    bound = "PermissionsBoundary: !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonS3FullAccess # <--"
    assert marked_findings(snippet(function(policies, bound))) == [LACKING]
    wide = "PermissionsBoundary: !Sub arn:${AWS::Partition}:iam::aws:policy/PowerUserAccess"
    assert marked_findings(snippet(function(policies, wide))) == []


def test_a_missing_role_is_left_to_its_own_check(marked_findings: Marked) -> None:
    found = marked_findings(snippet(function("Role: !GetAtt NoRole.Arn # <--")))
    assert found == [("reference-exists", "ChatFunction", "error", True)]


def test_a_bare_statement_is_told_once(marked_findings: Marked) -> None:
    policies = f"""
Policies:
  - Effect: Allow # <--
    Action: execute-api:ManageConnections
    Resource: {ARN}${{ChatApi}}/*
"""
    found = marked_findings(snippet(function(policies)))
    assert found == [("policy-entry-well-formed", "ChatFunction", "error", True)]


def test_it_must_be_allowed_in_every_world(found_in: Callable[[str], list[Finding]]) -> None:
    policy = attached("Policy", "Roles: [!Ref ChatRole]").replace("    Prop", "    Condition: IsProd\n    Prop")
    text = f"""
Parameters:
  Env:
    Type: String
    Default: prod
    AllowedValues: [prod, dev]
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
{function("Role: !GetAtt ChatRole.Arn")}
{role()}
{policy}
"""
    (found,) = found_in(text)
    assert (found.check, found.resource) == ("function-may-push", "ChatFunction")
    assert len(found.worlds) == 1
    assert "dev" in found.worlds[0] or "IsProd is false" in found.worlds[0]


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
    text = snippet(function(statement(f"{ARN}${{ChatApi}}/v1/* # <--")), second)
    assert marked_findings(text) == [("function-may-push", "ChatFunction", "warning", True)]
    assert any('stage "v2"' in one for one in messages_of(text))


def test_other_calls_need_their_own_method(marked_findings: Marked) -> None:
    code = PUSHES + "    client.delete_connection(ConnectionId=context['connectionId'])\n"
    post = statement(f"{ARN}${{ChatApi}}/v1/POST/@connections/* # <--")
    assert marked_findings(snippet(function(post, code=code))) == [LACKING]
    every = statement(f"{ARN}${{ChatApi}}/v1/*/@connections/*")
    assert marked_findings(snippet(function(every, code=code))) == []


def test_a_users_own_delete_connection_is_no_call(marked_findings: Marked) -> None:
    code = PUSHES + "    table.delete_connection(context['connectionId'])\n"
    post = statement(f"{ARN}${{ChatApi}}/v1/POST/@connections/*")
    assert marked_findings(snippet(function(post, code=code))) == []


WORKER = """
Environment:
  Variables:
    URL: !Sub https://${ChatApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1
"""


def test_a_function_that_no_route_reaches_counts_where_it_names_the_api(marked_findings: Marked) -> None:
    use = function(WORKER, code=PUSHES_ELSEWHERE, name="Worker", mark="# <--")
    assert marked_findings(snippet(use)) == [("function-may-push", "Worker", "error", True)]
    sound = function(WORKER, statement(f"{ARN}${{ChatApi}}/*"), code=PUSHES_ELSEWHERE, name="Worker")
    assert marked_findings(snippet(sound)) == []


def test_a_function_that_names_no_api_may_push_anywhere(marked_findings: Marked) -> None:
    assert marked_findings(snippet(function(code=PUSHES_ELSEWHERE, name="Worker"))) == []


OTHER_API = """
  RoomApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: room
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
"""


def test_a_function_may_push_to_the_api_that_its_environment_names(marked_findings: Marked) -> None:
    use = function(WORKER.replace("ChatApi", "RoomApi"), statement(f"{ARN}${{RoomApi}}/*"), code=PUSHES_ELSEWHERE)
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
    use = function(policies).replace("InlineCode: |", "CodeUri: s3://bucket/chat.zip\n      Description: |")
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
    use = function(policies).replace("InlineCode: |", "CodeUri: s3://bucket/chat.zip\n      Description: |")
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
    CODE = "CodeUri: s3://bucket/chat.zip\n      Description: |"

    def unread(self, *properties: str, mark: str = "") -> str:
        return function(*properties, mark=mark).replace("InlineCode: |", self.CODE)

    def test_is_a_warning(self, marked_findings: Marked) -> None:
        found = marked_findings(snippet(self.unread(mark="# <--")))
        assert found == [("function-may-push", "ChatFunction", "warning", True)]

    def test_is_no_fault_of_code_that_does_not_push(self, marked_findings: Marked) -> None:
        assert marked_findings(snippet(function(code=IS_SILENT))) == []

    @pytest.mark.parametrize(
        "other",
        [
            function(statement(f"{ARN}${{ChatApi}}/*"), name="Worker", code=IS_SILENT),
            role(inline(f"{ARN}${{ChatApi}}/*"), name="StateMachineRole", service="states.amazonaws.com"),
            function("Role: !ImportValue worker-role", name="Worker", code=IS_SILENT),
            "  ApiId: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref ChatApi}}\n",
        ],
    )
    def test_is_not_so_where_something_else_may_push(self, other: str, marked_findings: Marked) -> None:
        assert marked_findings(snippet(self.unread(), other)) == []


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
    sound = function(statement(f"{ARN}${{ChatApi}}/v1/POST/@connections/*"))
    assert marked_findings(snippet(sound, api, gone)) == []
    assert marked_findings(snippet(function(mark="# <--"), api, gone)) == [LACKING]
    wrong = function(statement(f"{ARN}${{ChatApi}}/default/POST/@connections/* # <--"))
    assert marked_findings(snippet(wrong, api, gone)) == [LACKING]
