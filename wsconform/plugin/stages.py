"""The stages of a pytest run: which probes there are for a template, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wsconform.check.examine import Examination
from wsconform.config.settings import Settings
from wsconform.live.packs import load_probes
from wsconform.live.plan import ApiPlan, plan
from wsconform.live.probe import Case
from wsconform.live.run import LiveRun
from wsconform.live.target import identities, parameters_of, stage_at, url_of
from wsconform.live.verdict import ProbeVerdict
from wsconform.wiring.reader import read_wiring

if TYPE_CHECKING:
    from wsconform.live.identity import Identity


class Live:
    """The probes of a run. Stages are met when the first probe of theirs is run.

    `allow` and `deny`, set by fixtures, are identities by the names of their sources.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.strict = settings.strict
        self.probes = load_probes(settings.checks)
        self.allow: Mapping[str, str] = settings.allow
        self.deny: Mapping[str, str] = settings.deny
        self._plans: dict[str, dict[str, ApiPlan]] = {}
        self._runs: dict[str, LiveRun] = {}
        self._planned: list[Case] = []

    def plans(self, examination: Examination) -> dict[str, ApiPlan]:
        """The APIs of a template in the world that its parameters choose."""
        path = examination.stack.source.path
        if path not in self._plans:
            wiring = read_wiring(examination.stack.in_world(examination.stack.worlds[0]))
            self._plans[path] = {
                api.path: plan(api, self.settings.routes) for api in wiring.apis if api.element is not None
            }
        return self._plans[path]

    def cases(self, examination: Examination, label: str) -> Iterator[Case]:
        """The probes of an API; none where no stage is given for it. Raises ConfigError."""
        plans = self.plans(examination)
        if label in plans and url_of(plans[label], list(plans), self.settings) is not None:
            yield from self.probes.cases(plans[label])

    def expect(self, cases: Iterable[Case]) -> None:
        """What is going to be run in this process, so that it can be begun together."""
        self._planned += cases

    def verdict(self, examination: Examination, case: Case) -> ProbeVerdict:
        """What comes of a probe. Raises ConfigError for an identity that is not there."""
        return self._run(examination, case.api).verdict(case)

    def _run(self, examination: Examination, api: ApiPlan) -> LiveRun:
        key = f"{examination.stack.source.path}::{api.label}"
        if key not in self._runs:
            allow, deny = self._identities(examination, api)
            url = url_of(api, list(self.plans(examination)), self.settings) or ""
            stage, redact = stage_at(url, allow, deny)
            self._runs[key] = LiveRun(stage, redact)
            self._runs[key].plan(case for case in self._planned if case.api is api)
        return self._runs[key]

    def _identities(self, examination: Examination, api: ApiPlan) -> tuple[Identity | None, Identity | None]:
        from dataclasses import replace

        settings = replace(self.settings, allow=self.allow, deny=self.deny)
        return identities(api, settings, parameters_of(examination.stack))

    def where(self, examination: Examination, api: ApiPlan) -> str:
        """The address of an API's stage."""
        return url_of(api, list(self.plans(examination)), self.settings) or ""

    def options(self) -> Sequence[str]:
        """The options with which a probe meets the same stage again; identities by reference only."""
        said = [f"--wsconform-url={f'{api}=' if api else ''}{url}" for api, url in self.settings.url.items()]
        for kind in ("allow", "deny"):
            for name, reference in getattr(self.settings, kind).items():
                if self.settings.origin(kind, name).startswith("-"):
                    shown = reference if reference.startswith(("env:", "parameter:")) else "…"
                    said.append(f"--wsconform-{kind}={name}={shown}")
        return said

    def log(self, examination: Examination, case: Case) -> Sequence[str]:
        """What the functions of a local stage wrote."""
        del examination, case
        return ()

    def close(self) -> None:
        """End what runs still."""
        for run in self._runs.values():
            run.close()
