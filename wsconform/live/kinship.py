"""Which static checks find in a template what was met on a stage: the two are shown together.

Rules: those of `causes`, read from the other end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wsconform.check.examine import TEMPLATE
from wsconform.check.finding import Finding
from wsconform.live.causes import gateway_frame
from wsconform.live.outcome import Opened, Refused, Unanswered, Untrusted
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import Case
from wsconform.live.received import Silence, Text

_NOT_DEPLOYED = (
    "deployment-waits-for-routes",
    "deployment-follows-changes",
    "deployment-in-same-api",
    "deployment-is-shown",
    "stage-deployment-is-deployment",
    "stage-exists",
    "stage-has-deployment",
    "stage-has-one-deployment-source",
)
_SOURCES = ("identity-source-present", "identity-source-well-formed", "identity-source-identifies")
_INVOKED = (
    "route-function-may-be-invoked",
    "credentials-role-may-be-assumed",
    "credentials-role-may-invoke",
    "integration-response-exists",
    "integration-response-in-same-api",
    "integration-response-key-allowed",
    "integration-uri-fits-type",
    "integration-uri-well-formed",
    "lambda-integration-method-is-post",
    "message-route-has-target",
    "payload-format-is-1.0",
    "permission-matches-something",
    "source-arn-has-websocket-form",
    "target-in-same-api",
    "target-names-integration",
)
_RUNS = ("handler-exists", "runtime-is-known", "runtime-not-retired")
_TAKES_TIME = ("function-timeout-within-gateway", "integration-timeout-in-range")
_AUTHORIZES = (
    "authorizer-may-be-invoked",
    "authorizer-function-handles-no-route",
    "authorizer-type-is-request",
    "authorizer-uri-in-functions-region",
    "authorizer-uri-well-formed",
    "connect-authorizer-in-same-api",
    "custom-names-authorizer",
)
_OPEN_DOOR = (
    "connect-is-authorized",
    "connect-route-exists",
    "system-route-spelt-right",
    "authorizer-id-needs-custom",
    "authorizer-is-used",
    "authorization-type-allowed",
    *_SOURCES,
    *_NOT_DEPLOYED,
)
_OF_STATUS: Mapping[int, tuple[str, ...]] = {
    401: _SOURCES,
    403: (*_NOT_DEPLOYED, *_SOURCES, "authorizer-function-handles-no-route"),
    500: (*_AUTHORIZES, *_INVOKED, *_RUNS),
    502: _RUNS,
    504: _TAKES_TIME,
}
_OF_FRAME: Mapping[str, tuple[str, ...]] = {
    "Forbidden": (
        *_NOT_DEPLOYED,
        "route-key-allowed",
        "route-keys-unique",
        "selection-expression-well-formed",
        "selection-expression-yields-keys",
        "system-route-spelt-right",
    ),
    "Internal server error": (*_INVOKED, *_RUNS, "function-may-push"),
    "Bad request body": (
        "model-schema-parses",
        "model-selection-expression-present",
        "model-selection-finds-model",
        "request-models-exist",
    ),
    "Endpoint request timed out": _TAKES_TIME,
}
_OF_SILENCE = (
    "function-may-push",
    "route-response-delivers",
    "route-response-in-same-api",
    "route-response-is-heard",
    "route-response-key-is-default",
    "route-response-selection-is-default",
    "integration-response-exists",
    *_RUNS,
    *_NOT_DEPLOYED,
)
_AT_HANDSHAKE = (Opened, Refused, Unanswered)


def kin(met: object) -> tuple[str, ...]:
    """The checks that find in a template what an outcome is usually due to, by name."""
    match met:
        case Opened():
            return _OPEN_DOOR
        case Refused(status=status):
            return _OF_STATUS.get(status, ())
        case Unanswered():
            return _TAKES_TIME
        case Untrusted():
            return ("domain-demands-tls-1.2",)
        case Silence():
            return _OF_SILENCE
        case Text(text=text):
            return _OF_FRAME.get(gateway_frame(text).get("message", ""), ())
    return ()


def is_of(finding: Finding, api: ApiPlan) -> bool:
    """Whether a finding may be of an API: what several have in common is found of the first of them only."""
    return finding.api in (api.label, TEMPLATE) or finding.resource in _all_parts(api)


def related_to(case: Case, met: object) -> tuple[str, ...]:
    """The checks that a probe itself names, unless it came no further than the handshake, and is not about that."""
    is_about_it = case.probe.area in ("transport", "handshake", "authorizer")
    return () if isinstance(met, _AT_HANDSHAKE) and not is_about_it else case.probe.related


def concerning(findings: Iterable[Finding], case: Case, met: object) -> Iterator[Finding]:
    """Of some findings of an API those that may be of what was met: at the handshake, or on the route it was about."""
    on_route = case.route.parts if case.route is not None else None
    mine = case.api.connect_parts if isinstance(met, _AT_HANDSHAKE) else on_route
    for finding in findings:
        if mine is None or finding.resource in mine or finding.resource not in _all_parts(case.api):
            yield finding


def _all_parts(api: ApiPlan) -> frozenset[str]:
    """The logical ids of what belongs to one of its routes."""
    return api.connect_parts.union(*(one.parts for one in api.all_routes))
