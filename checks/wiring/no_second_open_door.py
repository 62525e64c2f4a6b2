from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.template.nodes import Span
from wsconform.template.values import Text
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api, Function, Route
from wsconform.wiring.uris import FunctionUri, parse_function


@check(
    "no-second-open-door",
    on=Api,
    severity=Severity.WARNING,
    effect=Effect.UNSEEN,
    area="connect",
    why="anyone can invoke the function past the API, with an event that looks as if $connect had let them in",
    source="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
)
def no_second_open_door(api: Api) -> Iterator[Fault]:
    """No function behind a guarded $connect route has a function URL that is open to everybody."""
    guard = next((route for route in api.connect_routes if route.authorization.literal in ("CUSTOM", "AWS_IAM")), None)
    if guard is None:
        return
    behind = {one.id for one in (integration.function for integration in api.integrations) if isinstance(one, Function)}
    for function, owner, at in _open_urls(api, guard):
        if function.id in behind:
            yield Fault(
                at=at,
                element=owner,
                message=f"{function.label}, which {api.label} calls behind an authorized $connect, "
                'has a function URL of AuthType "NONE"',
                label="open to everybody",
                fix="write AuthType: AWS_IAM, or give the URL a function of its own",
                notes=(Note(guard.at("AuthorizationType"), "the API asks for authorization here"),),
            )


def _open_urls(api: Api, guard: Route) -> Iterator[tuple[Function, Element, Span]]:
    """Every function with an open URL: the function, the resource that opens it, and where it says so."""
    for function in api.functions:
        config = function.map("FunctionUrlConfig")
        kind = config.get("AuthType") if config is not None else None
        if isinstance(kind, Text) and kind.literal == "NONE":
            yield function, function, kind.span
    for resource_id in api.wiring.evaluation.ids(["AWS::Lambda::Url"]):
        url = Element(api.wiring.evaluation.resource(resource_id), guard.names)
        named = url.text("TargetFunctionArn")
        target = parse_function(named) if named is not None else None
        opened = api.wiring.function_named(target) if isinstance(target, FunctionUri) else None
        if isinstance(opened, Function) and url.literal("AuthType") == "NONE":
            yield opened, url, url.at("AuthType")
