"""Why a template cannot be deployed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that CloudFormation or API Gateway would refuse, or that the local stage cannot know.

    `message` is lower-case without a stop; `place` is `file:line:col`, empty for none; `fix` says what to do.
    """

    message: str
    place: str = ""
    fix: str = ""

    def __str__(self) -> str:
        return (f"{self.place}: " if self.place else "") + self.message + (f"; {self.fix}" if self.fix else "")


class DeployError(Exception):
    """A template that cannot be deployed, with all that stands in the way, one problem a line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(dict.fromkeys(map(str, problems))))
        self.problems = tuple(dict.fromkeys(problems))
