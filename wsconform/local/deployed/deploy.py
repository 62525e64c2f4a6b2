"""Deploys a template to this machine, as CloudFormation deploys it to an account."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from wsconform.check.examine import Examination
from wsconform.check.registry import Registry, UnknownNameError
from wsconform.local.deployed.account import local_account, new_credentials
from wsconform.local.deployed.apis import Deploying
from wsconform.local.deployed.errors import DeployError, Problem
from wsconform.local.deployed.functions import DeployedFunctions
from wsconform.local.deployed.model import Account, Deployment
from wsconform.local.deployed.parameters import refused_parameters
from wsconform.local.deployed.permissions import Permissions
from wsconform.local.deployed.site import Address, Site
from wsconform.local.deployed.snapshot import Order
from wsconform.local.refusals import checks_of, refusals
from wsconform.template.stack import Stack

LASTING = frozenset({"runtime-not-retired", "managed-policy-not-retired"})
"""Checks of what AWS takes no longer, and keeps where it was made before; here it runs likewise."""


def deploy(  # noqa: PLR0913 (each by its name)
    stack: Stack,
    *,
    address: Address,
    order: Order = "worst",
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    packs: Sequence[Path] = (),
    accept: Collection[str] = (),
    previous: Deployment | None = None,
) -> Deployment:
    """What stands in an account once the template is deployed with the parameter values that the stack was given.

    `address` gives the `host:port` of the TLS listener of an API, by its label: to what the API's endpoint comes in
    environment variables. `order` is that in which CloudFormation makes what waits for nothing. `environment` holds
    values for environment variables that only AWS could tell, or that are to differ: by `NAME` for every function, by
    `Function.NAME` for one. `packs` are folders of further checks; `accept` names checks, or has globs of names, whose
    refusals are overridden. With `previous` the account and the credentials are those of the deployment before.

    Raises DeployError where AWS would refuse the template, or what is wired hangs on what only AWS knows.
    """
    _raise(list(refused_parameters(stack)))
    account = account or (previous.account if previous is not None else local_account())
    site = Site(stack, account, address)
    refused = _refuse(site, checks_of(tuple(packs)), accept)
    for name in stack.unknown_parameters:
        # The tools that deploy drop them, since a settings file may serve several templates.
        site.remark(f'the template has no parameter "{name}", whose value is dropped')
    for module in stack.root.lineage():
        for logical_id, error in module.unread.items():
            site.remark(f"the nested stack {module.prefix}{logical_id} is left out: {error}")
    for name in site.open_conditions():
        site.remark(f'the condition "{name}" is taken to hold, since only AWS could tell')
    apis = [api for api in site.wiring.apis if api.element is not None]
    for api in site.wiring.apis:
        if api.element is None:
            why = "it is declared elsewhere, and with it how it selects routes"
            site.remark(f'the API "{api.label}" is not served: {why}')
    if not apis:
        site.problem(f"no WebSocket API is declared in {stack.source.path}", fix="name the template that declares it")
    _raise(site.problems, refused)
    person = f"arn:{account.partition}:sts::{account.id}:assumed-role/local/you"
    known = {label: one.credentials for label, one in previous.functions.items()} if previous is not None else {}
    functions = DeployedFunctions(site, environment or {}, known)
    deploying = Deploying(site, Permissions(site), functions, order, person)
    deployed = {api.path: deploying.api(api) for api in apis}
    _raise(site.problems)
    functions.remark()
    caller = previous.caller if previous is not None and previous.caller.arn == person else new_credentials(person)
    return Deployment(
        account=account,
        apis=deployed,
        functions=functions.deployed,
        caller=caller,
        remarks=site.remarks,
    )


def _refuse(site: Site, checks: Registry, accept: Collection[str]) -> Examination:
    """Add what AWS refuses of the template to the problems of a site, and what it may refuse to its remarks."""
    try:
        accepted = checks.select(accept)
    except UnknownNameError as error:
        raise DeployError([Problem(f"accept: {error}")]) from None
    found = refusals(site.wiring, checks, accept={*accepted, *LASTING})
    for verdict in found.examination.verdicts:
        verdict.findings = [site.discretion.finding(one) for one in verdict.findings]
    for one in found.findings:
        site.problem(one.message, one.span, one.fix, check=one.check)
    for remark in found.remarks():
        site.remark(remark)
    return found.examination


def _raise(problems: Sequence[Problem], refused: Examination | None = None) -> None:
    if problems:
        raise DeployError(problems, refused)
