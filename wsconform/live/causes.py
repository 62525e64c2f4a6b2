"""What an outcome that should not have come is usually due to.

Sources: API Gateway developer guide, "Route keys $connect and $disconnect", "Control access with AWS Lambda REQUEST
authorizers", "Set up a WebSocket API's integration responses", "Quotas for WebSocket APIs"; Lambda developer guide,
"Handling Lambda errors with an API Gateway API"; the rest is what several people reported of their stacks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from wsconform.live.outcome import HungUp, Malformed, NotHttp, Refused, Unanswered, Unreachable, Untrusted
from wsconform.live.plan import ApiPlan, RoutePlan
from wsconform.live.received import Binary, Closed, Lost, Silence, Text

_KEYS = {"message", "connectionId"}
"""What every frame of API Gateway's own has, besides the id of the message or of the request."""

_REFUSALS: Mapping[int, tuple[str, ...]] = {
    400: ("the request reached the stage as no upgrade: something on the way changed it",),
    401: (
        "an identity source of the deployed authorizer is not in the request, or empty: it is not even asked then",
        'the authorizer raised "Unauthorized"',
    ),
    403: (
        "the authorizer's policy denies, or allows another Resource than this stage's $connect, such as …/stage/*/*",
        "the stage has no deployment, or the URL names another stage",
        "the stage asks for an API key, or for a request signed with AWS credentials",
    ),
    404: ("what answers is no WebSocket API, or the path is not that of the stage",),
    410: ("the API or its stage is gone",),
    426: ("what answers takes this for plain HTTP; something on the way takes out the Upgrade header",),
    429: ("the stage, the account or a usage plan is at its limit",),
    500: (
        "the authorizer raised, timed out, or answered without a policy, such as with a status",
        "API Gateway may not invoke the authorizer or the function of $connect: no Lambda permission covers it",
    ),
    502: ("the function of $connect raised, or answered without a statusCode",),
    503: ("what stands before the stage cannot reach it",),
    504: ("the integration of $connect takes longer than its timeout, 29 s at most",),
}
_IAM_403 = (
    "the request is not signed, or not with the credentials of somebody who may execute-api:Invoke $connect",
    "the stage has no deployment, or the URL names another stage",
)
_FRAMES: Mapping[str, tuple[str, ...]] = {
    "Forbidden": (
        "the route is not in the deployed snapshot: deploy the stage anew",
        "the deployed RouteSelectionExpression comes to another key for this message",
    ),
    "Internal server error": (
        "the function raised; its log says why",
        "API Gateway may not invoke the function: no Lambda permission covers this route",
        "the function's answer is nothing that the integration can use",
    ),
    "Bad request body": ("the message does not fit the route's model",),
    "Endpoint request timed out": ("the integration takes longer than its timeout, 29 s at most",),
}
_CLOSES: Mapping[int, tuple[str, ...]] = {
    1000: ("something closed the connection by @connections, as a handler may",),
    1001: ("the connection was idle for 10 minutes, open for 2 hours, or the server went away",),
    1003: ("a binary frame was sent, which API Gateway does not take",),
    1006: ("the connection was cut on the way",),
    1009: ("the message or one of its frames is too large: 128 KB, and 32 KB, are the most",),
}
_OF_KIND: Mapping[type[object], tuple[str, ...]] = {
    Unreachable: ("nobody listens there, or the name of the host is wrong",),
    HungUp: (
        "what listens there is no WebSocket server, or the server behind a proxy is down",
        "the stage speaks TLS: name it with wss://",
    ),
    NotHttp: ("what listens there is no WebSocket server", "the stage speaks TLS: name it with wss://"),
    Malformed: ("a proxy or a cache before the stage does not know WebSocket", "the server breaks RFC 6455"),
    Binary: ("the stage is not API Gateway's, which sends text",),
    Lost: ("the connection was cut on the way: a proxy's idle limit, or a server that stopped",),
    Unanswered: ("$connect or its authorizer takes too long", "what listens there is no WebSocket server"),
}


def usual_causes(met: object, api: ApiPlan | None, route: RoutePlan | None = None) -> tuple[str, ...]:
    """The usual causes of an outcome, likeliest first; none for one that has no usual ones.

    `api` is None where nobody knows what is deployed.
    """
    match met:
        case Refused():
            return _of_refusal(met, api)
        case Silence():
            return _of_silence(route)
        case Untrusted(certificate=True):
            return ("the certificate is not for this host, has expired, or is signed by nobody known",)
        case Untrusted():
            return ("what listens there is no TLS server, or knows no TLS 1.2", "the URL names another port")
        case Text(text=text):
            return _FRAMES.get(gateway_frame(text).get("message", ""), ())
        case Closed(code=code):
            other = "API Gateway is not known to close with this code; what stands before it, or another server, did"
            return _CLOSES.get(code, (other,))
    return _OF_KIND.get(type(met), ())


def gateway_frame(text: str) -> dict[str, str]:
    """What a frame of the gateway's own says; empty for any other text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.keys() >= _KEYS else {}


def _of_refusal(refused: Refused, api: ApiPlan | None) -> tuple[str, ...]:
    status, target = refused.status, refused.headers.get("location", "")
    if 300 <= status < 400 and target:  # noqa: PLR2004 (HTTP's)
        return (f"it redirects to {target}, which is not followed: name that address",)
    if status == 403 and api is not None and api.is_signed:  # noqa: PLR2004
        return _IAM_403
    known = _REFUSALS.get(status, ())
    if not known and status >= 300:  # noqa: PLR2004
        known = ("what answers is no WebSocket API, or the URL leads elsewhere",)
    if status != 500 and (api is None or api.connect_integration):  # noqa: PLR2004
        return (*known, "the function of $connect answered with this status itself")
    return known


def _of_silence(route: RoutePlan | None) -> tuple[str, ...]:
    if route is None:
        return ()
    if route.two_way:
        return (
            "the function answered without a body",
            "the RouteResponse is not in the deployed snapshot: deploy the stage anew",
        )
    return (
        "the function returns its answer and pushes nothing, and the route has no RouteResponse",
        "its push fails unheard: its role may not execute-api:ManageConnections here, or its endpoint lacks the stage",
        "the function pushes to another connection, or only after more seconds",
    )
