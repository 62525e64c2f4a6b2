from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.wiring.domains import settings_of_domain
from wsconform.wiring.model import ApiMapping


@check(
    "domain-demands-tls-1.2",
    on=ApiMapping,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="domain",
    why="API Gateway takes no older version of TLS for WebSocket APIs",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html",
)
def domain_demands_tls_1_2(mapping: ApiMapping) -> Iterator[Said]:
    """A custom domain name of a WebSocket API has no security policy older than TLS 1.2."""
    for domain, policy, value in settings_of_domain(mapping, "SecurityPolicy"):
        if policy.unresolved is not None:
            yield Inconclusive(policy.unresolved.reason, value.span)
        elif policy.literal in ("TLS_1_0", "TLS_1_1"):
            yield Fault(
                at=value.span,
                element=domain,
                message=f'{domain.label} has the security policy "{policy}"; WebSocket APIs need "TLS_1_2"',
                label="too old",
                fix="write SecurityPolicy: TLS_1_2",
            )
