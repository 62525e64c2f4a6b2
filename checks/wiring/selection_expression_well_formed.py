from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import Api
from wsconform.wiring.selection import MalformedSelection, selection_of


@check(
    "selection-expression-well-formed",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="api",
    why="the expression cannot be evaluated, so no message reaches its route",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def selection_expression_well_formed(api: Api) -> Iterator[Fault]:
    """RouteSelectionExpression is made of fields of the message body and of fixed text."""
    selection, at = selection_of(api), api.at("RouteSelectionExpression")
    if isinstance(selection, Unresolved):
        raise Inconclusive(selection.reason, at)
    if isinstance(selection, MalformedSelection):
        yield Fault(
            at=at,
            message=f'the RouteSelectionExpression "{api.text("RouteSelectionExpression")}" of {api.label} '
            + selection.problem,
            label="API Gateway cannot evaluate it",
            fix=f"write {selection.instead}",
        )
