"""The AWS region that a template is deployed to on this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

from wsconform.config.files import ConfigError
from wsconform.config.samconfig import read_region
from wsconform.config.settings import Settings

DEFAULT = "us-east-1"
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")


def region_for(template: Path, settings: Settings, given: str | None) -> str:
    """The region for one template: `given` for this run, the project file's, the environment's, `samconfig.toml`'s.

    The environment comes before `samconfig.toml` as for SAM's own commands (AWS SAM developer guide, "AWS SAM CLI
    configuration file"). Raises ConfigError.
    """
    if given is not None:
        return checked(given, "region")
    if settings.local.region is not None:
        return settings.local.region
    # Of the variables by which AWS's SDKs and tools take a region, the stronger first.
    variables = {"AWS_REGION": os.environ.get("AWS_REGION"), "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION")}
    for name, value in variables.items():
        if value:
            return checked(value, name)
    found, where = read_region(template, settings.samconfig_env)
    return checked(found, where) if found else DEFAULT


def checked(region: str, where: str) -> str:
    """A region that has the form of one. Raises ConfigError, which says `where` it was given."""
    if not _REGION.fullmatch(region):
        raise ConfigError(f'{where}: "{region}" is no AWS region, which is as "eu-west-1"')
    return region
