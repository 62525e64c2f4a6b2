"""The scripts on the pages of checks: what is tried on a stage that runs an example, and what comes of it.

CONTRIBUTING.md tells the language. Here it is read; `stage_play` plays it.
"""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_SCENE = re.compile(r"(fails|passes)(?: ([1-9]\d*))?(?: with (\w+=\S+(?: \w+=\S+)*))?:")
_STATUS = re.compile(r"open|[1-5]\d\d")
NOTHING = "nothing"


class ScriptError(Exception):
    """A script that cannot be read; the message quotes the line."""


@dataclass(frozen=True, slots=True)
class Start:
    """`start -> ready`, `start -> refused`: whether the stage starts. Without it, it must."""

    refused: bool


@dataclass(frozen=True, slots=True)
class Connect:
    """`connect to API/STAGE signed HEADER=VALUE ?NAME=VALUE -> open`, or a status instead of `open`.

    All but the outcome may be left out. `status` is None for a connection that opens.
    """

    status: int | None
    api: str = ""
    stage: str = ""
    signed: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """`send TEXT`: send a message over the connection that was opened last."""

    text: str


@dataclass(frozen=True, slots=True)
class Receive:
    """`receive REPLY`, or `-> REPLY` after `send`: the next message over that connection.

    `reply` is None where nothing may come, a map where the message is JSON that has at least these keys and values, and
    else the whole text.
    """

    reply: str | dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Leave:
    """`leave`: close the connection as a client does."""


@dataclass(frozen=True, slots=True)
class Invoked:
    """`invoked FUNCTION`, `not invoked FUNCTION`: whether it was, since the last connect, message or goodbye."""

    function: str
    was: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """`wait N s`: let so much time pass, by the clock of the stage."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Told:
    """`told TEXT`: the stage says so to people, at its start or of the last connect, message or goodbye."""

    text: str


Step = Start | Connect | Send | Receive | Leave | Invoked | Wait | Told


@dataclass(frozen=True, slots=True)
class Scene:
    """What is tried on one example of a page, `number` counting from 1, or on each of them (None)."""

    heading: str
    number: int | None
    parameters: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    def is_of(self, heading: str, number: int) -> bool:
        """Whether it is to be played on an example, `heading` being "fails" or "passes"."""
        return self.heading == heading and self.number in {None, number}


def read_script(text: str) -> list[Scene]:
    """The scenes of a script. Raises ScriptError."""
    scenes: list[tuple[re.Match[str], list[Step]]] = []
    for line in text.splitlines():
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        scene = _SCENE.fullmatch(line)
        if scene is not None:
            scenes.append((scene, []))
        elif not line.startswith(" ") or not scenes:
            raise ScriptError(f'"{line}" is neither a scene, such as "fails 2:", nor a step within one')
        else:
            scenes[-1][1].extend(_steps(words))
    return [_scene(head, steps) for head, steps in scenes]


def _scene(head: re.Match[str], steps: list[Step]) -> Scene:
    if not steps:
        raise ScriptError(f'nothing is tried in "{head[0]}"')
    given = dict(pair.split("=", 1) for pair in (head[3] or "").split())
    return Scene(head[1], int(head[2]) if head[2] else None, given, tuple(steps))


def _steps(line: str) -> Iterator[Step]:
    verb, _, rest = line.partition(" ")
    rest, _, outcome = _parted(rest)
    match verb, rest, outcome:
        case "start", "", "ready" | "refused":
            yield Start(outcome == "refused")
        case "connect", _, status if _STATUS.fullmatch(status):
            yield _connect(rest, None if status == "open" else int(status), line)
        case "send", text, _ if text:
            yield Send(text)
            if outcome:
                yield Receive(_reply(outcome))
        case _, _, "":
            yield _observation(verb, rest, line)
        case _:
            raise ScriptError(f'"{line}" is no step')


def _observation(verb: str, rest: str, line: str) -> Step:
    """A step that has no outcome of its own."""
    match verb, rest.split():
        case "receive", [_, *_]:
            return Receive(_reply(rest))
        case "leave", []:
            return Leave()
        case "invoked", [function]:
            return Invoked(function, was=True)
        case "not", ["invoked", function]:
            return Invoked(function, was=False)
        case "told", [_, *_]:
            return Told(rest)
        case "wait", [seconds, "s"] if seconds.isdecimal():
            return Wait(float(seconds))
        case _:
            raise ScriptError(f'"{line}" is no step')


def _parted(text: str) -> tuple[str, str, str]:
    """What is done, and what comes of it; a message may have an arrow in it too."""
    before, arrow, after = f" {text}".rpartition(" -> ")
    return (before.strip(), arrow, after.strip()) if arrow else (text.strip(), "", "")


def _connect(text: str, status: int | None, line: str) -> Connect:
    headers, query = [], []
    api = stage = ""
    signed = False
    words = iter(shlex.split(text))
    for word in words:
        name, is_pair, value = word.partition("=")
        if word == "to":
            api, _, stage = next(words, "").partition("/")
        elif word == "signed":
            signed = True
        elif not is_pair:
            raise ScriptError(f'"{word}" in "{line}" is neither a header nor a query parameter')
        elif name.startswith("?"):
            query.append((name[1:], value))
        else:
            headers.append((name, value))
    return Connect(status, api, stage, signed, tuple(headers), tuple(query))


def _reply(text: str) -> str | dict[str, Any] | None:
    if text == NOTHING:
        return None
    if not text.startswith("{"):
        return text
    reply: dict[str, Any] = json.loads(text)
    return reply
