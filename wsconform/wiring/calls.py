"""The calls by which API Gateway invokes functions with its own rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.template.values import Text
from wsconform.wiring.parts import Authorizer, Function, Integration, Route, Stage
from wsconform.wiring.uris import FunctionUri

if TYPE_CHECKING:  # it is made of these
    from wsconform.wiring.model import Api


@record(frozen=True, slots=True)
class Call:
    """API Gateway invoking a function with its own rights: what a permission must allow.

    `source` is the ARN that IAM compares with a permission's `SourceArn`; `caller` the route or authorizer.
    """

    function: Function
    uri: FunctionUri
    caller: Route | Authorizer
    source: Text
    stage: Stage | None
    at: Span


def calls_of(api: Api) -> Iterator[Call]:
    """Every way in which API Gateway invokes a function of this template for an API with its own rights."""
    yield from _of_routes(api)
    yield from _of_authorizers(api)


def _of_routes(api: Api) -> Iterator[Call]:
    shown = api.shown_stages
    for route in api.routes:
        integration = route.integration
        if not isinstance(integration, Integration) or not integration.calls_on_its_own:
            continue
        function, uri = integration.function, integration.uri
        if not isinstance(function, Function) or not isinstance(uri, FunctionUri):
            continue
        if not route.shares_api(integration):
            continue
        for stage, name in shown:
            source = api.arn(*name.parts, "/", *route.key_text.parts)
            yield Call(function, uri, route, source, stage, integration.resource.place("IntegrationUri"))


def _of_authorizers(api: Api) -> Iterator[Call]:
    for authorizer in api.authorizers:
        function, uri = authorizer.function, authorizer.uri
        if authorizer.text("AuthorizerCredentialsArn") is not None:
            continue
        if isinstance(function, Function) and isinstance(uri, FunctionUri):
            source = api.authorizer_arn(authorizer)
            yield Call(function, uri, authorizer, source, None, authorizer.resource.place("AuthorizerUri"))
