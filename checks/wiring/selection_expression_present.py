from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import Api


@check(
    "selection-expression-present",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="api",
    why='API Gateway refuses to make the API: "Invalid routeSelectionExpression"',
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html",
)
def selection_expression_present(api: Api) -> Iterator[Fault]:
    """A WebSocket API says with RouteSelectionExpression how a message selects its route."""
    expression = api.text("RouteSelectionExpression")
    if expression is None or (expression.literal is not None and not expression.literal.strip()):
        yield Fault(
            at=api.at("RouteSelectionExpression"),
            message=f"{api.label} has no RouteSelectionExpression"
            if expression is None
            else f"the RouteSelectionExpression of {api.label} is empty",
            label="nothing says how a message selects its route",
            fix="add RouteSelectionExpression: $request.body.action, with the field that your clients send for action",
        )
