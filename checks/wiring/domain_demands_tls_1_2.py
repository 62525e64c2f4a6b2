import re
from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Said, Severity, check
from wsconform.wiring.domains import settings_of_domain
from wsconform.wiring.model import ApiMapping

_MODERN = re.compile(r"TLS_1_[2-9]|SecurityPolicy_\w+")


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
        elif not _MODERN.fullmatch(policy.literal or "TLS_1_2"):
            too_old = policy.literal in ("TLS_1_0", "TLS_1_1")
            yield Fault(
                at=value.span,
                element=domain,
                message=f'{domain.label} has the security policy "{policy}"; WebSocket APIs need "TLS_1_2"',
                label="too old" if too_old else "no security policy",
                fix="write SecurityPolicy: TLS_1_2",
            )
