from collections.abc import Iterator

from wsconform.check import Fault, Note, Severity, check
from wsconform.wiring.model import Function, Integration


@check(
    "integration-function-is-no-authorizer",
    on=Integration,
    severity=Severity.WARNING,
    area="integrations",
    why="an authorizer answers with a policy, which is no reply to a connect or a message",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html",
)
def integration_function_is_no_authorizer(integration: Integration) -> Iterator[Fault]:
    """An integration does not invoke the function that authorizes the API's connections."""
    function = integration.function
    if not isinstance(function, Function):
        return
    authorizer = next((one for one in function.authorizers if one.shares_api(integration)), None)
    if authorizer is not None and integration.routes:
        keys = ", ".join(f'"{route.key_text}"' for route in integration.routes)
        yield Fault(
            at=integration.at("IntegrationUri"),
            message=f"{integration.label}, the target of {keys}, invokes {function.label}, the authorizer's function",
            label="invokes the authorizer's function",
            fix="name the function that handles these routes",
            notes=(Note(authorizer.at("AuthorizerUri"), f"{authorizer.label} invokes it here"),),
        )
