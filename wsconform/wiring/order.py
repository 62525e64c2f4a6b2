"""What CloudFormation must make before a deployment takes its snapshot, and how a template says so.

Sources: API Gateway developer guide, "Deploy WebSocket APIs in API Gateway" (a deployment holds what the API has at
that moment); AWS CloudFormation User Guide, "DependsOn attribute" (what nothing refers to is made in any order).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from wsconform.template.nodes import Span
from wsconform.template.reading import nearest
from wsconform.template.stack import Resource
from wsconform.template.values import Map, Text
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api, Deployment, Integration, Model, Part
from wsconform.wiring.outlets import Outlet, outlets


def needed_by(deployment: Deployment) -> list[Part]:
    """The parts of its API that a deployment holds and nothing else that it holds refers to.

    What a route refers to (its integration, its authorizer) is made before the route; a model is named, not referred
    to, and the responses of routes and integrations refer to these, not the other way round.
    """
    api = deployment.api
    reached = {route.integration.id for route in api.routes if isinstance(route.integration, Integration)}
    answers = [
        one
        for one in api.integration_responses
        if isinstance(one.integration, Integration) and one.integration.id in reached
    ]
    # A route that targets an integration of another API is refused for that, deployed or not.
    routes = [
        one
        for one in api.routes
        if not isinstance(one.integration, Integration) or one.shares_api(one.integration) is not False
    ]
    return [*routes, *api.route_responses, *answers, *_named_models(api)]


def _named_models(api: Api) -> Iterator[Model]:
    """The models that routes and route responses ask for by name."""
    named = {
        value.parts
        for element, name in (
            *((route, "RequestModels") for route in api.routes),
            *((response, "ResponseModels") for response in api.route_responses),
        )
        for value in _texts_of(element, name)
    }
    for model in api.models:
        name = model.text("Name")
        if name is not None and name.parts in named:
            yield model


def _texts_of(element: Element, name: str) -> Iterator[Text]:
    value = element.value(name)
    for entry in value.entries.values() if isinstance(value, Map) else ():
        known = element.as_text(entry)
        if known is not None:
            yield known


def not_waited_for(deployment: Deployment) -> list[Part]:
    """Those of `needed_by` that may be made after the deployment.

    Where `DependsOn` names a resource that is not declared, the part whose name is nearest is taken to be meant.
    """
    missing = [part for part in needed_by(deployment) if not deployment.waits_for(part)]
    declared = deployment.wiring.evaluation.stack.declared
    for misspelt in (name for name in deployment.resource.depends_on if name not in declared):
        near = nearest(misspelt, [part.id for part in missing], likeness=0)
        missing = [part for part in missing if part.id != near]
    return missing


def unread_after(deployment: Deployment) -> Outlet | None:
    """A nested stack that may hold parts of the API, cannot be read, and may be made after the deployment."""
    before = deployment.wiring.evaluation.waits_for(deployment.id)
    for outlet in outlets(deployment.api):
        if outlet.is_nested_stack and outlet.resource is not None and outlet.resource.id not in before:
            return outlet
    return None


def place_of_order(element: Element) -> Span:
    """Where `DependsOn` stands; where the resource is declared when it has none."""
    node = element.resource.module.resources[element.resource.logical_id].get("DependsOn")
    return node.span if node is not None else element.resource.span


def how_to_wait(deployment: Deployment, parts: list[Part]) -> str:
    """The change, in one imperative sentence, that makes a deployment wait for `parts` too.

    Resources of different templates of one stack can only wait through the nested stacks that hold them.
    """
    resource = deployment.resource
    declared = deployment.wiring.evaluation.stack.declared
    orders: dict[str, dict[str, None]] = {}
    for part in parts:
        waiting, awaited = _branches(resource, part.resource)
        if waiting not in orders:
            # What the deployment waits for already belongs to the text to write, unless it is misspelt.
            own = resource.depends_on if waiting == resource.logical_id else ()
            kept = (name.removeprefix(resource.module.prefix) for name in own if name in declared)
            orders[waiting] = dict.fromkeys(kept)
        orders[waiting][awaited] = None
    return " and ".join(f"give {waiting} DependsOn: [{', '.join(names)}]" for waiting, names in orders.items())


def _branches(one: Resource, other: Resource) -> tuple[str, str]:
    """The logical ids, in the innermost template around both, of the resources that are or hold them."""
    mine, theirs = one.id.split("/"), other.id.split("/")
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine[:-1], theirs[:-1], strict=False)))
    return mine[shared], theirs[shared]
