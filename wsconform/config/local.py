"""What a project says of its local stage: the table `local`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from wsconform.records import record


@record(frozen=True, slots=True, kw_only=True)
class LocalSettings:
    """How templates run on this machine.

    `assume` settles what AWS does not tell, by name. `deploy_order` is that in which CloudFormation makes what waits
    for nothing. `environment` holds environment variables of functions, by `NAME` or `Function.NAME`. `accept` names
    checks, or has globs of names, whose refusals are overridden. `region` is that of the account, None for the one that
    AWS's tools would take.
    """

    assume: Mapping[str, str] = field(default_factory=dict)
    deploy_order: Literal["worst", "best"] = "worst"
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    accept: tuple[str, ...] = ()
    region: str | None = None
