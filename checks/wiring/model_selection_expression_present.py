from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Route


@check(
    "model-selection-expression-present",
    on=Route,
    severity=Severity.WARNING,
    effect=Effect.MISBEHAVES,
    area="models",
    why="without the expression no model is selected, and no message is validated",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html",
)
def model_selection_expression_present(route: Route) -> Iterator[Fault]:
    """A route with RequestModels has a ModelSelectionExpression."""
    models = route.map("RequestModels")
    if models is not None and models.entries and route.value("ModelSelectionExpression") is None:
        yield Fault(
            at=models.span,
            message=f"{route.label} has RequestModels and no ModelSelectionExpression",
            label="never selected",
            fix="add ModelSelectionExpression: $default",
        )
