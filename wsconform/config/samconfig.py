"""What `sam deploy` would take from `samconfig.toml`: the values of parameters, and the region.

Rules: AWS SAM developer guide, "AWS SAM CLI configuration file"; what stands in `parameter_overrides` is read as the
SAM CLI reads it: `Env=prod Other="a b"`, or `ParameterKey=Env,ParameterValue=prod`, or a list of either, or a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from wsconform.check.registry import unknown_name
from wsconform.config.files import ConfigError, bytes_of, parse_toml, shown
from wsconform.config.layers import parameter_text

FILE = "samconfig.toml"
DEFAULT = "default"

# Compiled where a file has such text: most templates have no file beside them.
_VALUE = r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^ "\\])+)"""
_NAME = r"""["']?(\w+)["']?"""
_LONG = rf"ParameterKey={_NAME},ParameterValue={_VALUE}"
_SHORT = rf"(?:^|\s){_NAME}={_VALUE}"
_ESCAPED = r"""\\([ "'])"""


def read_parameters(template: Path, environment: str | None = None) -> dict[str, str]:
    """The values for a template, from the file beside it; for `.aws-sam/build/template.yaml`, beside `.aws-sam`.

    `environment` is the file's table to read, `default` where it is None. Raises ConfigError.
    """
    values: dict[str, str] = {}
    for value, where in _deploying(template, environment, "parameter_overrides"):
        values |= _overrides(value, where)
    return values


def read_region(template: Path, environment: str | None = None) -> tuple[str, str]:
    """The region for a template likewise, empty for none, and where it stands. Raises ConfigError."""
    found = ("", "")
    for value, where in _deploying(template, environment, "region"):
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{where} must be text")
        found = (value, where) if value else found
    return found


def _deploying(template: Path, environment: str | None, name: str) -> Iterator[tuple[object, str]]:
    """A parameter of `sam deploy`, None where it is not there, with the place of it: the weaker one first."""
    file = file_for(template)
    data = bytes_of(file)
    if data is None:
        return
    tables = parse_toml(data, file)
    if environment is not None and environment not in tables:
        known = (name for name, table in tables.items() if isinstance(table, dict))
        raise ConfigError(f"{shown(file)}: {unknown_name('environment', environment, known)}")
    for command in ("global", "deploy"):
        keys = (environment or DEFAULT, command, "parameters", name)
        yield _at(tables, keys), f"{shown(file)}: {'.'.join(keys)}"


def file_for(template: Path) -> Path:
    """Where the file of a template lies, if there is one."""
    folder = template.parent
    parts = folder.absolute().parts[-2:]
    return (folder.absolute().parents[1] if parts == (".aws-sam", "build") else folder) / FILE


def _at(table: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _overrides(value: object, where: str) -> dict[str, str]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(_of_table(value, where))
    found: dict[str, str] = {}
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str):
            raise ConfigError(f'{where} must be text such as "Env=prod", a list of them, or a table')
        pairs = re.findall(_LONG, text, re.DOTALL) or re.findall(_SHORT, text, re.DOTALL)
        if text.strip() and not pairs:
            raise ConfigError(f'{where}: "{text}" gives no parameter a value; write "Env=prod"')
        found |= {name: _unquoted(given) for name, given in pairs}
    return found


def _of_table(table: Mapping[str, object], where: str) -> Iterator[tuple[str, str]]:
    for name, given in table.items():
        text = parameter_text(given)
        if text is None:
            raise ConfigError(f'{where}: "{name}" must be text, a number or a list')
        yield name, text


def _unquoted(value: str) -> str:
    if value[0] in "\"'" and value[0] == value[-1] and len(value) > 1:
        value = value[1:-1]
    return re.sub(_ESCAPED, r"\1", value)
