from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import Api


@check(
    "api-key-selection-expression-allowed",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="api",
    why="API Gateway takes the API key from these two places and from no other",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html",
)
def api_key_selection_expression_allowed(api: Api) -> Iterator[Fault]:
    """ApiKeySelectionExpression is one of the two expressions that API Gateway knows."""
    expression = api.text("ApiKeySelectionExpression")
    if expression is None or api.wiring.missing(expression):
        return
    if expression.unresolved:
        raise Inconclusive(expression.unresolved.reason, expression.span)
    if str(expression) not in (*_ALLOWED, *map(_in_braces, _ALLOWED)):
        yield Fault(
            at=expression.span,
            message=f'the ApiKeySelectionExpression of {api.label} is "{expression}", not one of '
            + " and ".join(f'"{one}"' for one in _ALLOWED),
            label="no key is found here",
            fix=f"write {_nearest(str(expression))}",
        )


_ALLOWED = ("$request.header.x-api-key", "$context.authorizer.usageIdentifierKey")


def _in_braces(expression: str) -> str:
    return f"${{{expression.removeprefix('$')}}}"


def _nearest(expression: str) -> str:
    return _ALLOWED["context" in expression or "usage" in expression]
