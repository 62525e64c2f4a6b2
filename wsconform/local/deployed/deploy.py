"""Deploys a template to this machine, as CloudFormation deploys it to an account."""

from __future__ import annotations

from collections.abc import Mapping

from wsconform.local.deployed.account import local_account, new_credentials
from wsconform.local.deployed.apis import Deploying
from wsconform.local.deployed.errors import DeployError, Problem
from wsconform.local.deployed.functions import Functions
from wsconform.local.deployed.model import Account, Deployment
from wsconform.local.deployed.permissions import Permissions
from wsconform.local.deployed.refusals import refuse_api, refuse_parameters, refuse_template
from wsconform.local.deployed.site import Address, Site
from wsconform.local.deployed.snapshot import Order
from wsconform.template.stack import Stack


def deploy(  # noqa: PLR0913 (each by its name)
    stack: Stack,
    *,
    address: Address,
    order: Order = "worst",
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    previous: Deployment | None = None,
) -> Deployment:
    """What stands in an account once the template is deployed with the parameter values that the stack was given.

    `address` gives the `host:port` of the TLS listener of an API, by its label: to what the API's endpoint comes in
    environment variables. `order` is that in which CloudFormation makes what waits for nothing. `environment` holds
    values for environment variables that only AWS could tell, or that are to differ: by `NAME` for every function, by
    `Function.NAME` for one. With `previous` the account and the credentials are those of the deployment before.

    Raises DeployError where CloudFormation would refuse the template, or what is wired hangs on what only AWS knows.
    """
    missing = [
        Problem(message, str(at) if at is not None else "", fix) for message, at, fix in refuse_parameters(stack)
    ]
    if missing:
        raise DeployError(missing)
    account = account or (previous.account if previous is not None else local_account())
    site = Site(stack, account, address)
    refuse_template(site)
    _raise(site)
    apis = [api for api in site.wiring.apis if api.element is not None]
    for api in site.wiring.apis:
        if api.element is None:
            site.remark(
                f'the API "{api.label}" is not served: it is declared elsewhere, and with it how it selects routes'
            )
        refuse_api(site, api)
    if not apis:
        site.problem(f"no WebSocket API is declared in {stack.source.path}", fix="name the template that declares it")
    _raise(site)
    person = f"arn:{account.partition}:sts::{account.id}:assumed-role/local/you"
    known = {label: one.credentials for label, one in previous.functions.items()} if previous is not None else {}
    functions = Functions(site, environment or {}, known)
    deploying = Deploying(site, Permissions(site), functions, order, person)
    deployed = {api.path: deploying.api(api) for api in apis}
    _raise(site)
    functions.remark()
    caller = previous.caller if previous is not None and previous.caller.arn == person else new_credentials(person)
    return Deployment(account=account, apis=deployed, functions=functions.deployed, caller=caller, remarks=site.remarks)


def _raise(site: Site) -> None:
    if site.problems:
        raise DeployError(site.problems)


__all__ = ["DeployError", "Problem", "deploy"]
