"""The functions of a deployment: what Lambda is told of each.

Source: AWS CloudFormation User Guide, `AWS::Lambda::Function`; SAM developer guide, `AWS::Serverless::Function`; both
have a Timeout of 3 seconds and 128 MiB of memory by default.
"""

from __future__ import annotations

from collections.abc import Mapping

from wsconform.local.deployed.account import new_credentials
from wsconform.local.deployed.code import code_of
from wsconform.local.deployed.model import Credentials, DeployedFunction
from wsconform.local.deployed.site import Site
from wsconform.template.stack import Resource
from wsconform.template.values import Attribute, Map, Text, Unresolved
from wsconform.wiring.model import Function

_TIMEOUT, _MEMORY = "3", "128"
_MADE_HERE = ("AWS::ApiGatewayV2::", "AWS::Lambda::", "AWS::IAM::", "AWS::Serverless::Function")
"""Types whose resources the local stage makes, so that their names lead somewhere."""


def label_of(function: Function) -> str:
    """What a function is called: the logical id that the user wrote, after the nested stacks that it is in."""
    return function.resource.module.prefix + function.label


class DeployedFunctions:
    """Deploys functions as they are asked for, each once.

    `environment` holds values that the user gives for environment variables, by `NAME` or, for one function, `F.NAME`;
    `known` the credentials that functions have from the deployment before, by label. `signing` has each function by
    the ARN that its credentials are of.
    """

    def __init__(self, site: Site, environment: Mapping[str, str], known: Mapping[str, Credentials]) -> None:
        self._site = site
        self._environment = environment
        self._known = known
        self._elsewhere: dict[str, list[str]] = {}
        self.deployed: dict[str, DeployedFunction] = {}
        self.signing: dict[str, Function] = {}

    def deploy(self, function: Function) -> str:
        """Have a function deployed; its label."""
        label = label_of(function)
        if label not in self.deployed:
            deployed = self.deployed[label] = self._deploy(function, label)
            self.signing[deployed.credentials.arn] = function
        return label

    def remark(self) -> None:
        """Say which resources the functions are told of that are not made here."""
        for resource_id, users in self._elsewhere.items():
            resource = self._site.evaluation.resource(resource_id)
            named = dict.fromkeys(users)
            self._site.remark(
                f"{', '.join(named)} {'hold' if len(named) > 1 else 'holds'} a made-up value"
                f', since "{resource.logical_id}" ({resource.type}) is not made here'
                f"; give --env {users[0]}=VALUE to name one that is there"
            )

    def _deploy(self, function: Function, label: str) -> DeployedFunction:
        site = self._site
        name = site.spelt(function.name)
        role = _role_name(site, function)
        account = site.account
        signs_as = f"arn:{account.partition}:sts::{account.id}:assumed-role/{role}/{name}"
        known = self._known.get(label)
        return DeployedFunction(
            label=label,
            name=name,
            arn=site.spelt(function.arn),
            runtime=site.read(function, "Runtime"),
            handler=site.read(function, "Handler"),
            code=code_of(site, function),
            environment=self._variables(function, label),
            timeout=float(self._number(function, "Timeout", _TIMEOUT)),
            memory=self._number(function, "MemorySize", _MEMORY),
            credentials=known if known is not None and known.arn == signs_as else new_credentials(signs_as),
            place=str(function.resource.span),
        )

    def _number(self, function: Function, name: str, default: str) -> int:
        written = self._site.read(function, name, default)
        if not written.isascii() or not written.isdigit() or not int(written):
            self._site.problem(f'the {name} of {function.label} is "{written}", no number above 0', function.at(name))
            return int(default)
        return int(written)

    def _variables(self, function: Function, label: str) -> dict[str, str]:
        """The environment variables of a function, those that the user gives in place of the template's."""
        site = self._site
        given = self._given(label)
        found: dict[str, str] = {}
        settled = _variables_in(site.settled(function))
        written = _variables_in(function.resource.properties)
        for name, value in settled.items():
            if name in given:
                continue
            known = site.literal(value) if isinstance(value, Text) else Unresolved(name, "a list or map stands there")
            if isinstance(known, str):
                found[name] = known
                self._note(written.get(name), f"{label}.{name}")
            else:
                reason = known.reason if known is not None else ""
                site.remark(
                    f"{label} runs without its environment variable {name}: {reason}; give --env {label}.{name}=VALUE"
                )
        return found | given

    def _given(self, label: str) -> dict[str, str]:
        """The variables that the user gives: those for all functions, then those for this one."""
        owners = [(*name.rpartition("."), value) for name, value in self._environment.items()]
        for_all = {name: value for owner, _, name, value in owners if not owner}
        return for_all | {name: value for owner, _, name, value in owners if owner == label}

    def _note(self, value: object, variable: str) -> None:
        """Note that a variable names a resource that is not made here."""
        for part in value.parts if isinstance(value, Text) else ():
            if isinstance(part, Attribute) and self._site.evaluation.exists(part.resource):
                resource: Resource = self._site.evaluation.resource(part.resource)
                if not resource.type.startswith(_MADE_HERE):
                    self._elsewhere.setdefault(resource.id, []).append(variable)


def _variables_in(properties: Map) -> Mapping[str, object]:
    environment = properties.get("Environment")
    variables = environment.get("Variables") if isinstance(environment, Map) else None
    return variables.entries if isinstance(variables, Map) else {}


def _role_name(site: Site, function: Function) -> str:
    """The name of the role that a function has."""
    role = function.text("Role")
    if role is not None:
        written = site.literal(role)
        return written.rpartition("/")[2] if isinstance(written, str) else f"{function.label}Role"
    made = Text((Attribute(f"{function.id}Role"),), function.resource.span)
    return str(site.literal(made))
