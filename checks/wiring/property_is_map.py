from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Map, Seq, Text
from wsconform.wiring.model import Wiring

from ._surroundings import elements_of, type_name

MAPS = {
    "Route": ("RequestModels", "RequestParameters"),
    "Integration": ("RequestParameters", "RequestTemplates"),
    "RouteResponse": ("ResponseModels", "ResponseParameters"),
    "IntegrationResponse": ("ResponseParameters", "ResponseTemplates"),
    "Stage": ("RouteSettings", "StageVariables", "DefaultRouteSettings", "AccessLogSettings"),
}
"""By the last word of a resource's type."""
STRUCTURES = ("DefaultRouteSettings", "AccessLogSettings")
"""Those of them with properties of their own. The others may be given as the text of a JSON object too."""


@check(
    "property-is-map",
    on=Wiring,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="CloudFormation refuses anything else in the place of a map",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html",
)
def property_is_map(wiring: Wiring) -> Iterator[Fault]:
    """What stands where a map belongs is one."""
    for element in elements_of(wiring):
        for name in MAPS.get(type_name(element), ()):
            value = element.value(name)
            if value is None or isinstance(value, Map):
                continue
            if isinstance(value, Text) and (value.literal is None or name not in STRUCTURES):
                continue
            what = "list" if isinstance(value, Seq) else "text"
            yield Fault(
                at=value.span,
                element=element,
                message=f"{name} of {element.label} is a {what}, not a map",
                label=f"a {what}",
                fix=f"write {name} as a map",
            )
