from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import DEFAULT, Route


@check(
    "model-selection-finds-model",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="models",
    why='where no model matches, validation fails and every message is answered "Bad request body"',
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html",
)
def model_selection_finds_model(route: Route) -> Iterator[Fault]:
    """A ModelSelectionExpression can select one of the RequestModels."""
    expression = route.text("ModelSelectionExpression")
    value = route.value("RequestModels")
    models = route.map("RequestModels")
    if expression is None or (value is not None and models is None):
        return
    keys = set(models.entries) if models is not None else set()
    static = (expression.literal or "$").removeprefix("\\") if (expression.literal or "$") != DEFAULT else DEFAULT
    if DEFAULT in keys or static in keys or (keys and "$" in static and static != DEFAULT):
        return
    yield Fault(
        at=expression.span,
        message=f'ModelSelectionExpression of {route.label} is "{expression}", '
        + (f"and RequestModels has only {', '.join(sorted(keys))}" if keys else "and the route has no RequestModels"),
        label="selects no model",
        fix="add RequestModels with $default and the name of a model, or take the expression away",
    )
