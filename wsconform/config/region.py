"""The form of an AWS region."""

from __future__ import annotations

import re

from wsconform.config.files import ConfigError

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")


def checked(region: str, where: str) -> str:
    """A region that has the form of one. Raises ConfigError, which says `where` it was given."""
    if not _REGION.fullmatch(region):
        raise ConfigError(f'{where}: "{region}" is no AWS region, which is as "eu-west-1"')
    return region
