"""A WebSocket API as it is deployed: its settings, stages, keys, and who may do what on it."""

from __future__ import annotations

from dataclasses import dataclass

from wsconform.local.deployed.account import made_id
from wsconform.local.deployed.functions import DeployedFunctions
from wsconform.local.deployed.model import KEY_IN_HEADER, DeployedApi
from wsconform.local.deployed.permissions import Permissions
from wsconform.local.deployed.rights import INVOKE, MANAGE, may, remark_unknown_rights
from wsconform.local.deployed.routes import Routes
from wsconform.local.deployed.site import Site
from wsconform.local.deployed.snapshot import Order, Stages
from wsconform.local.deployed.targets import Targets
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Element
from wsconform.wiring.model import Api
from wsconform.wiring.selection import MalformedSelection, Selection, selection_of

_KEY = "AWS::ApiGateway::ApiKey"
_KEY_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Deploying:
    """What the APIs of a template are deployed with. `person` is the ARN of whoever sits at the keyboard."""

    site: Site
    permissions: Permissions
    functions: DeployedFunctions
    order: Order
    person: str

    def api(self, api: Api) -> DeployedApi:
        """An API, with the functions that it calls."""
        site, element = self.site, api.element
        assert element is not None, "an API outside the template is not deployed"  # noqa: S101 (its caller sees to it)
        targets = Targets(site, self.permissions, self.functions)
        stages = Stages(site, api, Routes(site, api, targets), self.order).all()
        for mapping in api.mappings:
            domain = site.spelt(mapping.text("DomainName"))
            site.remark(f'the domain name "{domain}" of {api.label} is not served, and clients use the local address')
        disabled = site.flag(element, "DisableExecuteApiEndpoint")
        if disabled:
            site.remark(
                f"the DisableExecuteApiEndpoint of {api.label} is set, so that nobody connects at its own address, the "
                "local one; with --assume disabled_endpoint=200 that stands for its custom domain"
            )
        selection = selection_of(api)
        if isinstance(selection, MalformedSelection):
            site.remark(f"the RouteSelectionExpression of {api.label} {selection.problem}, so that it selects no route")
        remark_unknown_rights(site, api, [name for name, stage in stages.items() if stage.snapshot is not None])
        return DeployedApi(
            id=site.id_of(api),
            label=api.path,
            account=site.account,
            selection=selection if isinstance(selection, Selection) else None,
            stages=stages,
            may_manage=may(site, api, MANAGE, self.functions.signing, self.person),
            may_invoke=may(site, api, INVOKE, self.functions.signing, self.person),
            key_expression=site.read(element, "ApiKeySelectionExpression", KEY_IN_HEADER),
            keys=_keys(site),
            disabled=disabled,
        )


def _keys(site: Site) -> frozenset[str]:
    """The API keys of the template that are enabled, which they are not unless they say so.

    Source: AWS CloudFormation User Guide, `AWS::ApiGateway::ApiKey`.
    """
    found = set()
    for resource_id in site.evaluation.ids([_KEY]):
        element = Element(site.evaluation.resource(resource_id), site.names)
        if not site.flag(element, "Enabled"):
            site.remark(f"the API key {element.label} is not enabled, so that it opens nothing")
            continue
        value = site.literal(element.text("Value"))
        if not isinstance(value, str) or not value:
            why = "has a Value that only AWS could tell" if isinstance(value, Unresolved) else "has no Value"
            value = made_id(site.account, resource_id, _KEY_LENGTH)
            site.remark(f"the API key {element.label} {why}; here it is {value}")
        found.add(value)
    return frozenset(found)
