"""Identity sources: where in the upgrade request an authorizer looks for who is calling.

Rules: the refusal that API Gateway answers to any other form, quoted in https://github.com/aws/aws-cdk/issues/18307;
API Gateway developer guide, "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers".
"""

from __future__ import annotations

import re

from wsconform.records import record
from wsconform.template.values import Text, Unresolved, split, text

FORMS = ("route.request.header.<name>", "route.request.querystring.<name>", "stageVariables.<name>", "context.<name>")
_HEAD = re.compile(r"(route\.request\.header|route\.request\.querystring|stageVariables|context)\.(.*)", re.DOTALL)
_NAME = re.compile(r"[a-zA-Z0-9._-]*")
_STARTS = ("route.request.header.", "route.request.querystring.", "stageVariables.", "context.")
# Compiled where they are needed, which is for a source that is wrong.
_OTHER_APIS = (
    r"[$.]*(?:route\.|method\.|integration\.|event\.)?request\.(?:multi_?value)?"
    r"(headers?|quer(?:y|ies)?(?:_?strings?)?(?:_?parameters?)?|params?)\.([\w.-]+)"
)
_OTHER_VALUES = r"[$.]*(stage_?variables?|context)\.([\w.-]+)"
_HEADER_NAME = r"[A-Za-z][A-Za-z0-9-]*"

ALWAYS_SENT = frozenset(
    {
        "connection",
        "host",
        "sec-websocket-key",
        "sec-websocket-version",
        "upgrade",
        "x-amzn-trace-id",
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
    }
)
"""Headers that every upgrade request has: RFC 6455 asks for them, or API Gateway adds them."""
SENT_BY_HABIT = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "content-length",
        "pragma",
        "sec-websocket-extensions",
        "user-agent",
    }
)
"""Headers that client software sends by itself, whoever uses it."""


@record(frozen=True, slots=True)
class IdentitySource:
    """A source of the right form. `kind` is `header`, `querystring`, `stageVariables` or `context`."""

    kind: str
    name: Text

    @property
    def tells_nobody_apart(self) -> str:
        """Why it is there whoever calls; empty where only some callers have it, or where that cannot be told."""
        if self.kind == "stageVariables":
            return "a stage variable is the same for every client"
        name = (self.name.literal or "").lower()
        if self.kind == "context":
            told_by = name.startswith("identity.") and name != "identity.useragent"
            return "" if told_by or not name else "API Gateway sets it for every client"
        if self.kind == "header" and name in ALWAYS_SENT:
            return "every client sends it"
        if self.kind == "header" and name in SENT_BY_HABIT:
            return "client software sends it by itself"
        return ""


@record(frozen=True, slots=True)
class MalformedSource:
    """A source that API Gateway refuses. `instead` is what was probably meant, empty where nothing suggests itself."""

    instead: str = ""


def read_source(value: Text) -> IdentitySource | MalformedSource | Unresolved:
    """Read one identity source. What is unknown in a name that begins well is taken to fit."""
    head = value.parts[0] if value.parts else ""
    if isinstance(head, Unresolved):
        return head
    found = _HEAD.fullmatch(head) if isinstance(head, str) else None
    if found is None:
        begun = isinstance(head, str) and any(start.startswith(head) for start in _STARTS)
        return value.unresolved if begun and value.unresolved else MalformedSource(_instead(value))
    name = text([found.group(2), *value.parts[1:]], value.span)
    if not name.parts or not all(_NAME.fullmatch(part) for part in name.parts if isinstance(part, str)):
        return MalformedSource(_instead(value))
    return IdentitySource(found.group(1).rpartition(".")[2], name)


def in_one(value: Text) -> list[Text]:
    """The sources that stand in one text with commas between them, as REST APIs have it."""
    return [_stripped(piece) for piece in split(value, ",")]


def _stripped(value: Text) -> Text:
    parts = list(value.parts)
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return text(parts, value.span)


def _instead(value: Text) -> str:
    """The well-formed source that `value` was probably meant to be."""
    written = str(value).strip().strip("'\"")
    request = re.fullmatch(_OTHER_APIS, written, re.IGNORECASE)
    if request:
        kind = "header" if request.group(1).lower().startswith("header") else "querystring"
        return f"route.request.{kind}.{request.group(2)}"
    other = re.fullmatch(_OTHER_VALUES, written, re.IGNORECASE)
    if other:
        return f"{'context' if other.group(1).lower() == 'context' else 'stageVariables'}.{other.group(2)}"
    if re.fullmatch(_HEADER_NAME, written):
        return f"route.request.header.{written}"
    return ""
