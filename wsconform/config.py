"""What the user configures: a project file, pytest's ini and the command line, merged into `Settings`.

The project file is `wsconform.toml`, or the table `[tool.wsconform]` of `pyproject.toml`, in the nearest folder that
has one. The values of parameters in `samconfig.toml` lie between it and what is given for one run:
`Settings.parameters_for` merges them per template.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wsconform.check.finding import Severity
from wsconform.check.registry import unknown_name

PROJECT_FILE, PYPROJECT = "wsconform.toml", "pyproject.toml"
_MAY_HAVE_TABLE = re.compile(rb"^\s*\[{1,2}\s*tool\s*(?:\]|\.\s*[\"']?wsconform)|^\s*tool\s*[.=]", re.MULTILINE)
_SINGULAR = {"parameters": "parameter"}


class ConfigError(Exception):
    """A setting that cannot be used: which one, where it is made, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings from one source. `spell` gives the name that a key has there; paths are relative to `folder`."""

    values: Mapping[str, object]
    spell: Callable[[str], str]
    folder: Path
    file: str = ""

    def where(self, key: str) -> str:
        """The place of a key, such as `pyproject.toml: tool.wsconform.select` or `--select`."""
        return f"{self.file}: {self.spell(key)}" if self.file else self.spell(key)


def options(values: Mapping[str, object], prefix: str = "--") -> Layer:
    """The layer of a command line; None and empty values were not given. `prefix` stands before each option's name."""
    given = {key: value for key, value in values.items() if value not in (None, (), [], False)}
    return Layer(given, lambda key: prefix + _SINGULAR.get(key, key).replace("_", "-"), Path.cwd())


def ini(values: Mapping[str, object], file: Path | None, prefix: str = "wsconform_") -> Layer:
    """The layer of pytest's ini values, by the keys of `Settings`; `file` is None where they come from none."""
    given = {key: value for key, value in values.items() if value not in (None, "", (), [], False)}
    folder = file.parent if file is not None else Path.cwd()
    return Layer(given, lambda key: prefix + _SINGULAR.get(key, key), folder, shown(file) if file is not None else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run goes by.

    `select` are names and globs of checks, empty for all. `ignore` maps names and globs to the reason why what they
    find is suppressed, `severity` to what replaces the severity of a check. `parameters` are values of template
    parameters that the project file gives, `overrides` those given for this run. `checks` are folders of packs.
    Findings of `fail_on` and above fail a run. `origins` tells where a name of a key was given.
    """

    select: tuple[str, ...] = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    severity: Mapping[str, Severity] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Path, ...] = ()
    strict: bool = False
    baseline: Path | None = None
    fail_on: Severity = Severity.ERROR
    samconfig_env: str | None = None
    origins: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def origin(self, key: str, name: str) -> str:
        """Where `name` was given for `key`."""
        return self.origins.get((key, name), key)

    def parameters_for(self, template: Path) -> dict[str, str]:
        """The parameter values for one template: the project file's, `samconfig.toml`'s beside it, this run's.

        Raises ConfigError where `samconfig.toml` cannot be read.
        """
        from wsconform.samconfig import read_parameters

        return {**self.parameters, **read_parameters(template, self.samconfig_env), **self.overrides}


def load(paths: Iterable[Path], *layers: Layer) -> Settings:
    """The settings for a run on `paths`: the project file's, then `layers`, of which a later one wins.

    Raises ConfigError.
    """
    project = find_project(paths)
    return merge(project, *layers)


def find_project(paths: Iterable[Path]) -> Layer | None:
    """The project file nearest above all of `paths`, or else above the current folder."""
    seen: set[Path] = set()
    for start in (_common_folder(paths), Path.cwd()):
        for folder in (start, *start.parents):
            if folder in seen:
                break
            seen.add(folder)
            layer = _project_in(folder)
            if layer is not None:
                return layer
    return None


def _common_folder(paths: Iterable[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in (Path(os.path.abspath(one)) for one in paths)]  # noqa: PTH100 (links stay as they are)
    try:
        return Path(os.path.commonpath(folders)) if folders else Path.cwd()
    except ValueError:  # on different drives
        return Path.cwd()


def _project_in(folder: Path) -> Layer | None:
    own = folder / PROJECT_FILE
    data = _bytes(own)
    if data is not None:
        return Layer(parse_toml(data, own), lambda key: key, folder, shown(own))
    shared = folder / PYPROJECT
    data = _bytes(shared)
    if data is None or not _MAY_HAVE_TABLE.search(data):
        return None
    tool = parse_toml(data, shared).get("tool")
    if not isinstance(tool, dict) or "wsconform" not in tool:
        return None
    table = tool["wsconform"]
    if not isinstance(table, dict):
        raise ConfigError(f"{shown(shared)}: tool.wsconform must be a table, and is {_kind(table)}")
    return Layer(table, lambda key: f"tool.wsconform.{key}", folder, shown(shared))


def _bytes(file: Path) -> bytes | None:
    """What is in a file, None where there is none."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{shown(file)}: the file cannot be read: {error.strerror or error}") from None


