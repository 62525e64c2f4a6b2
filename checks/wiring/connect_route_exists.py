from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.wiring.model import CONNECT, Api, Route


@check(
    "connect-route-exists",
    on=Api,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="connect",
    why="without a $connect route nothing is asked of a client: every upgrade request is accepted",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html",
)
def connect_route_exists(api: Api) -> Iterator[Fault]:
    """An API has a $connect route, the only one that can refuse a client."""
    if api.connect_routes or _is_adrift(api):
        return
    misspelt = api.misspelt_connect
    if misspelt is not None:
        yield Fault(
            at=misspelt.at("RouteKey"),
            element=misspelt,
            message=f'{misspelt.label} has the route key "{misspelt.key}", and no route of {api.label} has "$connect"',
            label="not the $connect route",
            fix="write RouteKey: $connect",
            # Authorization on any other route than $connect is refused.
            effect=Effect.REFUSED if misspelt.authorization.literal in _REFUSED_ELSEWHERE else None,
        )
        return
    if any(route.value("RouteKey") is None or route.literal("RouteKey") == "" for route in api.routes):
        return
    if api.open_routes:
        route = api.open_routes[0]
        raise Inconclusive(f"the route key of {route.label} is not known", route.at("RouteKey"))
    elsewhere = _routes_elsewhere(api)
    if elsewhere:
        raise Inconclusive(elsewhere, api.at())
    yield Fault(
        at=api.at(),
        message=f"{api.label} has no $connect route",
        label="whoever knows the URL is connected",
        fix="add a route of the key $connect with AuthorizationType: CUSTOM and an authorizer, or with AWS_IAM",
    )


_REFUSED_ELSEWHERE = ("CUSTOM", "AWS_IAM")


def _is_adrift(api: Api) -> bool:
    """Whether a $connect route joins no API: then its ApiId is wrong, of which `api-id-names-an-api` speaks."""
    return any(isinstance(part, Route) and part.key == CONNECT for part in api.wiring.adrift)


def _routes_elsewhere(api: Api) -> str:
    """Why the route may be declared where it cannot be seen; empty where nothing speaks for that."""
    if not (api.routes or api.deployments or api.stages):
        return f"{api.label} has no routes in this template"
    evaluation = api.wiring.evaluation
    for resource_id in evaluation.ids(["AWS::CloudFormation::Stack", "AWS::Serverless::Application"]):
        stack = evaluation.resource(resource_id)
        if stack.logical_id not in stack.module.children and api.key in stack.mentions:
            return f'{api.label} is handed to the nested stack "{stack.origin}", whose template is not at hand'
    return next((f"what {gap.name} makes is told when the stack is deployed" for gap in evaluation.stack.gaps), "")
