from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.nodes import Span
from wsconform.template.values import Map, Seq, Text, Unresolved, Value
from wsconform.wiring.identity import FORMS, IdentitySource, MalformedSource, in_one, read_source
from wsconform.wiring.model import Authorizer


@check(
    "identity-source-well-formed",
    on=Authorizer,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="authorizer",
    why='API Gateway refuses the authorizer: "Invalid request identity source expression"',
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
)
def identity_source_well_formed(authorizer: Authorizer) -> Iterator[Fault | Inconclusive]:
    """IdentitySource is a list, and each source in it is a header, query parameter, stage variable or context value."""
    value = authorizer.value("IdentitySource")
    if value is None or authorizer.is_jwt:
        return
    if isinstance(value, Seq):
        # A list of nothing but empty texts is what `identity-source-present` speaks of.
        if any(not isinstance(item, Text) or item.parts for item in value.items):
            for item in value.items:
                yield from _source(authorizer, item)
    elif isinstance(value, Map):
        yield _fault(authorizer, value.span, "is a map, not a list of sources", "")
    elif value.parts and not value.unresolved:
        sources = in_one(value)
        if all(isinstance(read_source(source), IdentitySource) for source in sources):
            yield _not_a_list(authorizer, value, [str(source) for source in sources])
        else:
            yield from _source(authorizer, value)


def _source(authorizer: Authorizer, item: Value) -> Iterator[Fault | Inconclusive]:
    """What is to be said of one item of the list."""
    source = authorizer.as_text(item) if isinstance(item, Text) else None
    if source is None:
        yield _fault(authorizer, item.span, "has a list or map where a source belongs", FORMS[0])
        return
    if authorizer.wiring.missing(source):
        return
    read = read_source(source)
    if isinstance(read, Unresolved):
        yield Inconclusive(read.reason, item.span)
    elif isinstance(read, MalformedSource):
        several = in_one(source)
        if len(several) > 1 and all(isinstance(read_source(one), IdentitySource) for one in several):
            yield _in_one_item(authorizer, source, [str(one) for one in several])
        else:
            wanted = " or ".join(f'"{form}"' for form in FORMS[:2])
            yield _fault(authorizer, item.span, f'has the source "{source}", not one like {wanted}', read.instead)


def _fault(authorizer: Authorizer, at: Span, problem: str, instead: str) -> Fault:
    return Fault(
        at=at,
        message=f"the IdentitySource of {authorizer.label} {problem}",
        label="not a source that a WebSocket API knows",
        fix=f"write {instead}" if instead else "write " + ", ".join(FORMS[:-1]) + f" or {FORMS[-1]}",
    )


def _not_a_list(authorizer: Authorizer, value: Text, sources: list[str]) -> Fault:
    return Fault(
        at=value.span,
        message=f'the IdentitySource of {authorizer.label} is the text "{value}", not a list of sources',
        label="not a list",
        fix="write it as a list: " + "; ".join(f"- {source}" for source in sources),
    )


def _in_one_item(authorizer: Authorizer, source: Text, sources: list[str]) -> Fault:
    return Fault(
        at=source.span,
        message=f'one item in the IdentitySource of {authorizer.label} has {len(sources)} sources: "{source}"',
        label="several sources in one item",
        fix="write one item each: " + "; ".join(f"- {source}" for source in sources),
        severity=Severity.WARNING,
    )
