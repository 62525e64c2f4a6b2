"""The stages of a run: which probes there are for a template, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from wsconform.check.examine import Examination
from wsconform.check.finding import Effect, Finding, Outcome, Severity
from wsconform.config.files import ConfigError
from wsconform.config.settings import Settings
from wsconform.live.identity import REFERENCES, Identity
from wsconform.live.kinship import concerning, is_of, kin, related_to
from wsconform.live.local import Locals
from wsconform.live.peer import Stage
from wsconform.live.plan import ApiPlan, plans_of
from wsconform.live.probe import Case, Probes
from wsconform.live.report import ProbeReport
from wsconform.live.run import LiveRun
from wsconform.live.secret import Redactor, Secret
from wsconform.live.target import identities, parameters_of, redactor_of, stage_at, url_of
from wsconform.live.verdict import ProbeVerdict


class Stages:
    """The probes of a run: those that the settings select, without those that they ignore.

    Stages are met when the first probe of theirs is run. `local` says that they run here. `allow` and `deny`, set by
    fixtures, are identities by the names of their sources. `examined` are the templates met so far, by their paths.
    """

    def __init__(self, settings: Settings, probes: Probes, *, local: bool) -> None:
        self.settings = settings
        self.strict = settings.strict
        self.probes = probes
        self.chosen = probes.select(settings.select or ["*"])
        self.ignored = probes.ignored(settings.ignore)
        self.allow: Mapping[str, str | Secret] = settings.allow
        self.deny: Mapping[str, str | Secret] = settings.deny
        self.locals = Locals(settings) if local else None
        self._plans: dict[str, dict[str, ApiPlan]] = {}
        self._runs: dict[str, LiveRun] = {}
        self._targets: dict[str, Stage | str] = {}
        self._redact: dict[str, Redactor] = {}
        self.examined: dict[str, Examination] = {}
        self._planned: list[Case] = []
        self._shown: dict[Finding, str] = {}

    def plans(self, examination: Examination) -> dict[str, ApiPlan]:
        """The APIs of a template in the world that its parameters choose."""
        path = examination.stack.source.path
        if path not in self._plans:
            self.examined[path] = examination
            self._plans[path] = plans_of(examination.stack, self.settings.routes)
        return self._plans[path]

    @property
    def templates(self) -> list[str]:
        """The paths of the templates met so far that have an API."""
        return [path for path, plans in self._plans.items() if plans]

    def cases(self, examination: Examination, label: str) -> Iterator[Case]:
        """The probes of an API; none where there is no stage for it. Raises ConfigError."""
        plans = self.plans(examination)
        if label in plans and (self.locals is not None or self.url(examination, plans[label])):
            yield from (case for case in self.probes.cases(plans[label]) if case.probe.name in self.chosen)

    def expect(self, cases: Iterable[Case]) -> None:
        """What is going to be run in this process, so that it can be begun together."""
        self._planned += (case for case in cases if case.probe.name not in self.ignored)

    def verdict(self, examination: Examination, case: Case) -> ProbeVerdict:
        """What comes of a probe. One that is suppressed is not run."""
        if case.probe.name in self.ignored:
            return ProbeVerdict(outcome=Outcome.SUPPRESSED, reason=self.ignored[case.probe.name])
        return self._run(examination, case.api).verdict(case)

    def _key(self, examination: Examination, api: ApiPlan) -> str:
        return f"{examination.stack.source.path}::{api.label}"

    def _run(self, examination: Examination, api: ApiPlan) -> LiveRun:
        key = self._key(examination, api)
        if key not in self._runs:
            self._runs[key] = LiveRun(self.target(examination, api), self.redactor(examination, api))
            self._runs[key].plan(case for case in self._planned if case.api is api)
        return self._runs[key]

    def target(self, examination: Examination, api: ApiPlan) -> Stage | str:
        """Who is probed as whom; why nobody is."""
        key = self._key(examination, api)
        if key not in self._targets:
            try:
                self._targets[key] = self._stage(examination, api)
            except ConfigError as error:
                self._targets[key] = str(error)
        return self._targets[key]

    def redactor(self, examination: Examination, api: ApiPlan) -> Redactor:
        """Takes out of text who is probed as whom, once that is known."""
        return self._redact.get(self._key(examination, api), Redactor())

    def _stage(self, examination: Examination, api: ApiPlan) -> Stage | str:
        allow, deny = self.identities(examination, api)
        self._redact[self._key(examination, api)] = redactor_of(allow, deny)
        if self.locals is not None:
            stage = self.locals.stage(examination.stack, api, allow, deny)
        else:
            url = self.url(examination, api)
            stage = stage_at(url, api, allow, deny) if url else f"no URL is given for {api.label}"
        if isinstance(stage, Stage):
            self._redact[self._key(examination, api)] = redactor_of(stage.allow, stage.deny)
        return stage

    def identities(self, examination: Examination, api: ApiPlan) -> tuple[Identity | None, Identity | None]:
        """Who may connect, and who may not; None where nobody said. Raises ConfigError for one that is not there."""
        settings = replace(self.settings, allow=_plain(self.allow), deny=_plain(self.deny))
        return identities(api, settings, parameters_of(examination.stack), self.plans(examination).values())

    def url(self, examination: Examination, api: ApiPlan) -> str:
        """The URL that is given for an API; empty where none is. Raises ConfigError."""
        return url_of(api, list(self.plans(examination)), self.settings) or ""

    def where(self, examination: Examination, api: ApiPlan) -> str:
        """The address of an API's stage."""
        if self.locals is not None:
            url = self.locals.url(examination.stack, api)
            return f"local, {url}" if url else "local, not started"
        return self.url(examination, api)

    def addresses(self, examination: Examination) -> Iterator[str]:
        """A line for each API of a template that runs here; none for one that does not start, of which probes tell."""
        for api in self.plans(examination).values() if self.locals is not None else ():
            url = self.locals.url(examination.stack, api) if self.locals is not None else ""
            if url:
                yield f"wsconform: {api.label} runs at {url}"

    def options(self, examination: Examination, prefix: str) -> list[str]:
        """The options with which a probe meets the same stage again, `prefix` before their names.

        Identities are given by reference only, and values that are not to be seen are left out.
        """
        from wsconform.local.deployed.discretion import Discretion

        settings, seen = self.settings, Discretion(examination.stack).value
        said = [f"{prefix}local"] if self.locals is not None else []
        if self.locals is None:
            said += [f"{prefix}url={f'{api}=' if api else ''}{url}" for api, url in settings.url.items()]
        said += [f"{prefix}checks={one}" for one in settings.checks if _was_option(settings, "checks", str(one))]
        for name, value in settings.overrides.items():
            if _was_option(settings, "parameters", name):
                said.append(f"{prefix}parameter={name}={seen(value)}")
        for kind in ("allow", "deny"):
            for name, reference in getattr(settings, kind).items():
                if _was_option(settings, kind, name):
                    said.append(f"{prefix}{kind}={name}={reference if reference.startswith(REFERENCES) else '…'}")
        return said

    def log(self, examination: Examination, case: Case, verdict: ProbeVerdict) -> Sequence[str]:
        """What a local stage says of the time in which a probe ran, and what its functions wrote."""
        if self.locals is None:
            return ()
        redact = self.redactor(examination, case.api)
        return [redact(line) for line in self.locals.log(examination.stack, case, verdict)]

    def report(self, examination: Examination, case: Case, verdict: ProbeVerdict, *, again: str) -> ProbeReport:
        """A failure with all that helps to see why; `again` is how the probe is run again."""
        redact = self.redactor(examination, case.api)
        findings, told = self._told(case, list(self.akin(examination, case, verdict)))
        return ProbeReport(
            case=case,
            verdict=verdict,
            source_of=examination.stack.source_of,
            stage=self.where(examination, case.api),
            again=redact(again),
            findings=findings,
            told=told,
            log=self.log(examination, case, verdict),
        )

    def akin(self, examination: Examination, case: Case, verdict: ProbeVerdict) -> Iterator[Finding]:
        """The findings of the template that tell of the same fault as a failure."""
        nowhere = isinstance(self.target(examination, case.api), str)
        akin, related = kin(verdict.met), related_to(case, verdict.met)

        def tells(finding: Finding) -> bool:
            if nowhere:
                return finding.effect is Effect.REFUSED
            return finding.check in related or (finding.severity > Severity.NOTE and finding.check in akin)

        found = [one for one in examination.findings if is_of(one, case.api) and tells(one)]
        return concerning(found, case, verdict.met)

    def _told(self, case: Case, findings: list[Finding]) -> tuple[list[Finding], list[str]]:
        """Some findings, without those that were shown with an earlier failure; and where those were."""
        anew = [one for one in findings if self._shown.setdefault(one, case.name) == case.name]
        before = [f"{one.check}, as told at {self._shown[one]}" for one in findings if one not in anew]
        return anew, before

    def close(self) -> None:
        """End what runs still."""
        for run in self._runs.values():
            run.close()
        if self.locals is not None:
            self.locals.close()


def _was_option(settings: Settings, key: str, name: str) -> bool:
    """Whether a setting was given on the command line, and not in a file that counts anyway."""
    return settings.origin(key, name).startswith("-")


def _plain(given: Mapping[str, str | Secret]) -> dict[str, str]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in given.items()}
