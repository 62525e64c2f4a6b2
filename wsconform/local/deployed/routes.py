"""Routes with all that hangs on them, as a stage's snapshot has them.

Source: AWS CloudFormation User Guide, `AWS::ApiGatewayV2::Route`, `Integration`, `IntegrationResponse`,
`RouteResponse`, `Authorizer` and `Model`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from wsconform.local.deployed.model import (
    DeployedAuthorizer,
    DeployedIntegration,
    DeployedRoute,
    IntegrationResponse,
)
from wsconform.local.deployed.site import Site
from wsconform.local.deployed.targets import Shown, Targets
from wsconform.template.values import Map, Text, Unresolved
from wsconform.wiring.identity import IdentitySource, read_source
from wsconform.wiring.model import Api, Authorizer, Integration, Part, Route
from wsconform.wiring.uris import ServiceUri

Held = Callable[[Part], bool]
"""Whether a part that nothing else refers to is in a snapshot."""
_MAPPED = "route.request."


class Routes:
    """Deploys the routes of one API."""

    def __init__(self, site: Site, api: Api, targets: Targets) -> None:
        self._site = site
        self._api = api
        self._targets = targets

    def route(self, route: Route, key: str, shown: Shown, held: Held) -> DeployedRoute:
        """A route on a stage, with what its snapshot holds."""
        site = self._site
        # An authorizer counts only where the type says so: AuthorizerId alone is accepted, and enforces nothing.
        kind = site.read(route, "AuthorizationType", "NONE")
        authorizer = route.authorizer if kind == "CUSTOM" else None
        integration = route.integration
        return DeployedRoute(
            key=key,
            label=route.label,
            authorization=cast(
                "Literal['NONE', 'CUSTOM', 'AWS_IAM']", kind if kind in ("CUSTOM", "AWS_IAM") else "NONE"
            ),
            authorizer=self._authorizer(authorizer, shown) if isinstance(authorizer, Authorizer) else None,
            api_key_required=site.flag(route, "ApiKeyRequired"),
            integration=self._integration(route, integration, shown, held)
            if isinstance(integration, Integration)
            else None,
            two_way=any(held(response) for response in route.responses),
            model_selection=site.read(route, "ModelSelectionExpression") or None,
            models=self._models(route, held),
            required_parameters=self._required(route),
            place=str(route.resource.span),
        )

    def _authorizer(self, authorizer: Authorizer, shown: Shown) -> DeployedAuthorizer:
        site = self._site
        _, uri = self._targets.uri(authorizer, shown)
        sources = authorizer.listed("IdentitySource")
        read = [
            read_source(value)
            for item in (sources if isinstance(sources, tuple) else ())
            if (value := authorizer.as_text(item)) is not None
        ]
        return DeployedAuthorizer(
            label=authorizer.label,
            id=site.id_of(authorizer),
            target=self._targets.of_authorizer(authorizer, uri, shown),
            sources=tuple(
                (one.kind, name)
                for one in read
                if isinstance(one, IdentitySource) and isinstance(name := site.literal(one.name), str)
            ),
        )

    def _integration(self, route: Route, integration: Integration, shown: Shown, held: Held) -> DeployedIntegration:
        site = self._site
        kind = site.read(integration, "IntegrationType")
        written, uri = self._targets.uri(integration, shown)
        is_url = kind in ("HTTP", "HTTP_PROXY")
        calls_function = kind in ("AWS", "AWS_PROXY") and not isinstance(uri, ServiceUri)
        known = site.literal(written) if is_url else ""
        if isinstance(known, Unresolved):
            at = integration.at("IntegrationUri")
            site.unknown(f"the IntegrationUri of {integration.label}", known.reason, at)
        behaviour = site.read(integration, "PassthroughBehavior", "WHEN_NO_MATCH")
        return DeployedIntegration(
            label=integration.label,
            type=cast("Literal['AWS_PROXY', 'AWS', 'HTTP_PROXY', 'HTTP', 'MOCK']", kind),
            target=self._targets.of_route(route, integration, uri, shown) if calls_function else None,
            uri=known if isinstance(known, str) else "",
            method=site.read(integration, "IntegrationMethod", "POST").upper(),
            service=uri.service if isinstance(uri, ServiceUri) and not is_url else "",
            timeout=_seconds(site.read(integration, "TimeoutInMillis", "29000")),
            request_templates=site.texts(integration, "RequestTemplates"),
            template_selection=site.read(integration, "TemplateSelectionExpression") or None,
            passthrough=cast("Literal['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER']", behaviour),
            request_parameters=site.texts(integration, "RequestParameters"),
            content_handling=site.read(integration, "ContentHandlingStrategy") or None,
            responses=tuple(self._responses(integration, held)),
            place=str(integration.resource.span),
        )

    def _responses(self, integration: Integration, held: Held) -> list[IntegrationResponse]:
        site = self._site
        return [
            IntegrationResponse(
                key=site.read(one, "IntegrationResponseKey"),
                templates=site.texts(one, "ResponseTemplates"),
                template_selection=site.read(one, "TemplateSelectionExpression") or None,
                content_handling=site.read(one, "ContentHandlingStrategy") or None,
            )
            for one in integration.responses
            if held(one)
        ]

    def _models(self, route: Route, held: Held) -> dict[str, Any]:
        """The schemas that the route's models have, by the key that selects each."""
        site = self._site
        by_name = {site.read(model, "Name"): model for model in self._api.models if held(model)}
        found: dict[str, Any] = {}
        for key, name in site.texts(route, "RequestModels").items():
            model = by_name.get(name)
            if model is None:
                continue
            schema = site.json(model, "Schema")
            if schema is None:
                site.problem(f"the Schema of {model.label} is no JSON", model.at("Schema"))
            found[key] = schema
        return found

    def _required(self, route: Route) -> tuple[tuple[str, str], ...]:
        """What `RequestParameters` demand of the upgrade request, as (kind, name)."""
        value = route.map("RequestParameters")
        found = []
        for key, entry in value.entries.items() if value is not None else ():
            wanted = entry.get("Required") if isinstance(entry, Map) else entry
            kind, _, name = key.removeprefix(_MAPPED).partition(".")
            if isinstance(wanted, Text) and wanted.literal in ("true", "True") and name:
                found.append((kind, name))
        return tuple(found)


def _seconds(written: str) -> float:
    return int(written) / 1000 if written.isascii() and written.isdigit() else 29.0
