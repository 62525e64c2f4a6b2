"""Sound templates of any size, made for measuring."""

from __future__ import annotations

from typing import Any

from benchmarks.resources import function, permission, sub, uri

RESOURCES_PER_ROUTE = 3
RESOURCES_PER_API = 8
ROUTES_PER_API = 50


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
                "AuthorizerUri": uri(f"{name}Door"),
                "IdentitySource": ["route.request.header.x-token"],
            },
        },
        f"{name}Door": function(name),
        f"{name}DoorPermission": permission(f"{name}Door", f"${{{name}}}/authorizers/${{{name}Authorizer}}"),
        f"{name}Connect": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": join
            | {"RouteKey": "$connect", "AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": f"{name}Authorizer"}},
        },
        f"{name}Function": function(name),
        f"{name}Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": join | {"StageName": "v1", "DeploymentId": {"Ref": f"{name}Deployment"}},
        },
    }
    for number in range(routes):
        resources[f"{name}Integration{number}"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": join | {"IntegrationType": "AWS_PROXY", "IntegrationUri": uri(f"{name}Function")},
        }
        resources[f"{name}Route{number}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": join
            | {"RouteKey": f"action{number}", "Target": sub(f"integrations/${{{name}Integration{number}}}")},
        }
        resources[f"{name}Permission{number}"] = permission(f"{name}Function", f"${{{name}}}/v1/action{number}")
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
