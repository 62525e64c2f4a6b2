"""What a check is, and the registry that a pack's modules fill."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from wsconform.check.finding import Effect, Fault, Inconclusive, Severity
from wsconform.records import record
from wsconform.template.reading import nearest

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9.]+)+")
_KINDS: dict[str, tuple[type, str]] = {"on": (type, "a class"), "severity": (Severity, "a Severity")}
Said = Fault | Inconclusive
T = TypeVar("T")


class UnknownNameError(LookupError):
    """A name that nothing has; the message suggests the nearest one."""


class PackError(Exception):
    """A pack that cannot be used: what is wrong with which file."""


@record(frozen=True, slots=True, kw_only=True)
class Check:
    """One requirement: a function over the elements of one class, and what a report says about it.

    `on` is a class of `wsconform.wiring.model`; `source` the public page that the rule comes from. A check runs on
    the parts of WebSocket APIs only, unless `any_protocol` is set. What a check finds where `in_every_world` is set is
    a fault only if it finds it of a resource in every world that has the resource: for what is of use in some of them.
    `effect` is what AWS does about its faults, None where the check does not say.
    """

    name: str
    summary: str
    on: type[Any]
    severity: Severity
    area: str
    why: str
    source: str
    any_protocol: bool
    in_every_world: bool
    body: Callable[[Any], Iterable[Said]]
    file: Path
    effect: Effect | None = None

    @property
    def page(self) -> Path:
        """The check's page, beside its module."""
        return self.file.with_suffix(".md")

    def run(self, element: object) -> Iterator[Said]:
        """What the check says of one element; an `Inconclusive` that is raised ends it."""
        try:
            yield from self.body(element)
        except Inconclusive as undecided:
            yield undecided


class Registry:
    """The checks of all packs, by name."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def __iter__(self) -> Iterator[Check]:
        return iter(self._checks.values())

    def __len__(self) -> int:
        return len(self._checks)

    def add(self, check: Check) -> None:
        """Take in a check. Raises PackError where the name is taken."""
        taken = self._checks.get(check.name)
        if taken is not None:
            raise PackError(f'the check "{check.name}" in {check.file} has the name of the one in {taken.file}')
        self._checks[check.name] = check

    def get(self, name: str) -> Check:
        """The check of a name. Raises UnknownNameError."""
        check = self._checks.get(name)
        if check is None:
            raise UnknownNameError(unknown_name("check", name, self._checks))
        return check

    def select(self, patterns: Iterable[str]) -> set[str]:
        """The names that any of some names and globs fit. Raises UnknownNameError where one fits none."""
        chosen: set[str] = set()
        for pattern in patterns:
            fitting = fnmatch.filter(self._checks, pattern)
            if not fitting:
                raise UnknownNameError(unknown_name("check", pattern, self._checks))
            chosen.update(fitting)
        return chosen


def raised(error: BaseException) -> str:
    """An exception in one line: its class, and what it says if it can say anything."""
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 (a pack's own exceptions may break too)
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """The message for a name that does not exist, with the nearest that does."""
    near = nearest(name, known, 0.5)
    return f'there is no {kind} "{name}"' + (f'; did you mean "{near}"?' if near else "")


filling: ContextVar[Registry] = ContextVar("filling")
"""The registry that the modules being imported fill; set by `wsconform.check.packs`."""


def check(  # noqa: PLR0913 (each is a field of the catalogue)
    name: str,
    *,
    on: type[T],
    severity: Severity,
    area: str,
    why: str,
    source: str,
    any_protocol: bool = False,
    in_every_world: bool = False,
    effect: Effect | None = None,
) -> Callable[[Callable[[T], Iterable[Said]]], Callable[[T], Iterable[Said]]]:
    """Register the decorated function as a check. Its docstring's first line is the requirement, in one sentence.

    Raises PackError for a name that is not kebab-case, a function without docstring, or an argument of another type.
    """
    given = {"name": name, "on": on, "severity": severity, "area": area, "why": why, "source": source}
    for argument, value in given.items():
        kind, wanted = _KINDS.get(argument, (str, "text"))
        if not isinstance(value, kind):
            raise PackError(f"{argument} of the check {name!r} must be {wanted}, and is {value!r}")
    if not isinstance(effect, Effect | None):
        raise PackError(f"effect of the check {name!r} must be an Effect, and is {effect!r}")

    def register(body: Callable[[T], Iterable[Said]]) -> Callable[[T], Iterable[Said]]:
        if not hasattr(body, "__code__"):
            raise PackError(f'the check "{name}" must decorate a function, and decorates {body!r}')
        file = Path(body.__code__.co_filename)
        summary = (body.__doc__ or "").strip().partition("\n")[0]
        if not _NAME.fullmatch(name):
            raise PackError(f'{file}: "{name}" is no check name; names are kebab-case words that state the requirement')
        if not summary:
            raise PackError(f'{file}: the check "{name}" has no docstring, which states its requirement')
        filling.get().add(
            Check(
                name=name,
                summary=summary,
                on=on,
                severity=severity,
                area=area,
                why=why,
                source=source,
                any_protocol=any_protocol,
                in_every_world=in_every_world,
                body=body,
                file=file,
                effect=effect,
            )
        )
        return body

    return register
