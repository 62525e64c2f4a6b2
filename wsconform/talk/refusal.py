"""What the refusal of an upgrade request usually means.

Sources: API Gateway developer guide, "Gateway response types", "Use API Gateway Lambda authorizers", "Lambda error
handling"; Lambda developer guide, "Handling Lambda errors with an API Gateway API".
"""

from __future__ import annotations

from wsconform.live.outcome import Handshake, Malformed, Refused, Unanswered, Unreachable, Untrusted

_USUALLY = {
    400: (
        "the $connect integration answered so, as for a subprotocol that it does not know",
        "the request is no upgrade",
    ),
    401: (
        "an identity source of the authorizer is missing or empty: give it with --allow NAME=env:VARIABLE",
        'the authorizer raised "Unauthorized"',
    ),
    403: (
        "the authorizer's policy does not allow this client, or not this ARN",
        "the URL's last part names no stage, or one without a deployment",
        "the stage asks for an API key, or for a request signed with AWS credentials",
    ),
    404: ("the host or path is not that of a WebSocket API's stage",),
    410: ("the API or its stage is gone",),
    426: ("what answers there speaks HTTP, and wants another protocol",),
    429: ("too many connects at once: the stage's throttling, or the quota of a usage plan",),
    500: (
        "the authorizer failed, or answered what is no policy",
        "API Gateway may not invoke a function: its permission is missing",
    ),
    502: ("the function behind $connect raised, or answered without a statusCode",),
    503: ("the stage, or what stands before it, is overloaded",),
    504: ("the function behind $connect took too long",),
}


def usually(outcome: Handshake) -> tuple[str, ...]:
    """What this is usually due to, likeliest first."""
    if isinstance(outcome, Refused):
        if 300 <= outcome.status < 400:  # noqa: PLR2004 (redirects)
            target = outcome.headers.get("location", "")
            return (f"it redirects{f' to {target}' if target else ''}, which is not followed: name that address",)
        return _USUALLY.get(outcome.status, ("the function behind $connect answered so",))
    if isinstance(outcome, Unreachable):
        return ("nobody listens there, or the name of the host is wrong",)
    if isinstance(outcome, Untrusted):
        return ("the certificate is not one that is trusted here: name its authority with --ca FILE",)
    if isinstance(outcome, Unanswered):
        return ("something between here and there swallows what is sent",)
    if isinstance(outcome, Malformed):
        return ("what answers there is no WebSocket server, or speaks TLS where ws:// does not",)
    return ()
