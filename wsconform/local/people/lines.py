"""What happens on a stage, a line for each event: for people, or as JSON for other programs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from wsconform.local.happenings import Happening
from wsconform.report.cells import visible
from wsconform.report.style import Role, Style

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "connect": "good",
        "refuse": "error",
        "message": "strong",
        "invoke": "quiet",
        "result": "quiet",
        "push": "second",
        "reply": "second",
        "error": "error",
        "management": "frame",
        "disconnect": "note",
    }
)
_WIDEST_KIND = max(map(len, ROLES))
_ID_WIDTH = 16


def line(happening: Happening, style: Style) -> str:
    """One line: local time, kind, connection, what happened; what AWS would not tell follows on a line of its own."""
    what = happening.what
    at = f"{_local_time(int(happening.at))}.{int(happening.at % 1 * 1000):03}"
    kind = style(ROLES.get(what.kind, "strong"), what.kind.ljust(_WIDEST_KIND))
    connection = style("quiet", (what.connection_id or "-").ljust(_ID_WIDTH))
    said = f"{style('quiet', at)} {kind} {connection} {visible(what.text)}"
    if not what.explanation:
        return said
    indent = " " * (len(at) + _WIDEST_KIND + 3)
    return f"{said}\n{indent}{style('warning', 'why')} {visible(what.explanation)}"


@lru_cache(maxsize=16)
def _local_time(second: int) -> str:
    """Hours, minutes and seconds of a time since the epoch; much happens within each second."""
    return time.strftime("%H:%M:%S", time.localtime(second))


def json_line(happening: Happening) -> str:
    """The same as one object of JSON."""
    what = happening.what
    told: dict[str, object] = {
        "time": datetime.fromtimestamp(happening.at, UTC).isoformat(timespec="milliseconds"),
        "kind": what.kind,
        "api": happening.api,
        "text": what.text,
    }
    optional = {"connectionId": what.connection_id, "route": what.route, "explanation": what.explanation}
    told |= {key: value for key, value in optional.items() if value}
    if what.fields:
        told["fields"] = dict(what.fields)
    return json.dumps(told, default=str, ensure_ascii=False)


def log_line(function: str, text: str, style: Style) -> str:
    """A line that a function logged."""
    return f"{style('quiet', visible(function) + ' |')} {visible(text.rstrip())}"


def json_log_line(function: str, text: str, at: float) -> str:
    """The same as one object of JSON; `at` in seconds since the epoch."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": moment, "kind": "log", "function": function, "text": text.rstrip()}, ensure_ascii=False)
