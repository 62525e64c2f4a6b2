"""What a probe is, and the registry that a pack's modules fill."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wsconform.check.registry import PackError
from wsconform.live.plan import ApiPlan, RoutePlan
from wsconform.live.verdict import Level
from wsconform.template.nodes import Span

AREAS = (
    "transport",
    "handshake",
    "authorizer",
    "routes",
    "messages",
    "limits",
    "protocol",
    "management",
    "load",
)
"""What probes are about, in the order in which they run: where a first one fails, many a later one fails for it."""
Per = Literal["api", "route"]
Body = Callable[..., None]
Applies = Callable[[ApiPlan], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One requirement of a stage: a scripted conversation, once for each API or each of its message routes.

    `related` are static checks that find in the template what this finds on the stage; `about` is what of the API is
    asserted, a key of `ApiPlan.spans`. `alone` keeps others from running at the same time. `greets` says that it
    asserts that the stage is there: it fails where it is not, and all others are inconclusive. `body` takes a `Peer`
    and an `ApiPlan`, and a `RoutePlan` where it is per route; it returns where the requirement is met, and raises
    `Unmet` or `Undecidable` where it is not.
    """

    name: str
    summary: str
    level: Level
    per: Per
    area: str
    source: str
    related: tuple[str, ...]
    about: str
    applies: Applies
    alone: bool
    greets: bool
    body: Body
    file: Path

    @property
    def page(self) -> Path:
        """The probe's page, beside its module."""
        return self.file.with_suffix(".md")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One probe on one API, or one route of it."""

    probe: Probe
    api: ApiPlan
    route: RoutePlan | None = None

    @property
    def span(self) -> Span:
        """The place in the template that it is about."""
        if self.route is not None:
            return self.route.span
        return self.api.spans.get(self.probe.about) or self.api.spans["connect"]

    @property
    def name(self) -> str:
        """What tells it from the other cases of its API: the probe's name, with the route in brackets."""
        return self.probe.name if self.route is None else f"{self.probe.name}[{self.route.key}]"


class Probes:
    """The probes of all packs, by name."""

    def __init__(self) -> None:
        self._probes: dict[str, Probe] = {}

    def __iter__(self) -> Iterator[Probe]:
        """In the order in which they run; areas that are a pack's own come after the known ones, by name."""
        return iter(sorted(self._probes.values(), key=_order))

    def __contains__(self, name: str) -> bool:
        return name in self._probes

    def get(self, name: str) -> Probe | None:
        """The probe of a name."""
        return self._probes.get(name)

    def select(self, patterns: Iterable[str]) -> set[str]:
        """The names that any of some names and globs fit."""
        return {name for pattern in patterns for name in fnmatch.filter(self._probes, pattern)}

    def ignored(self, reasons: Mapping[str, str]) -> dict[str, str]:
        """Why probes are suppressed, by their names; `reasons` are by name and glob, and what a name says counts."""
        globs_first = sorted(reasons.items(), key=lambda one: one[0] in self._probes)
        return {name: reason for pattern, reason in globs_first for name in self.select([pattern])}

    def add(self, probe: Probe) -> None:
        """Take in a probe. Raises PackError where the name is taken."""
        taken = self._probes.get(probe.name)
        if taken is not None:
            raise PackError(f'the probe "{probe.name}" in {probe.file} has the name of the one in {taken.file}')
        self._probes[probe.name] = probe

    def cases(self, api: ApiPlan) -> Iterator[Case]:
        """Every probe that applies to an API, in the order in which they run."""
        for probe in self:
            if not probe.applies(api):
                continue
            if probe.per == "api":
                yield Case(probe, api)
            else:
                yield from (Case(probe, api, route) for route in api.routes)


def _order(probe: Probe) -> tuple[bool, bool, int, str]:
    place = AREAS.index(probe.area) if probe.area in AREAS else len(AREAS)
    return not probe.greets, probe.alone, place, "" if probe.area in AREAS else probe.area


filling: ContextVar[Probes | None] = ContextVar("filling_probes", default=None)
"""The registry that the modules being imported fill, if it is probes that are wanted."""


def probe(  # noqa: PLR0913 (each is a field of the catalogue)
    name: str,
    *,
    level: Level,
    area: str,
    source: str,
    per: Per = "api",
    related: tuple[str, ...] = (),
    about: str = "connect",
    applies: Applies = lambda _: True,
    alone: bool = False,
    greets: bool = False,
) -> Callable[[Body], Body]:
    """Register the decorated function as a probe. Its docstring's first line is the requirement, in one sentence."""

    def register(body: Body) -> Body:
        code: Any = getattr(body, "__code__", None)
        summary = (body.__doc__ or "").strip().partition("\n")[0]
        if code is None or not summary:
            raise PackError(
                f'the probe "{name}" must decorate a function with a docstring, which states what it asserts'
            )
        probes = filling.get()
        if probes is None:  # a pack's checks are wanted, and not its probes
            return body
        probes.add(
            Probe(
                name=name,
                summary=summary,
                level=level,
                per=per,
                area=area,
                source=source,
                related=related,
                about=about,
                applies=applies,
                alone=alone,
                greets=greets,
                body=body,
                file=Path(code.co_filename),
            )
        )
        return body

    return register
