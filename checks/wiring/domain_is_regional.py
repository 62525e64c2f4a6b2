from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.wiring.domains import settings_of_domain
from wsconform.wiring.model import ApiMapping


@check(
    "domain-is-regional",
    on=ApiMapping,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="domain",
    why="API Gateway refuses a domain name of another endpoint type for WebSocket APIs",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html",
)
def domain_is_regional(mapping: ApiMapping) -> Iterator[Said]:
    """A custom domain name of a WebSocket API has the endpoint type REGIONAL."""
    for domain, kind, value in settings_of_domain(mapping, "EndpointType"):
        if kind.unresolved is not None:
            yield Inconclusive(kind.unresolved.reason, value.span)
        elif kind.literal != "REGIONAL":
            yield Fault(
                at=value.span,
                element=domain,
                message=f'{domain.label} has the endpoint type "{kind}"; for WebSocket APIs only "REGIONAL" exists',
                label="not REGIONAL",
                # Templates with the word in another case are said to deploy.
                severity=Severity.WARNING if (kind.literal or "").upper() == "REGIONAL" else None,
                fix="write EndpointType: REGIONAL, with a certificate of the API's own region",
            )
