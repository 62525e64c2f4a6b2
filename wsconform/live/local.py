"""Local stages to probe: one for each template, for as long as the run lasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wsconform.config.settings import Settings
from wsconform.live.credentials import Credentials, Signer
from wsconform.live.identity import Identity
from wsconform.live.management import Management
from wsconform.live.peer import Stage, signed
from wsconform.live.plan import ApiPlan
from wsconform.live.probe import Case
from wsconform.live.verdict import ProbeVerdict
from wsconform.live.wire import Endpoint
from wsconform.template.stack import Stack

if TYPE_CHECKING:
    from wsconform.local.endpoints import Endpoint as LocalEndpoint
    from wsconform.local.gateway.effects import Happened
    from wsconform.local.stage import LocalStage

MOST_LINES = 12
"""Of a function's log, and of what happened, with a failure."""


def signer_on(running: LocalStage) -> Signer:
    """What signs as the person at the keyboard, who may do everything on a local stage."""
    mine = running.credentials
    credentials = Credentials(
        access_key_id=mine.access_key_id,
        secret_access_key=mine.secret_access_key,
        session_token=mine.session_token,
    )
    return Signer(credentials, running.deployment.account.region)


class Locals:
    """The local stages of a run. Each starts when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stages: dict[str, LocalStage | str] = {}

    def start(self, stack: Stack) -> LocalStage | str:
        """The local stage of a template, or why there is none."""
        path = stack.source.path
        if path not in self._stages:
            from wsconform.local.errors import StageError
            from wsconform.local.stage import LocalStage

            known = stack.root.parameters
            given = {name: value for name, value in self._settings.overrides.items() if name in known}
            stage = LocalStage(Path(path), parameters=given, samconfig_env=self._settings.samconfig_env)
            try:
                self._stages[path] = stage.start()
            except StageError as error:
                said = "; ".join(map(str, error.problems))
                self._stages[path] = f"the local stage does not start: {said}"
        return self._stages[path]

    def stage(self, stack: Stack, api: ApiPlan, allow: Identity | None, deny: Identity | None) -> Stage | str:
        """An API to probe; why there is none, where its template cannot be deployed."""
        running = self.start(stack)
        if isinstance(running, str):
            return running
        at = self._endpoint(running, api)
        if at is None:
            return f"{api.label} has no stage"
        signer = signer_on(running)
        stage = Stage(
            endpoint=Endpoint(url=at.wss, ca_file=running.ca_file),
            allow=allow,
            deny=deny,
            management=Management(
                url=at.management, region=signer.region, credentials=signer.credentials, ca_file=running.ca_file
            ),
        )
        return signed(stage, signer) if api.is_signed else stage

    def _endpoint(self, running: LocalStage, api: ApiPlan) -> LocalEndpoint | None:
        return next((one for one in running.endpoints if one.api == api.label), None)

    def url(self, stack: Stack, api: ApiPlan) -> str:
        """Where an API is; empty where it is nowhere."""
        running = self.start(stack)
        at = None if isinstance(running, str) else self._endpoint(running, api)
        return at.wss if at is not None else ""

    def log(self, stack: Stack, case: Case, verdict: ProbeVerdict) -> Iterator[str]:
        """What the stage says of the time of a probe, with what AWS would not tell, and the functions' last lines."""
        running = self.start(stack)
        if isinstance(running, str):
            return
        until = verdict.began + verdict.seconds
        said = Counter(
            f"{one.what.text}: {one.what.explanation}"
            for one in running.happenings
            if verdict.began <= one.at <= until and one.api == case.api.label and _concerns(one.what, case)
        )
        for line, times in list(said.items())[:MOST_LINES]:
            yield f"{line} ({times} times)" if times > 1 else line
        functions = case.api.connect_functions if case.route is None else (case.route.function,)
        for function in (one for one in functions if one in running.deployment.functions):
            yield from (f"{function}: {line}" for line in running.logs(function, MOST_LINES))

    def close(self) -> None:
        """End them all."""
        for stage in self._stages.values():
            if not isinstance(stage, str):
                stage.stop()


def _concerns(what: Happened, case: Case) -> bool:
    """Whether a happening may explain what a probe met; others run at the same time, on other routes."""
    if not what.explanation:
        return False
    return what.route == case.route.key if case.route is not None else what.kind in ("connect", "refuse", "error")
