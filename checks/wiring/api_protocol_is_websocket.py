from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.wiring.model import Api, Route


@check(
    "api-protocol-is-websocket",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="api",
    why="an HTTP API takes no WebSocket connections, and API Gateway refuses these routes on it",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html",
    any_protocol=True,
)
def api_protocol_is_websocket(api: Api) -> Iterator[Fault | Inconclusive]:
    """An API that WebSocket routes join has the protocol WEBSOCKET."""
    if not api.has_websocket_wiring or api.protocol == "WEBSOCKET":
        return
    protocol = api.text("ProtocolType")
    if protocol is not None and protocol.unresolved:
        raise Inconclusive(protocol.unresolved.reason, protocol.span)
    if api.protocol == "HTTP" and _serves_http(api):
        yield from _strangers(api)
        return
    first = next(iter(api.websocket_parts), None)
    yield Fault(
        at=api.at("ProtocolType"),
        message=f"{api.label} has no ProtocolType, and WebSocket routes join it"
        if protocol is None
        else f'{api.label} is of ProtocolType "{protocol}", and WebSocket routes join it',
        label="not a WebSocket API",
        fix="write ProtocolType: WEBSOCKET",
        notes=() if first is None else (Note(first.at("ApiId"), f"{first.label} joins {api.label} here"),),
    )


def _serves_http(api: Api) -> bool:
    """Whether it is an HTTP API on purpose: it has routes such as `GET /path`, or is imported from OpenAPI."""
    serving = any(route.key is not None and " /" in route.key for route in api.routes)
    return serving or any(api.text(name) is not None for name in ("Body", "BodyS3Location"))


def _strangers(api: Api) -> Iterator[Fault]:
    """Each WebSocket part of an HTTP API: there it is the `ApiId` that is wrong."""
    for part in api.websocket_parts:
        what = f'route "{part.key_text}" ({part.label})' if isinstance(part, Route) else part.label
        yield Fault(
            at=part.at("ApiId"),
            element=part,
            message=f"{what} is WebSocket wiring, and joins {api.label}, an HTTP API",
            label=f"{api.label} is an HTTP API",
            fix="name the WebSocket API that it belongs to",
        )
