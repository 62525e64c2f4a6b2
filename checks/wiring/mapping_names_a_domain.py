from collections.abc import Iterator

from wsconform.check import Effect, Fault, Severity, check
from wsconform.template.values import Attribute, Text
from wsconform.wiring.model import ApiMapping

DOMAINS = ("AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName")
OTHERS = ("AWS::ApiGateway", "AWS::CertificateManager::", "AWS::IAM::", "AWS::Lambda::", "AWS::Route53::HostedZone")
"""How the types begin of which nothing is a domain name. That of a record of Route 53, say, may be one."""


@check(
    "mapping-names-a-domain",
    on=ApiMapping,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="domain",
    why="API Gateway finds no custom domain of that name and refuses the mapping",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-apimapping.html",
)
def mapping_names_a_domain(mapping: ApiMapping) -> Iterator[Fault]:
    """The DomainName of a mapping is the name of a custom domain."""
    written, here = mapping.value("DomainName"), mapping.wiring.evaluation
    atom = written.atom if isinstance(written, Text) else None
    if not isinstance(atom, Attribute) or not here.exists(atom.resource):
        return
    kind = here.resource(atom.resource).type
    if kind in DOMAINS and atom.name == "Ref":
        return
    if kind.startswith(OTHERS):
        own = mapping.wiring.domains[0].resource.logical_id if mapping.wiring.domains else "<the custom domain>"
        yield Fault(
            at=mapping.at("DomainName"),
            message=f"DomainName of {mapping.label} is "
            + (f"the {atom.name} of {atom.resource}" if kind in DOMAINS else f"{atom.resource}, an {kind}"),
            label="not the name of a custom domain",
            fix=f"write DomainName: !Ref {atom.resource if kind in DOMAINS else own}",
        )
