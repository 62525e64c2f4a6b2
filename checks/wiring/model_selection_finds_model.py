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
    if DEFAULT in keys or static in keys:
        return
    selected = _as_route(route)
    if keys and "$" in static and static != DEFAULT and selected in (None, *keys):
        return
    yield Fault(
        at=expression.span,
        message=f'ModelSelectionExpression of {route.label} is "{expression}", '
        + (f'which comes to "{selected}" here, ' if selected is not None and keys else "")
        + (f"and RequestModels has only {', '.join(sorted(keys))}" if keys else "and the route has no RequestModels"),
        label="selects no model",
        # Nobody sends a message to these, and what becomes of a model there is not documented.
        severity=None if route.is_message else Severity.WARNING,
        fix="add RequestModels with $default and the name of a model, or take the expression away",
    )


def _as_route(route: Route) -> str | None:
    """What the expression comes to where it is the one that chose the route: the key; None where that is open."""
    expression, chosen_by = route.text("ModelSelectionExpression"), route.api.text("RouteSelectionExpression")
    if expression is None or chosen_by is None or expression.unresolved or not expression.same(chosen_by):
        return None
    return route.key if route.is_message and route.key != DEFAULT else None
