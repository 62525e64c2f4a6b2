from collections.abc import Iterator

from wsconform.check import Effect, Fault, Inconclusive, Severity, check
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Missing
from wsconform.wiring.model import Integration
from wsconform.wiring.uris import FORM, FunctionUri, HttpUri, MalformedUri, ServiceUri

from ._integration_types import CALLED


@check(
    "integration-uri-fits-type",
    on=Integration,
    severity=Severity.ERROR,
    effect=Effect.MISBEHAVES,
    area="integrations",
    why="an integration of this type cannot call what the URI names",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html",
)
def integration_uri_fits_type(integration: Integration) -> Iterator[Fault]:
    """IntegrationUri names what an integration of its type calls."""
    kind, uri = integration.type, integration.uri
    if kind == "MOCK" and isinstance(uri, FunctionUri | HttpUri | ServiceUri):
        yield Fault(
            at=integration.at("IntegrationUri"),
            message=f'{integration.label} is of type MOCK, and has "{integration.text("IntegrationUri")}"',
            label="never called",
            fix=f"write IntegrationType: {_TYPE_OF[type(uri)]}, or take IntegrationUri away",
            severity=Severity.WARNING,
            effect=Effect.UNSEEN,
        )
    if kind not in CALLED or isinstance(uri, MalformedUri | Missing):
        return
    wanted, fitting = CALLED[kind]
    if isinstance(uri, Unresolved):
        raise Inconclusive(uri.reason, integration.at("IntegrationUri"))
    if isinstance(uri, fitting):
        return
    found = "no IntegrationUri" if uri is None else f'"{integration.text("IntegrationUri")}"'
    yield Fault(
        at=integration.at("IntegrationUri"),
        message=f"{integration.label} is of type {kind}, which calls {wanted}, and has {found}",
        label=f"not {wanted}",
        fix=_fix(kind, uri),
    )


_TYPE_OF = {FunctionUri: "AWS_PROXY", HttpUri: "HTTP_PROXY", ServiceUri: "AWS"}


def _fix(kind: str, uri: FunctionUri | HttpUri | ServiceUri | None) -> str:
    if kind in ("HTTP", "HTTP_PROXY") and uri is not None:
        return "write IntegrationType: AWS_PROXY, or a URL that begins with https://"
    if isinstance(uri, HttpUri):
        return "write IntegrationType: HTTP_PROXY, or the URI of a function"
    if isinstance(uri, ServiceUri):
        return f'write IntegrationType: AWS to call the service "{uri.service}"'
    return "add the URL that it calls" if kind.startswith("HTTP") else f"add IntegrationUri: !Sub {FORM}"
