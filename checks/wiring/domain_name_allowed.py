from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.check.wording import quoted
from wsconform.wiring.model import ApiMapping, DomainName


@check(
    "domain-name-allowed",
    on=ApiMapping,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="domain",
    why="API Gateway refuses what is no host name in lower case",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-domainname.html",
)
def domain_name_allowed(mapping: ApiMapping) -> Iterator[Fault]:
    """A custom domain name is a host name, written in lower case."""
    domain = mapping.domain
    name = domain.text("DomainName") if isinstance(domain, DomainName) else None
    if not isinstance(domain, DomainName) or name is None:
        return
    capitals = {sign for part in name.parts if isinstance(part, str) for sign in part if sign.isupper()}
    if capitals:
        lower = "".join(part.lower() if isinstance(part, str) else str(part) for part in name.parts)
        yield Fault(
            at=domain.at("DomainName"),
            element=domain,
            message=f'the domain name of {domain.label}, "{name}", has capitals',
            label="not in lower case",
            fix=f'write DomainName: "{lower}"',
        )
    strange = sorted({sign for part in name.parts if isinstance(part, str) for sign in part if not _of_host(sign)})
    if strange:
        yield Fault(
            at=domain.at("DomainName"),
            element=domain,
            message=f'the domain name of {domain.label}, "{name}", has {quoted(strange)}',
            label="no host name",
            fix="write the host name alone, such as chat.example.com",
        )


def _of_host(sign: str) -> bool:
    """Whether a host name may have a character; a wildcard may stand for its first label."""
    return sign.isalnum() or sign in "-._*"