def parse_toml(data: bytes, file: Path) -> dict[str, Any]:
    """The table that is a TOML file. Raises ConfigError."""
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{shown(file)}: this is no TOML: {error}") from None


def shown(file: Path) -> str:
    """A file as messages name it: from the current folder where it is below that."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def merge(*layers: Layer | None) -> Settings:
    """The settings of all layers, the first of which is the project file's: its parameters are the weakest.

    Maps are merged, folders of checks added up, of all else the last layer that has it counts. Raises ConfigError.
    """
    read: dict[str, Any] = {"ignore": {}, "severity": {}, "parameters": {}, "overrides": {}, "checks": ()}
    origins: dict[tuple[str, str], str] = {}
    given = ((layer, key, layer is layers[0]) for layer in layers if layer is not None for key in layer.values)
    for layer, key, from_project in given:
        if key not in _READERS:
            raise ConfigError(f"{layer.file}: {unknown_name('setting', key, _READERS)}")
        found = _READERS[key](layer.values[key], layer, key)
        target = "overrides" if key == "parameters" and not from_project else key
        if isinstance(found, dict):
            read[target] |= found
        elif key == "checks":
            read[key] = tuple(dict.fromkeys((*read[key], *found)))
        else:
            read[key] = found
        if isinstance(found, dict | tuple):
            origins |= {(key, name): layer.where(key) for name in found}
    if read.get("strict"):
        read["fail_on"] = min(read.get("fail_on", Severity.ERROR), Severity.WARNING)
    return Settings(**read, origins=origins)


def _wrong(layer: Layer, key: str, wanted: str, value: object) -> ConfigError:
    return ConfigError(f"{layer.where(key)} must be {wanted}, and is {_kind(value)}")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def _names(value: object, layer: Layer, key: str) -> tuple[str, ...]:
    return tuple(_strings(value, layer, key, "a list of names"))


def _strings(value: object, layer: Layer, key: str, wanted: str) -> Sequence[str]:
    if not isinstance(value, list | tuple):
        raise _wrong(layer, key, wanted, value)
    for item in value:
        if not isinstance(item, str) or not item:
            raise ConfigError(f"{layer.where(key)} must be {wanted}, and has {_kind(item)} in it")
    return value


def _pairs(value: object, layer: Layer, key: str, form: str) -> Iterator[tuple[str, object]]:
    """The entries of a table, or those of a list in which each is `NAME=VALUE`."""
    if isinstance(value, Mapping):
        yield from value.items()
        return
    for item in _strings(value, layer, key, f"a table, or a list of {form}"):
        name, equals, rest = item.partition("=")
        if not (equals and name.strip()):
            raise ConfigError(f'{layer.where(key)} takes {form}, and "{item}" is none')
        yield name.strip(), rest.strip()


def _reasons(value: object, layer: Layer, key: str) -> dict[str, str]:
    found = {}
    for name, reason in _pairs(value, layer, key, "NAME=REASON"):
        if not isinstance(reason, str) or not reason.strip():
            raise ConfigError(f'{layer.where(key)}: "{name}" is ignored without a reason; say why, as in {name}="…"')
        found[name] = reason.strip()
    return found


def _levels(value: object, layer: Layer, key: str) -> dict[str, Severity]:
    return {name: _level(level, layer, key) for name, level in _pairs(value, layer, key, "NAME=LEVEL")}


def _level(value: object, layer: Layer, key: str) -> Severity:
    if not isinstance(value, str):
        raise _wrong(layer, key, "error, warning or note", value)
    try:
        return Severity.named(value)
    except KeyError:
        raise ConfigError(f"{layer.where(key)}: {unknown_name('severity', value, map(str, Severity))}") from None


def _parameters(value: object, layer: Layer, key: str) -> dict[str, str]:
    found = {}
    for name, given in _pairs(value, layer, key, "NAME=VALUE"):
        text = parameter_text(given)
        if text is None:
            raise ConfigError(f'{layer.where(key)}: "{name}" must be text, a number or a list, and is {_kind(given)}')
        found[name] = text
    return found


def parameter_text(value: object) -> str | None:
    """A parameter's value as CloudFormation reads it: lists with commas between; None for what can be no value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list):
        items = [parameter_text(item) for item in value]
        return None if None in items else ",".join(map(str, items))
    return None


def _folders(value: object, layer: Layer, key: str) -> list[Path]:
    return [layer.folder / item for item in _strings(value, layer, key, "a list of folders")]


def _path(value: object, layer: Layer, key: str) -> Path:
    return layer.folder / _text(value, layer, key)


def _text(value: object, layer: Layer, key: str) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(layer, key, "text", value)
    return value


def _flag(value: object, layer: Layer, key: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(layer, key, "true or false", value)
    return value


_READERS: dict[str, Callable[[object, Layer, str], Any]] = {
    "select": _names,
    "ignore": _reasons,
    "severity": _levels,
    "parameters": _parameters,
    "checks": _folders,
    "strict": _flag,
    "baseline": _path,
    "fail_on": _level,
    "samconfig_env": _text,
}
