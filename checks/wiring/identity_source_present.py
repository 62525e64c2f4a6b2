from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Text, Unresolved
from wsconform.wiring.model import Authorizer


@check(
    "identity-source-present",
    on=Authorizer,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="authorizer",
    why="nothing turns a client without credentials away with a 401; the authorizer runs for every request there is",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
)
def identity_source_present(authorizer: Authorizer) -> Iterator[Fault]:
    """An authorizer says with IdentitySource where the caller's identity stands in the request."""
    if authorizer.is_jwt:
        return
    sources = authorizer.listed("IdentitySource")
    if isinstance(sources, Unresolved):
        raise Inconclusive(sources.reason, authorizer.at("IdentitySource"))
    if any(not isinstance(source, Text) or source.parts for source in sources):
        return
    absent = authorizer.value("IdentitySource") is None
    yield Fault(
        at=authorizer.at("IdentitySource"),
        message=f"the authorizer of {authorizer.label} has no IdentitySource"
        if authorizer.is_generated
        else f"{authorizer.label} has no IdentitySource"
        if absent
        else f"the IdentitySource of {authorizer.label} is empty",
        label="no identity is asked for",
        fix="add IdentitySource with the place of the credential, such as - route.request.header.<header>",
    )
