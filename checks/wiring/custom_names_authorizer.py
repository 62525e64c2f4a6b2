from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "custom-names-authorizer",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="connect",
    why="there is no authorizer to ask, so API Gateway cannot make the route",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html",
)
def custom_names_authorizer(route: Route) -> Iterator[Fault]:
    """A $connect route of AuthorizationType CUSTOM names its authorizer with AuthorizerId."""
    if route.key != CONNECT or route.authorization.literal != "CUSTOM" or route.names_authorizer:
        return
    ready = [one.label for one in route.api.authorizers]
    yield Fault(
        at=route.at("AuthorizationType" if route.value("AuthorizerId") is None else "AuthorizerId"),
        message=f'{route.label} has AuthorizationType "CUSTOM" and no AuthorizerId',
        label="no authorizer is named",
        fix=f"add AuthorizerId: !Ref {ready[0] if ready else '<an authorizer of this API>'}",
    )
