import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.wiring.model import DEFAULT, IntegrationResponse


@check(
    "integration-response-key-allowed",
    on=IntegrationResponse,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="integrations",
    why="no result of the integration selects such a key",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html",
)
def integration_response_key_allowed(response: IntegrationResponse) -> Iterator[Fault]:
    """IntegrationResponseKey is $default or /a regular expression/."""
    key = response.literal("IntegrationResponseKey")
    if key is None or key == DEFAULT or _is_pattern(key):
        return
    yield Fault(
        at=response.at("IntegrationResponseKey"),
        message=f'IntegrationResponseKey of {response.label} is "{key}", neither $default nor /a regular expression/',
        label="selects nothing",
        fix=f"write IntegrationResponseKey: /{key.strip('/')}/, or $default for every result",
    )


def _is_pattern(key: str) -> bool:
    """Whether a key has the form /…/ and what stands between the slashes is a regular expression."""
    if len(key) <= len("//") or not (key.startswith("/") and key.endswith("/")):
        return False
    try:
        re.compile(key[1:-1])
    except re.error:
        return False
    return True
