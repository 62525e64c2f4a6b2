"""A sound API with many routes that answer at once, and what is expected of them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.resources import Resource, as_yaml, function, permission, sub, uri

MOST_ROUTES = 200
"""As many as an API may have unless its owner asks AWS for more."""
DOOR = """
def handler(event, context):
    effect = "Allow" if event["headers"]["x-token"] == "allow" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "somebody", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
ANSWERING = """
def handler(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["routeKey"]}
"""
CONFIGURATION = """
[allow]
x-token = "allow"

[deny]
x-token = "nobody"
"""


def write(folder: Path, routes: int) -> Path:
    """A template of one API, with the configuration beside it that says what each of its routes answers."""
    folder.mkdir()
    template = folder / "template.yaml"
    template.write_text(
        as_yaml(
            {
                "AWSTemplateFormatVersion": "2010-09-09",
                "Transform": "AWS::Serverless-2016-10-31",
                "Resources": _resources(routes),
            }
        )
    )
    expected = [f'[routes.action{number}]\nexpect-regex = "action{number}"\n' for number in range(routes)]
    (folder / "wsconform.toml").write_text("\n".join([CONFIGURATION, *expected]))
    return template


def _resources(routes: int) -> dict[str, Resource]:
    join = {"ApiId": {"Ref": "Api"}}
    guarded = {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Authorizer"}}
    resources: dict[str, Resource] = {
        "Api": _of("Api", Name="api", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"),
        "Authorizer": _of(
            "Authorizer",
            **join,
            Name="door",
            AuthorizerType="REQUEST",
            AuthorizerUri=uri("Door"),
            IdentitySource=["route.request.header.x-token"],
        ),
        "Door": function("Api", DOOR),
        "DoorPermission": permission("Door", "${Api}/authorizers/${Authorizer}"),
        "Function": function("Api", ANSWERING),
        "Permission": permission("Function", "${Api}/v1/*"),
        "Integration": _of("Integration", **join, IntegrationType="AWS_PROXY", IntegrationUri=uri("Function")),
        "Connect": _of("Route", **join, RouteKey="$connect", **guarded),
    }
    for number in range(routes):
        answers = {"RouteResponseSelectionExpression": "$default", "Target": sub("integrations/${Integration}")}
        resources[f"Route{number}"] = _of("Route", **join, RouteKey=f"action{number}", **answers)
        back = {"RouteId": {"Ref": f"Route{number}"}, "RouteResponseKey": "$default"}
        resources[f"Response{number}"] = _of("RouteResponse", **join, **back)
    waits_for = [name for name, one in resources.items() if one["Type"].endswith(("::Route", "::RouteResponse"))]
    resources["Deployment"] = {**_of("Deployment", **join), "DependsOn": waits_for}
    resources["Stage"] = _of("Stage", **join, StageName="v1", DeploymentId={"Ref": "Deployment"})
    return resources


def _of(kind: str, **properties: object) -> Resource:
    return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": properties}
