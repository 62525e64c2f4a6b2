"""Routes and events for the tests of integrations."""

from __future__ import annotations

import json
from typing import Any

from wsconform.local.deployed.model import DeployedIntegration, DeployedRoute, FunctionTarget, IntegrationResponse
from wsconform.local.gateway.integration.begin import begin
from wsconform.local.gateway.integration.conclusion import CallFunction, CallUrl, Conclusion, Done
from wsconform.local.gateway.integration.context import MessageContext

FUNCTION = FunctionTarget(function="Handler")


def route(kind: Any, *responses: IntegrationResponse, key: str = "$default", **fields: Any) -> DeployedRoute:  # noqa: ANN401
    """A two-way route whose integration has the given fields; those of a route are `models` and the like."""
    of_route = {"models", "model_selection", "required_parameters", "two_way"}
    if kind.startswith("AWS"):
        fields.setdefault("target", FUNCTION)
    integration = {name: value for name, value in fields.items() if name not in of_route}
    return DeployedRoute(
        key=key,
        label="Route",
        integration=DeployedIntegration(label="Integration", type=kind, responses=responses, **integration),
        **{"two_way": True} | {name: value for name, value in fields.items() if name in of_route},
    )


def message(body: object = "{}", **fields: Any) -> MessageContext:  # noqa: ANN401
    """A message on its way to an integration; what is no text is sent as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    request = {
        "eventType": "MESSAGE",
        "routeKey": "$default",
        "connectionId": "R1kmxc2VNjMCFIA=",
        "stage": "v1",
        "authorizer": {"principalId": "alice"},
    }
    event = {"requestContext": request, "body": text, "isBase64Encoded": False}
    return MessageContext(event=event, body=text, **fields)


def connecting(**fields: Any) -> MessageContext:  # noqa: ANN401
    """A `$connect` on its way to an integration."""
    request = {"eventType": "CONNECT", "routeKey": "$connect", "connectionId": "R1kmxc2VNjMCFIA="}
    return MessageContext(event={"requestContext": request, "isBase64Encoded": False}, **fields)


def sent_to_function(route: DeployedRoute, context: MessageContext) -> Any:  # noqa: ANN401
    """What the integration invokes its function with."""
    begun = begin(route, context)
    assert isinstance(begun, CallFunction), begun
    return json.loads(begun.payload)


def sent_to_url(route: DeployedRoute, context: MessageContext) -> CallUrl:
    """The request that the integration sends."""
    begun = begin(route, context)
    assert isinstance(begun, CallUrl), begun
    return begun


def ended(route: DeployedRoute, context: MessageContext) -> Conclusion:
    """How the integration ends without a call."""
    begun = begin(route, context)
    assert isinstance(begun, Done), begun
    return begun.conclusion


def explained(conclusion: Conclusion) -> str:
    """Why the integration failed."""
    assert conclusion.failure is not None, conclusion
    return conclusion.failure.explanation
