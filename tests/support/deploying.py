"""Deploys templates: whole ones, and what is set into the sound stack that the checks' pages vary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import pytest

from wsconform.check.packs import builtin_folder
from wsconform.check.page import whole_template
from wsconform.local.deployed.deploy import deploy
from wsconform.local.deployed.errors import DeployError
from wsconform.local.deployed.model import Account, DeployedApi, DeployedFunction, DeployedRoute, Deployment, Snapshot
from wsconform.local.deployed.snapshot import Order
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

BASE = (builtin_folder() / "example.yaml").read_text()
ADDRESS = "127.0.0.1:8443"


class Options(TypedDict, total=False):
    """How to deploy."""

    given: dict[str, str]
    file: Path
    order: Order
    environment: Mapping[str, str]
    account: Account
    previous: Deployment
    packs: Sequence[Path]
    accept: Collection[str]


def deployed(template: str, **options: Unpack[Options]) -> Deployment:
    """A whole template, deployed as if it lay in `file`."""
    source = parse(template.encode(), str(options.get("file", "template.yaml")))
    return deploy(
        read_stack(source, options.get("given")),
        address=lambda _label: ADDRESS,
        order=options.get("order", "worst"),
        environment=options.get("environment"),
        account=options.get("account"),
        previous=options.get("previous"),
        packs=options.get("packs", ()),
        accept=options.get("accept", ()),
    )


def chat(resources: str = "Resources: {}\n", **options: Unpack[Options]) -> Deployment:
    """The sound stack with some resources in place of its own, or without those that are `null`."""
    return deployed(whole_template(resources, BASE), **options)


def refused(template: str, **options: Unpack[Options]) -> str:
    """What keeps a whole template from being deployed."""
    with pytest.raises(DeployError) as error:
        deployed(template, **options)
    return str(error.value)


def only_api(deployment: Deployment) -> DeployedApi:
    """The only API of a deployment."""
    (api,) = deployment.apis.values()
    return api


def snapshot(deployment: Deployment, stage: str = "v1") -> Snapshot:
    """What a stage of the only API shows."""
    found = only_api(deployment).stages[stage].snapshot
    assert found is not None
    return found


def route(deployment: Deployment, key: str, stage: str = "v1") -> DeployedRoute:
    """A route on a stage of the only API."""
    return snapshot(deployment, stage).routes[key]


def why_not(deployment: Deployment, key: str, stage: str = "v1") -> str:
    """Why API Gateway may not invoke the function of a route; empty where it may."""
    integration = route(deployment, key, stage).integration
    assert integration is not None
    assert integration.target is not None
    refusal = integration.target.refusal
    return "" if refusal is None else refusal.reason


def environment(deployment: Deployment, label: str) -> Mapping[str, str]:
    """The environment variables of a function."""
    return function(deployment, label).environment


def function(deployment: Deployment, label: str) -> DeployedFunction:
    """A function of a deployment."""
    return deployment.functions[label]
