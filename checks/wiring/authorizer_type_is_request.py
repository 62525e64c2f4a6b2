from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import Authorizer


@check(
    "authorizer-type-is-request",
    on=Authorizer,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="authorizer",
    why='API Gateway refuses it: "Only REQUEST authorizer type is supported on WEBSOCKET protocol Apis."',
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html",
)
def authorizer_type_is_request(authorizer: Authorizer) -> Iterator[Fault]:
    """An authorizer of a WebSocket API is of type REQUEST."""
    kind = authorizer.text("AuthorizerType")
    if kind is None or kind.literal == "REQUEST":
        return
    if kind.unresolved:
        raise Inconclusive(kind.unresolved.reason, kind.span)
    yield Fault(
        at=authorizer.at("AuthorizerType"),
        message=f'{authorizer.label} is of AuthorizerType "{kind}"; a WebSocket API takes "REQUEST" only',
        label="not REQUEST",
        fix="write AuthorizerType: REQUEST"
        + ("; let its function verify the token, which the request brings along" if kind.literal == "JWT" else ""),
    )
