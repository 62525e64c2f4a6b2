r"""Route selection expressions: what of a message makes the route key.

Rules: API Gateway developer guide, "Create routes for WebSocket APIs" (`$request.body.<JSONPath>`, wrapped in braces or
not, mixed with static text; the key that comes out must equal a route's exactly) and "WebSocket selection expressions"
(`\$` stands for a dollar sign).
"""

from __future__ import annotations

import re

from wsconform.records import record
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Missing
from wsconform.wiring.model import Api

BODY = "request.body"
_BARE = re.compile(r"[\w.*-]+(?:\[[^\[\]]*\][\w.*-]*)*")
_PATH = re.compile(r"(?:\.{1,2}[^.\[\]{}\s'\"]+|\[[^\[\]]+\])+")
_NAME = re.compile(r"[A-Za-z_][\w-]*")


@record(frozen=True, slots=True)
class Variable:
    """A part of the message. `path` is the JSONPath that follows `request.body`."""

    path: str


@record(frozen=True, slots=True)
class Selection:
    """An expression that API Gateway can evaluate: static text and variables side by side."""

    pieces: tuple[str | Variable, ...]

    @property
    def constant(self) -> str | None:
        """The one key that it yields whatever the message holds, if it has no variable."""
        if any(isinstance(piece, Variable) for piece in self.pieces):
            return None
        return "".join(map(str, self.pieces))

    @property
    def yields_any(self) -> bool:
        """Whether there is a message for every key."""
        return bool(self.pieces) and all(isinstance(piece, Variable) for piece in self.pieces)

    def yields(self, key: str) -> bool:
        """Whether some message makes it come to `key`. A variable can be any text; one not found is empty."""
        if self.constant is not None:
            return self.constant == key
        first, *between = self._stretches()
        last = between.pop()
        if not key.startswith(first) or len(key) < len(first) + len(last) or not key.endswith(last):
            return False
        at, end = len(first), len(key) - len(last)
        for stretch in between:
            found = key.find(stretch, at, end)
            if found < 0:
                return False
            at = found + len(stretch)
        return True

    def _stretches(self) -> list[str]:
        """The static text before, between and after the variables."""
        stretches = [""]
        for piece in self.pieces:
            if isinstance(piece, Variable):
                stretches.append("")
            else:
                stretches[-1] += piece
        return stretches


@record(frozen=True, slots=True)
class MalformedSelection:
    """An expression that API Gateway cannot evaluate.

    `problem` completes the sentence "the expression …"; `instead` is the text that was probably meant.
    """

    problem: str
    instead: str


def selection_of(api: Api) -> Selection | MalformedSelection | Missing | Unresolved | None:
    """What the `RouteSelectionExpression` of an API says; None where it is absent, or the API outside."""
    expression = api.text("RouteSelectionExpression")
    if expression is None:
        return None
    missing = api.wiring.missing(expression)
    if missing is not None:
        return Missing(missing)
    if expression.literal is not None:
        return parse_selection(expression.literal)
    reason = f'the RouteSelectionExpression "{expression}" is known only after deployment'
    return expression.unresolved or Unresolved(str(expression), reason)


def parse_selection(expression: str) -> Selection | MalformedSelection:
    """Read a `RouteSelectionExpression`."""
    pieces: list[str | Variable] = []
    at = 0
    while at < len(expression):
        here = expression[at]
        if expression.startswith("\\$", at):
            pieces.append("$")
            at += 2
            continue
        if here != "$":
            pieces.append(here)
            at += 1
            continue
        if expression.startswith("${", at):
            end = expression.find("}", at)
            if end < 0:
                return MalformedSelection('opens "${" and does not close it', f"{expression.rstrip()}}}")
            name, at = expression[at + 2 : end], end + 1
        else:
            found = _BARE.match(expression, at + 1)
            name = found.group() if found else ""
            at += 1 + len(name)
        problem = _problem(name)
        if problem:
            return MalformedSelection(problem, _instead(name, expression))
        pieces.append(Variable(name.removeprefix(BODY)))
    if any(piece in ("{", "}") for piece in pieces) and any(isinstance(piece, Variable) for piece in pieces):
        return MalformedSelection("has a brace that belongs to no variable", _unbraced(expression))
    return Selection(tuple(pieces))


def _problem(name: str) -> str:
    """What is wrong with a variable's name; empty when nothing is."""
    if not name:
        return 'has a "$" that begins no variable'
    if name == BODY:
        return "names no field of the message"
    if not name.startswith((f"{BODY}.", f"{BODY}[")):
        return f'uses "${name}", but all that a message has is "${BODY}"'
    if not _PATH.fullmatch(name.removeprefix(BODY)):
        return f'has "{name.removeprefix(BODY)}" after "{BODY}", which is no JSONPath'
    return ""


def _instead(name: str, expression: str) -> str:
    if name == "default":
        return "\\$default"
    field = next(reversed(_NAME.findall(name or expression)), "")
    return f"${BODY}.{'action' if field in ('', 'body', 'request', 'routeKey') else field}"


def _unbraced(expression: str) -> str:
    inner = re.sub(r"[{}]", "", expression)
    return inner if inner.count("$") == 1 else re.sub(r"\$([\w.*-]+)", r"${\1}", inner)
