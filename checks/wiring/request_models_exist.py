from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Attribute, Text
from wsconform.wiring.element import Elsewhere
from wsconform.wiring.model import Model, Route


@check(
    "request-models-exist",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="models",
    why="API Gateway does not find the model and refuses the route",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html",
)
def request_models_exist(route: Route) -> Iterator[Fault]:
    """Every model that a route validates with is a model of its API."""
    models = route.map("RequestModels")
    if models is None or route.api.element is None:
        return
    # Of a model that joins no API the ApiId is at fault.
    astray = (one for one in route.wiring.adrift if isinstance(one, Model))
    names = {model.literal("Name") for model in (*route.api.models, *astray)}
    for key, value in models.entries.items():
        named = route.as_text(value)
        if named is None or not isinstance(value, Text) or named.unresolved:
            continue
        atom = named.atom
        model = route.wiring.element(atom.resource, Model) if isinstance(atom, Attribute) else None
        elsewhere = isinstance(model, Elsewhere) or (isinstance(model, Model) and route.shares_api(model) is False)
        if not elsewhere and (model is not None or named.literal is None or named.literal in names or None in names):
            continue
        yield Fault(
            at=value.span,
            message=f'RequestModels of {route.label} names "{named}" for {key}, which is no model of {route.api.label}',
            label="no such model",
            fix=f"add an AWS::ApiGatewayV2::Model to {route.api.label} with Name: {named.literal or 'Message'}",
        )
