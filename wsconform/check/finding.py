"""What a check can say."""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum, StrEnum
from types import NoneType

from wsconform.records import record
from wsconform.template.nodes import Span
from wsconform.wiring.element import Element


class Severity(IntEnum):
    """How bad a finding is; greater is worse."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def named(cls, name: str) -> Severity:
        """The severity of a name such as `warning`. Raises KeyError for any other word."""
        return cls[name.upper()]


class Effect(StrEnum):
    """What AWS does about a fault: what comes of deploying it."""

    REFUSED = "refused"
    """CloudFormation, SAM, API Gateway or Lambda does not take it, so nothing is deployed."""
    MISBEHAVES = "misbehaves"
    """It is deployed, and then does not do what it should, as a client can see."""
    UNSEEN = "unseen"
    """It is deployed, and no client can tell: too broad a right, a leftover, what matters elsewhere or later."""


class Outcome(StrEnum):
    """What came of a check on an API."""

    PASSED = "passed"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    INCONCLUSIVE = "inconclusive"


@record(frozen=True, slots=True)
class Note:
    """A second place that explains a finding."""

    span: Span
    text: str


@record(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the body of a check yields; name, why and docs come from its registration.

    `at` is the value that is wrong, or the resource that lacks one. `message` is lower-case without a trailing stop.
    `label` is printed under the carets. `element` is the resource to name where it is not the one that the check was
    given, `resource` its logical id where there is no element. `severity` may only lower that of the check; `effect` is
    set where it is another than that of the check.
    """

    at: Span
    message: str
    label: str = ""
    fix: str = ""
    notes: tuple[Note, ...] = ()
    element: Element | None = None
    resource: str | None = None
    severity: Severity | None = None
    effect: Effect | None = None

    def __post_init__(self) -> None:
        """A pack's mistake is told where it is made, not where a report comes upon it."""
        for name, kinds in _FORM.items():
            value = getattr(self, name)
            if not isinstance(value, kinds):
                wanted = " or ".join("None" if kind is NoneType else kind.__name__ for kind in kinds)
                raise TypeError(f"{name} of a Fault must be {wanted}, and is {value!r}")


_FORM: dict[str, tuple[type, ...]] = {
    "at": (Span,),
    "message": (str,),
    "label": (str,),
    "fix": (str,),
    "notes": (tuple,),
    "element": (Element, NoneType),
    "resource": (str, NoneType),
    "severity": (Severity, NoneType),
    "effect": (Effect, NoneType),
}


class Inconclusive(Exception):  # noqa: N818 (an outcome, no error)
    """Raised in, or yielded by, a check that cannot tell; the reason completes "cannot tell: …"."""

    def __init__(self, reason: str, at: Span | None = None) -> None:
        super().__init__(reason)
        if not isinstance(at, Span | None):
            raise TypeError(f"the place of an Inconclusive must be Span or None, and is {at!r}")
        self.reason = str(reason)
        self.at = at


@record(frozen=True, slots=True, kw_only=True)
class Finding:
    """A requirement that a template does not meet, with all that a report needs.

    `api` is the logical id of the API, or `template` where the finding is about none in particular. `worlds` says
    when it holds, one clause per way; empty where it always does. `path` leads to the place from the template's root.
    `effect` is None where the check does not say.
    """

    check: str
    severity: Severity
    api: str
    resource: str | None
    path: str
    span: Span
    message: str
    label: str
    why: str
    fix: str
    docs: str
    worlds: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    effect: Effect | None = None

    @property
    def template(self) -> str:
        """The file that the finding is in: that of a nested stack where it is there."""
        return self.span.file


@record(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Why a check could not tell, and where."""

    reason: str
    span: Span | None
    worlds: tuple[str, ...] = ()


@record(slots=True, kw_only=True)
class Verdict:
    """What one check found on one API, over all worlds.

    `suppressed` pairs each finding that a suppression covers with the reason given for it.
    """

    check: str
    api: str
    span: Span | None
    findings: list[Finding] = field(default_factory=list)
    suppressed: list[tuple[Finding, str]] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """Failed where anything was found, then inconclusive, then suppressed; else passed."""
        if self.findings:
            return Outcome.FAILED
        if self.undecided:
            return Outcome.INCONCLUSIVE
        return Outcome.SUPPRESSED if self.suppressed else Outcome.PASSED

    @property
    def severity(self) -> Severity | None:
        """The worst severity among its findings."""
        return max((finding.severity for finding in self.findings), default=None)
