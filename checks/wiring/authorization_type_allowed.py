from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import CONNECT, Route


@check(
    "authorization-type-allowed",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="connect",
    why="API Gateway refuses any other type on a WebSocket API, JWT included",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html",
)
def authorization_type_allowed(route: Route) -> Iterator[Fault]:
    """The AuthorizationType of a $connect route is CUSTOM, AWS_IAM or NONE."""
    authorization = route.authorization
    if route.key != CONNECT or str(authorization) in (*_TYPES, ""):
        return
    if authorization.unresolved:
        raise Inconclusive(authorization.unresolved.reason, route.at("AuthorizationType"))
    yield Fault(
        at=route.at("AuthorizationType"),
        message=f'{route.label} has AuthorizationType "{authorization}", which a WebSocket API does not know',
        label="not CUSTOM, AWS_IAM or NONE",
        fix=f"write AuthorizationType: {_nearest(str(authorization), named=route.names_authorizer)}",
    )


_TYPES = ("CUSTOM", "AWS_IAM", "NONE")


def _nearest(written: str, *, named: bool) -> str:
    upper = written.strip().upper()
    return upper if upper in _TYPES else "AWS_IAM" if "IAM" in upper and not named else "CUSTOM"
