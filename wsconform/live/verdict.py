"""What came of a probe, and how its body says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from wsconform.check.finding import Outcome


class Level(StrEnum):
    """How binding a requirement is, in the words of RFC 2119. What only SHOULD be so fails a run if it is strict."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Unmet(Exception):  # noqa: N818 (an outcome, no error)
    """The stage does not do what it must.

    `expected` lists every outcome that would do, `actual` is what came instead; `causes` are the usual ones, likeliest
    first; those of its kind in general where none are given. `met` is the outcome that came, where `actual` are words
    about it. All are phrases without a stop.
    """

    def __init__(
        self, *, expected: tuple[str, ...] | str, actual: object, met: object = None, causes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(str(actual))
        self.expected = (expected,) if isinstance(expected, str) else expected
        self.actual = str(actual)
        self.met = actual if met is None else met
        self.causes = causes


class Undecidable(Exception):  # noqa: N818 (an outcome, no error)
    """The probe cannot tell; the reason completes "cannot tell: …"."""


class Absent(Exception):  # noqa: N818 (an outcome, no error)
    """The stage that was there is not, or says nothing any more to who may connect: `met` is what came instead.

    One probe of a run fails for it; the others are inconclusive, and need not wait again.
    """

    def __init__(self, met: object) -> None:
        super().__init__(f"a client that may connect met this: {met}")
        self.met = met


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeVerdict:
    """What came of one probe. `reason` says why it is inconclusive, or suppressed.

    `met` is what came instead of what was expected, where that is more than words; it is not to be shown as it is.
    `began` is in seconds since the epoch, `seconds` how long it took.
    """

    outcome: Outcome
    expected: tuple[str, ...] = ()
    actual: str = ""
    causes: tuple[str, ...] = ()
    reason: str = ""
    met: object = field(default=None, repr=False)
    transcript: tuple[str, ...] = field(default=())
    began: float = 0.0
    seconds: float = 0.0
