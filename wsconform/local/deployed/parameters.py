"""The values that a template's parameters have in a deployment."""

from __future__ import annotations

from collections.abc import Iterator

from wsconform.local.deployed.errors import Problem
from wsconform.template.stack import Stack


def refused_parameters(stack: Stack) -> Iterator[Problem]:
    """Parameters without a value, and values that are not allowed (AWS CloudFormation User Guide, "Parameters")."""
    for name, parameter in stack.root.parameters.items():
        value = stack.given.get(name, parameter.default)
        at = str(parameter.span)
        if value is None:
            yield Problem(f'parameter "{name}" has no default and no value', at, f"give --parameter {name}=VALUE")
        elif parameter.disallowed(value) is not None:
            allowed = ", ".join(f'"{one}"' for one in parameter.allowed)
            yield Problem(f'parameter "{name}" has a value that it does not allow', at, f"give one of {allowed}")
