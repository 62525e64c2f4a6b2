from collections.abc import Iterator

from wsconform.check import Effect, Fault, Note, Severity, check
from wsconform.template.nodes import Span
from wsconform.wiring.element import Element
from wsconform.wiring.model import ApiMapping, DomainName

_REST_MAPPINGS = ("AWS::ApiGateway::BasePathMapping", "AWS::ApiGateway::BasePathMappingV2")


@check(
    "domain-is-not-shared",
    on=ApiMapping,
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    area="domain",
    why="API Gateway refuses to map a WebSocket API under a domain name that has a REST or HTTP API",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-mappings.html",
)
def domain_is_not_shared(mapping: ApiMapping) -> Iterator[Fault]:
    """A custom domain name of a WebSocket API has no REST or HTTP API beside it."""
    domain = mapping.domain
    if not isinstance(domain, DomainName):
        return
    for what, other in _others(mapping, domain):
        yield Fault(
            at=mapping.at("DomainName"),
            message=f"{mapping.label} maps a WebSocket API under {domain.label}, which has {what} too",
            label="shared with an API of another kind",
            fix="give the WebSocket API a domain name of its own",
            notes=(Note(other, f"{what} is mapped here"),),
        )
        return


def _others(mapping: ApiMapping, domain: DomainName) -> Iterator[tuple[str, Span]]:
    """The APIs of other kinds under the same domain name, and where they are mapped."""
    wiring = mapping.wiring
    for one in wiring.elements.values():
        if isinstance(one, ApiMapping) and one.domain is domain:
            api = wiring.api_of.get(one.id)
            if api is not None and api.protocol == "HTTP":
                yield "an HTTP API", one.at("DomainName")
    name = mapping.text("DomainName")
    for resource_id in wiring.evaluation.ids(_REST_MAPPINGS):
        rest = Element(wiring.evaluation.resource(resource_id), mapping.names)
        mapped = rest.text("DomainName")
        if name is not None and mapped is not None and mapped.same(name):
            yield "a REST API", rest.at("DomainName")
