"""Which AWS region a template is deployed to on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from wsconform.config.region import checked
from wsconform.config.samconfig import read_region
from wsconform.config.settings import Settings


def region_for(template: Path, settings: Settings, given: str | None) -> str | None:
    """The region for one template: `given` for this run, the project file's, the environment's, `samconfig.toml`'s.

    None where nothing says one. The environment comes before `samconfig.toml` as for SAM's own commands (AWS SAM
    developer guide, "AWS SAM CLI configuration file"). Raises ConfigError.
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
    return checked(found, where) if found else None
