"""What AWS would refuse to deploy, by the checks: for that, the local stage does not start either."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from wsconform.check.examine import Examination, examine
from wsconform.check.finding import Effect, Finding, Severity
from wsconform.check.packs import load_static
from wsconform.check.registry import Check, Registry
from wsconform.wiring.model import Wiring


@dataclass(frozen=True, slots=True)
class Refusals:
    """What stands in the way of a deployment.

    `examination` has nothing but the findings that AWS refuses, so that it is reported as any other; where it has none
    the template is deployed. `accepted` are findings of the same kind that the user overrode, `likely` those of which
    it is not certain that AWS refuses them: both are for people to know, and stop nothing.
    """

    examination: Examination
    accepted: tuple[Finding, ...] = ()
    likely: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What AWS refuses; empty where the template is deployed."""
        return tuple(self.examination.findings)

    def remarks(self) -> list[str]:
        """A line for each finding that stops nothing."""
        return [
            *(f"{one.span}: AWS refuses this, and it is accepted here: {one.message}" for one in self.accepted),
            *(f"{one.span}: AWS is likely to refuse this: {one.message}" for one in self.likely),
        ]


@cache
def checks_of(packs: tuple[Path, ...]) -> Registry:
    """The checks, those of packs too, loaded once for all that is deployed while something watches the template.

    Raises PackError.
    """
    return load_static(packs)


def refusals(wiring: Wiring, checks: Iterable[Check], *, accept: Collection[str] = ()) -> Refusals:
    """What `checks` find of a wiring, that of the world that is deployed, and AWS would refuse.

    AWS reads no settings: a finding counts with the severity that its check gives it, and whether or not it is
    suppressed, for a suppression says that a fault is meant, and not that it deploys. What overrides is `accept`, the
    names of checks: for the day on which AWS takes what it used to refuse, or a check is wrong. A refusal is certain
    where the finding is an error, and likely else.
    """
    found = examine(wiring.evaluation.stack, checks, only=wiring)
    refused: list[Finding] = []
    accepted: list[Finding] = []
    likely: list[Finding] = []
    for one in found.findings:
        if one.effect is Effect.REFUSED and one.severity > Severity.NOTE:
            kind = likely if one.severity < Severity.ERROR else accepted if one.check in accept else refused
            kind.append(one)
    verdicts = [
        replace(verdict, findings=[one for one in verdict.findings if one in refused], undecided=[])
        for verdict in found.verdicts
    ]
    return Refusals(replace(found, verdicts=verdicts), tuple(accepted), tuple(likely))
