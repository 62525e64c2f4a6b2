"""For which functions API Gateway waits, and for how long.

Sources: API Gateway developer guide, "Amazon API Gateway quotas" (integration timeout of WebSocket APIs: 29 seconds);
the same, "Set up asynchronous invocation of the backend Lambda function" (`X-Amz-Invocation-Type: Event`).
"""

from __future__ import annotations

from wsconform.template.values import Text
from wsconform.wiring.model import DISCONNECT, Api, Function, Integration

LONGEST_WAIT = 29
"""Seconds."""
_INVOCATION_TYPE = "integration.request.header.x-amz-invocation-type"


def awaited_functions(api: Api) -> list[Function]:
    """The functions behind an API's routes for which a client waits: all but those that run at a disconnect only."""
    awaited = {}
    for route in api.routes:
        integration = route.integration
        if route.key == DISCONNECT or not isinstance(integration, Integration):
            continue
        if isinstance(integration.function, Function) and not _is_asynchronous(integration):
            awaited[integration.function.id] = integration.function
    return list(awaited.values())


def _is_asynchronous(integration: Integration) -> bool:
    """Whether Lambda answers at once and runs the function later."""
    parameters = integration.map("RequestParameters")
    return parameters is not None and any(
        name.lower() == _INVOCATION_TYPE and isinstance(value, Text) and "event" in str(value).lower()
        for name, value in parameters.entries.items()
    )
