"""Who a probe connects as: a value for each identity source of the authorizer, given by reference."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from wsconform.config.files import ConfigError
from wsconform.live.credentials import Signer
from wsconform.live.secret import Secret

REFERENCES = ENVIRONMENT, PARAMETER = "env:", "parameter:"


@dataclass(frozen=True, slots=True)
class Source:
    """An identity source that a client can send: a `header` or a `querystring` parameter."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"route.request.{self.kind}.{self.name}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Values by source; what is not among a stage's sources is sent as a header all the same.

    `signer` signs the request, for a `$connect` that asks for AWS_IAM.
    """

    values: Mapping[Source, Secret] = field(default_factory=dict)
    signer: Signer | None = None

    def __bool__(self) -> bool:
        return bool(self.values) or self.signer is not None

    @property
    def headers(self) -> dict[str, str | Secret]:
        """What is sent in headers."""
        return {source.name: value for source, value in self.values.items() if source.kind == "header"}

    @property
    def query(self) -> dict[str, str | Secret]:
        """What is sent in the query string."""
        return {source.name: value for source, value in self.values.items() if source.kind == "querystring"}

    def without(self, source: Source) -> Identity:
        """The same without one source."""
        return replace(self, values={one: value for one, value in self.values.items() if one != source})

    def having(self, source: Source, value: Secret) -> Identity:
        """The same with another value for one source."""
        return replace(self, values={**self.values, source: value})


def read_identity(
    given: Mapping[str, str],
    sources: tuple[Source, ...],
    where: str,
    parameters: Mapping[str, str] | None = None,
    *,
    who: str = "allow",
) -> Identity:
    """An identity from `NAME = REFERENCE`, which is `env:NAME`, `parameter:NAME` of the template, or the value itself.

    NAME is that of an identity source, `header:NAME` or `query:NAME`. `where` names the setting in messages,
    `who` what is shown in the place of a value. Raises ConfigError for a reference that leads nowhere, and for a value
    that cannot be sent.
    """
    values: dict[Source, Secret] = {}
    for name, written in given.items():
        source, value = _source(name, sources), _value(name, written, where, parameters or {})
        if source.kind == "header" and any(sign in value for sign in "\r\n\0"):
            raise ConfigError(f"{where}: the value for {name} has a line break in it, which no header can have")
        values[source] = Secret(value, who)
    return Identity(values)


def _source(name: str, sources: tuple[Source, ...]) -> Source:
    kind, colon, rest = name.partition(":")
    if colon and kind in ("header", "query"):
        return Source("header" if kind == "header" else "querystring", rest)
    known = next((one for one in sources if one.name == name), None)
    return known or next((one for one in sources if one.name.lower() == name.lower()), Source("header", name))


def _value(name: str, written: str, where: str, parameters: Mapping[str, str]) -> str:
    if written.startswith(ENVIRONMENT):
        variable = written.removeprefix(ENVIRONMENT)
        value = os.environ.get(variable)
        if value is None:
            raise ConfigError(f'{where}: the environment variable "{variable}" for {name} is not set')
        return value
    if written.startswith(PARAMETER):
        parameter = written.removeprefix(PARAMETER)
        if parameter not in parameters:
            raise ConfigError(f'{where}: the template has no parameter "{parameter}" with a known value, for {name}')
        return parameters[parameter]
    return written
