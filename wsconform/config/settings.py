"""The settings of a run: a project file's, pytest's ini values and the command line's, merged.

The project file is `wsconform.toml`, or the table `[tool.wsconform]` of `pyproject.toml`, in the nearest folder that
has one. The values of parameters in `samconfig.toml` lie between it and what is given for one run:
`Settings.parameters_for` merges them per template.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wsconform.check.finding import Severity
from wsconform.check.registry import unknown_name
from wsconform.config.files import ConfigError, bytes_of, parse_toml, shown
from wsconform.config.layers import READERS, Layer, kind_of
from wsconform.config.local import LocalSettings
from wsconform.records import record

if TYPE_CHECKING:
    from wsconform.config.expectation import Expectation

PROJECT_FILE, PYPROJECT = "wsconform.toml", "pyproject.toml"
_MAY_HAVE_TABLE = re.compile(rb"^\s*\[{1,2}\s*tool\s*(?:\]|\.\s*[\"']?wsconform)|^\s*tool\s*[.=]", re.MULTILINE)


_MAPS = ("ignore", "severity", "parameters", "overrides", "allow", "deny", "url", "routes")


@record(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run goes by.

    `select` are names and globs of checks, empty for all. `ignore` maps names and globs to the reason why what they
    find is suppressed, `severity` to what replaces the severity of a check. `parameters` are values of template
    parameters that the project file gives, `overrides` those given for this run. `checks` are folders of packs.
    Findings of `fail_on` and above fail a run. `allow` and `deny` are identities, as references by the name of their
    source; `url` are stages by API, by the empty name that of the only one; `routes` are expectations by route key.
    `local` is how templates run on this machine. `origins` tells where a name of a key was given.
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
    allow: Mapping[str, str] = field(default_factory=dict, repr=False)
    deny: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, Expectation] = field(default_factory=dict)
    local: LocalSettings = field(default_factory=LocalSettings)
    origins: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def origin(self, key: str, name: str) -> str:
        """Where `name` was given for `key`."""
        return self.origins.get((key, name), key)

    def parameters_for(self, template: Path) -> dict[str, str]:
        """The parameter values for one template: the project file's, `samconfig.toml`'s beside it, this run's.

        Raises ConfigError where `samconfig.toml` cannot be read.
        """
        from wsconform.config.samconfig import read_parameters

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
    data = bytes_of(own)
    if data is not None:
        return Layer(parse_toml(data, own), lambda key: key, folder, shown(own))
    shared = folder / PYPROJECT
    data = bytes_of(shared)
    if data is None or not _MAY_HAVE_TABLE.search(data):
        return None
    tool = parse_toml(data, shared).get("tool")
    if not isinstance(tool, dict) or "wsconform" not in tool:
        return None
    table = tool["wsconform"]
    if not isinstance(table, dict):
        raise ConfigError(f"{shown(shared)}: tool.wsconform must be a table, and is {kind_of(table)}")
    return Layer(table, lambda key: f"tool.wsconform.{key}", folder, shown(shared))


def merge(*layers: Layer | None) -> Settings:
    """The settings of all layers, the first of which is the project file's: its parameters are the weakest.

    Maps are merged, folders of checks added up, of all else the last layer that has it counts. Raises ConfigError.
    """
    read: dict[str, Any] = {"checks": (), **{name: {} for name in _MAPS}}
    origins: dict[tuple[str, str], str] = {}
    given = ((layer, key, layer is layers[0]) for layer in layers if layer is not None for key in layer.values)
    for layer, key, from_project in given:
        if key not in READERS:
            raise ConfigError(f"{layer.file}: {unknown_name('setting', key, READERS)}")
        found = READERS[key](layer.values[key], layer, key)
        target = "overrides" if key == "parameters" and not from_project else key
        if key == "identity":
            for kind, values in found.items():
                read[kind] |= values
                origins |= {(kind, name): layer.where(f"{key}.{kind}") for name in values}
        elif isinstance(found, dict):
            read[target] |= found
        elif key == "checks":
            read[key] = tuple(dict.fromkeys((*read[key], *found)))
        else:
            read[key] = found
        if isinstance(found, dict | tuple):
            origins |= {(key, str(name)): layer.where(key) for name in found}
    if read.get("strict"):
        read["fail_on"] = min(read.get("fail_on", Severity.ERROR), Severity.WARNING)
    return Settings(**read, origins=origins)
