from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Text, Unresolved
from wsconform.wiring.identity import IdentitySource, MalformedSource, read_source
from wsconform.wiring.model import Authorizer


@check(
    "identity-source-identifies",
    on=Authorizer,
    severity=Severity.WARNING,
    effect=Effect.MISBEHAVES,
    area="authorizer",
    why="no client is ever turned away for want of an identity; the authorizer runs for every request there is",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
)
def identity_source_identifies(authorizer: Authorizer) -> Iterator[Fault]:
    """At least one identity source is something that only a caller with an identity sends."""
    items = authorizer.listed("IdentitySource")
    if isinstance(items, Unresolved) or authorizer.is_jwt:
        return
    texts = [text for item in items if (text := authorizer.as_text(item)) is not None and text.parts]
    if any(authorizer.wiring.missing(text) for text in texts):
        return
    sources = [read_source(text) for text in texts]
    if not sources or any(isinstance(source, MalformedSource) for source in sources):
        return
    known = [source for source in sources if isinstance(source, IdentitySource)]
    reasons = [source.tells_nobody_apart for source in known]
    if not known or not all(reasons):
        return
    unknown = next((source for source in sources if isinstance(source, Unresolved)), None)
    if unknown is not None:
        raise Inconclusive(unknown.reason, authorizer.at("IdentitySource"))
    sole = items[0] if len(items) == 1 and isinstance(items[0], Text) else None
    yield Fault(
        at=sole.span if sole is not None else authorizer.at("IdentitySource"),
        message=f'"{texts[0]}", the IdentitySource of {authorizer.label}, identifies nobody: {reasons[0]}'
        if len(texts) == 1
        else f"no source in the IdentitySource of {authorizer.label} identifies anybody: all are always there",
        label="there whoever calls",
        fix="name the header or query parameter that carries the credential: route.request.header.<header>",
    )
