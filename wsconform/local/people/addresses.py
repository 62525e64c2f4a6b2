"""Where the stages of a local stage are, as people and programs are told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from wsconform.files import write_private
from wsconform.report.style import Style

if TYPE_CHECKING:
    from wsconform.local.endpoints import Endpoint
    from wsconform.local.stage import LocalStage


def for_people(endpoints: Iterable[Endpoint], style: Style) -> str:
    """Five lines for each stage."""
    return "\n".join(
        f"{style('strong', one.api)} stage {style('strong', one.stage)}\n"
        f"  {one.wss}\n  {one.ws}\n  {one.connections}\n  {one.status}  (status page)"
        for one in endpoints
    )


def for_programs(endpoints: Iterable[Endpoint], ca_file: Path) -> str:
    """A line of JSON for each."""
    return "\n".join(json.dumps({"kind": "listening", **_of(one), "ca": str(ca_file)}) for one in endpoints)


class ReadyFile:
    """A file with addresses and credentials, for as long as the stage runs. Only its user can read it.

    Raises OSError with its name where it cannot be written.
    """

    def __init__(self, stage: LocalStage, file: Path | None) -> None:
        self._stage = stage
        self._file = file

    def __enter__(self) -> Self:
        if self._file is not None:
            write_private(self._file, self._text())
        return self

    def __exit__(self, *_: object) -> None:
        for made in self._made():
            made.unlink()

    def renew(self) -> None:
        """Write it anew, since there are other stages now."""
        for made in self._made():
            write_private(made, self._text())

    def _made(self) -> Iterator[Path]:
        """The file, unless it is a device or a pipe that was there before."""
        if self._file is not None and (made := self._file.resolve()).is_file():
            yield made

    def _text(self) -> str:
        stage = self._stage
        ready = {
            "pid": os.getpid(),
            "ca": str(stage.ca_file),
            "region": stage.deployment.account.region,
            "stages": [_of(one) for one in stage.endpoints],
            "credentials": {
                "access_key_id": stage.credentials.access_key_id,
                "secret_access_key": stage.credentials.secret_access_key,
                "session_token": stage.credentials.session_token,
            },
        }
        return json.dumps(ready, indent=2) + "\n"


def _of(endpoint: Endpoint) -> dict[str, str]:
    return {
        "api": endpoint.api,
        "stage": endpoint.stage,
        "wss": endpoint.wss,
        "ws": endpoint.ws,
        "management": endpoint.management,
        "status": endpoint.status,
    }
