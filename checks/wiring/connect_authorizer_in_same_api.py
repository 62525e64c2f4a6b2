from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Note, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Elsewhere
from wsconform.wiring.model import CONNECT, Authorizer, Route


@check(
    "connect-authorizer-in-same-api",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="connect",
    why="authorizer ids belong to one API, so API Gateway does not find this one",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html",
)
def connect_authorizer_in_same_api(route: Route) -> Iterator[Fault]:
    """The AuthorizerId of a $connect route leads to an authorizer of the route's own API."""
    if route.key != CONNECT or route.authorization.literal != "CUSTOM" or not route.names_authorizer:
        return
    authorizer, at = route.authorizer, route.at("AuthorizerId")
    if isinstance(authorizer, Unresolved):
        raise Inconclusive(authorizer.reason, at)
    own = [one.label for one in route.api.authorizers]
    fix = f"write AuthorizerId: !Ref {own[0]}" if own else f"declare an authorizer whose ApiId is {route.api.label}"
    if isinstance(authorizer, Elsewhere):
        if route.api.element is None and authorizer.resource is None:
            raise Inconclusive(f'the authorizer {authorizer.what} belongs to "{route.api.label}", an API elsewhere', at)
        yield Fault(
            at=at,
            message=f"AuthorizerId of {route.label} leads to {authorizer.what}, which is no authorizer",
            label="not an authorizer",
            fix=fix,
        )
    if not isinstance(authorizer, Authorizer):
        return
    shared = route.shares_api(authorizer)
    if shared is False:
        yield Fault(
            at=at,
            message=f"{route.label}, the $connect route of {route.api.label}, names {authorizer.label}, "
            f"an authorizer of {authorizer.api.label}",
            label=f"{authorizer.label} is in {authorizer.api.label}",
            fix=fix,
            notes=(Note(authorizer.at("ApiId"), f"{authorizer.label} joins {authorizer.api.label} here"),),
        )
    elif shared is None and authorizer.id in route.wiring.api_of:
        reason = f"whether {authorizer.label} and {route.label} are of the same API is known only after deployment"
        raise Inconclusive(reason, at)
