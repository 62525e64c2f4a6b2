"""Sound templates of any size, made for measuring."""

from __future__ import annotations

import json
from typing import Any

RESOURCES_PER_ROUTE = 3
RESOURCES_PER_API = 8
ROUTES_PER_API = 50


def _sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def _function(api: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Timeout": 10,
            "InlineCode": "def handler(event, context):\n    return {'statusCode': 200}\n",
            "Policies": [
                {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "execute-api:ManageConnections",
                            "Resource": _sub(
                                "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                                f"${{{api}}}/v1/POST/@connections/*"
                            ),
                        }
                    ]
                }
            ],
        },
    }


def _uri(function: str) -> dict[str, str]:
    return _sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function}.Arn}}/invocations"
    )


def _permission(function: str, source: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": function},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": _sub(f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{source}"),
        },
    }


def _api(name: str, routes: int) -> dict[str, Any]:
    """One API with an authorizer and `routes` message routes, each with its integration and permission."""
    join = {"ApiId": {"Ref": name}}
    resources: dict[str, Any] = {
        name: {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Name": name.lower(),
                "ProtocolType": "WEBSOCKET",
                "RouteSelectionExpression": "$request.body.action",
            },
        },
        f"{name}Authorizer": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": join
            | {
                "Name": "door",
                "AuthorizerType": "REQUEST",
                "AuthorizerUri": _uri(f"{name}Door"),
                "IdentitySource": ["route.request.header.x-token"],
            },
        },
        f"{name}Door": _function(name),
        f"{name}DoorPermission": _permission(f"{name}Door", f"${{{name}}}/authorizers/${{{name}Authorizer}}"),
        f"{name}Connect": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": join
            | {"RouteKey": "$connect", "AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": f"{name}Authorizer"}},
        },
        f"{name}Function": _function(name),
        f"{name}Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": join | {"StageName": "v1", "DeploymentId": {"Ref": f"{name}Deployment"}},
        },
    }
    for number in range(routes):
        resources[f"{name}Integration{number}"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": join | {"IntegrationType": "AWS_PROXY", "IntegrationUri": _uri(f"{name}Function")},
        }
        resources[f"{name}Route{number}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": join
            | {"RouteKey": f"action{number}", "Target": _sub(f"integrations/${{{name}Integration{number}}}")},
        }
        resources[f"{name}Permission{number}"] = _permission(f"{name}Function", f"${{{name}}}/v1/action{number}")
    resources[f"{name}Deployment"] = {
        "Type": "AWS::ApiGatewayV2::Deployment",
        "DependsOn": [key for key, value in resources.items() if value["Type"].endswith("::Route")],
        "Properties": join,
    }
    return resources


def sound(resources: int) -> dict[str, Any]:
    """A sound template of about `resources` resources, in APIs of at most fifty message routes each."""
    found: dict[str, Any] = {}
    number = 0
    while (left := resources - len(found)) >= RESOURCES_PER_API + RESOURCES_PER_ROUTE:
        routes = min(ROUTES_PER_API, (left - RESOURCES_PER_API) // RESOURCES_PER_ROUTE)
        found |= _api(f"Api{number}", routes)
        number += 1
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": found,
    }


def as_yaml(template: dict[str, Any]) -> str:
    """The template as block-style YAML."""
    import yaml

    return yaml.safe_dump(template, sort_keys=False, width=120)


def as_json(template: dict[str, Any]) -> str:
    """The template as JSON."""
    return json.dumps(template, indent=2)
