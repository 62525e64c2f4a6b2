from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.model import CONNECT, Route


@check(
    "api-key-required-only-on-connect",
    on=Route,
    severity=Severity.NOTE,
    effect=Effect.UNSEEN,
    area="connect",
    why="a message has no headers to send a key in; what API Gateway then answers is not documented",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html",
)
def api_key_required_only_on_connect(route: Route) -> Iterator[Fault]:
    """No route but $connect requires an API key."""
    required = route.flag("ApiKeyRequired")
    if not required or isinstance(required, Unresolved) or route.key in (CONNECT, None):
        return
    if route is route.api.misspelt_connect or _key_comes_from_authorizer(route):
        return
    yield Fault(
        at=route.at("ApiKeyRequired"),
        message=f'{route.label} (route "{route.key}") requires an API key',
        label="documented for $connect only",
        fix="remove ApiKeyRequired here, and require the key on $connect",
    )


def _key_comes_from_authorizer(route: Route) -> bool:
    """Whether the key is not one that the client sends: then a message may well have it."""
    return "usageIdentifierKey" in str(route.api.text("ApiKeySelectionExpression"))
