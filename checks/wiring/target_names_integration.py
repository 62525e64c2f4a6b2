from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Attribute, Text
from wsconform.wiring.element import Elsewhere
from wsconform.wiring.model import Integration, Route


@check(
    "target-names-integration",
    on=Route,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="routes",
    why="API Gateway refuses a target that does not have the form integrations/<integration id>",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html",
)
def target_names_integration(route: Route) -> Iterator[Fault]:
    """A route's Target has the form integrations/<id of an integration>."""
    target = route.text("Target")
    leads_to = route.integration
    if target is None or not isinstance(leads_to, Elsewhere):
        return
    meant = _meant(route, target)
    yield Fault(
        at=route.at("Target"),
        message=f'Target of {route.label} is "{target}", not "integrations/" and the id of an integration'
        if leads_to.resource is None
        else f"Target of {route.label} leads to {leads_to.what}, which is no integration",
        label="names no integration",
        fix=f"write Target: !Sub integrations/${{{meant}}}",
    )


def _meant(route: Route, target: Text) -> str:
    """The integration that a malformed target most likely means."""
    for part in target.parts:
        if isinstance(part, Attribute) and isinstance(
            found := route.wiring.element(part.resource, Integration), Integration
        ):
            return found.label
    return "<the logical id of an integration>"
