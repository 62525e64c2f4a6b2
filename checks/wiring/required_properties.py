from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.wording import listed
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api, Authorizer, DomainName, Function, Model

REQUIRED = {
    "AWS::ApiGatewayV2::Api": ("Name",),
    "AWS::ApiGatewayV2::Route": ("RouteKey",),
    "AWS::ApiGatewayV2::Integration": ("IntegrationType",),
    "AWS::ApiGatewayV2::Authorizer": ("Name", "AuthorizerType", "AuthorizerUri"),
    "AWS::ApiGatewayV2::RouteResponse": ("RouteId", "RouteResponseKey"),
    "AWS::ApiGatewayV2::IntegrationResponse": ("IntegrationId", "IntegrationResponseKey"),
    "AWS::ApiGatewayV2::Model": ("Name", "Schema"),
    "AWS::ApiGatewayV2::Stage": ("StageName",),
    "AWS::ApiGatewayV2::ApiMapping": ("DomainName", "Stage"),
    "AWS::ApiGatewayV2::DomainName": ("DomainName",),
    "AWS::Lambda::Permission": ("Action", "FunctionName", "Principal"),
    "AWS::Lambda::Function": ("Role", "Runtime"),
    "AWS::Serverless::Function": ("Runtime",),
}


@check(
    "required-properties",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="template",
    why="CloudFormation or API Gateway refuses the resource",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html",
)
def required_properties(api: Api) -> Iterator[Fault]:
    """Every resource of the wiring has the properties that its type demands."""
    elements: list[Element] = [*api.parts(), *api.functions, *api.permissions]
    elements += [one for one in api.wiring.permissions if one.value("FunctionName") is None]
    if api.element is not None:
        elements.insert(0, api.element)
    elements += [one.domain for one in api.mappings if isinstance(one.domain, DomainName)]
    for element in elements:
        lacking = [name for name in _required(element) if _lacks(element, name)]
        if lacking:
            names = listed(lacking)
            yield Fault(
                at=element.resource.span,
                element=element,
                message=f"{element.label}, an {element.resource.type}, has no {names}",
                label=f"lacks {names}",
                fix=f"add {names}",
            )


def _required(element: Element) -> tuple[str, ...]:
    """The properties that an element must have.

    A JWT authorizer has the wrong type, and needs no URI; an API that is imported, which no WebSocket API can be, needs
    no Name; a function in a container image needs no Runtime.
    """
    names = REQUIRED.get(element.resource.type, ())
    if element.value("Body") is not None or element.value("BodyS3Location") is not None:
        return ()
    if isinstance(element, Function) and element.literal("PackageType") != "Zip" and element.value("PackageType"):
        return tuple(name for name in names if name != "Runtime")
    if isinstance(element, Authorizer) and element.is_jwt:
        return tuple(name for name in names if name != "AuthorizerUri")
    return names


def _lacks(element: Element, name: str) -> bool:
    """Whether an element has no such property, or an empty one of which no other check speaks."""
    is_named = name in ("RouteKey", "Name") and not isinstance(element, Model)
    return element.value(name) is None or (is_named and element.literal(name) == "")
