from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Authorizer, Route


@check(
    "authorizer-is-used",
    on=Authorizer,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="authorizer",
    why="an authorizer that no $connect route names is never asked, and looks as if it guarded something",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
    in_every_world=True,
)
def authorizer_is_used(authorizer: Authorizer) -> Iterator[Fault]:
    """An authorizer is named by a route."""
    if authorizer.routes:
        return
    # Where $connect is missing, open or names something else, that is the fault, and the checks on it speak of it.
    for route in authorizer.api.connect_routes[:1]:
        if route.authorization.unresolved or isinstance(route.authorizer, Unresolved):
            raise Inconclusive(f"what {route.label} demands is known only after deployment", route.resource.span)
        if _is_guarded(route):
            yield Fault(
                at=authorizer.resource.span,
                message=f"no route names the authorizer {authorizer.label}",
                label="never asked",
                fix=f"remove {authorizer.label}, or name it in AuthorizerId of {route.label}",
                notes=(Note(route.at("AuthorizationType"), f"{route.label} is authorized in another way"),),
            )


def _is_guarded(route: Route) -> bool:
    """Whether the route is authorized as it should be, by another than this authorizer."""
    if route.authorization.literal == "AWS_IAM":
        return not route.names_authorizer
    other = route.authorizer
    return route.authorization.literal == "CUSTOM" and isinstance(other, Authorizer) and route.shares_api(other) is True
