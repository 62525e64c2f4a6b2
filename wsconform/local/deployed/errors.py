"""Why a template cannot be deployed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wsconform.check.examine import Examination


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that CloudFormation or API Gateway would refuse, or that the local stage cannot know.

    `message` is lower-case without a stop; `place` is `file:line:col`, empty for none; `fix` says what to do. `check`
    is the check that found it, empty for none.
    """

    message: str
    place: str = ""
    fix: str = ""
    check: str = ""

    def __str__(self) -> str:
        return (f"{self.place}: " if self.place else "") + self.message + (f"; {self.fix}" if self.fix else "")


class DeployError(Exception):
    """A template that cannot be deployed, with all that stands in the way, one problem a line.

    `refused` has those of the problems that checks found, in the form in which findings are reported.
    """

    def __init__(self, problems: Iterable[Problem], refused: Examination | None = None) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        self.refused = refused
        super().__init__("\n".join(dict.fromkeys(map(str, self.problems))))
