"""What the local stage takes for granted where AWS's public sources are silent or disagree.

Each is a setting. `--assume J13=yes` on the command line, or its name in place of the id, changes one.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args, get_type_hints

_YES = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_LEAST_STATUS, _MOST_STATUS = 300, 599
_MAY_LET_IN = frozenset({"connect_without_response", "disabled_endpoint"})


class AssumptionError(ValueError):
    """An assumption that does not exist, or a value that it cannot have; the message says what there is."""


def _assumption(key: str, default: Any, question: str, why: str) -> Any:  # noqa: ANN401, as `dataclasses.field`
    return field(default=default, metadata={"key": key, "question": question, "why": why})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Every assumption, with the value that shows a fault early where there is a choice.

    Statuses are those of a refused upgrade.
    """

    refusal_body: Literal["ids", "message", "none"] = _assumption(
        "J1",
        "ids",
        "what the body of a refused upgrade holds",
        "error frames hold a message and both ids; REST and HTTP APIs the message alone",
    )
    path_after_stage: int = _assumption(
        "J2", 403, "the status of a path that goes on after the stage", "the path of a WebSocket API is fixed"
    )
    unknown_stage: int = _assumption(
        "J3", 403, "the status of a stage that does not exist", "a stage without deployment, and @connections, say 403"
    )
    connect_without_target: bool = _assumption(
        "J4",
        default=True,
        question="a $connect route without Target lets in whom its authorization lets in",
        why="the developer guide calls the integration of $connect optional",
    )
    message_without_target: Literal["error", "silence"] = _assumption(
        "J5", "error", "what a message gets whose route has no Target", "it fails as an integration does that fails"
    )
    header_sources_ignore_case: bool = _assumption(
        "J6",
        default=True,
        question="identity sources find headers whatever their case",
        why="HTTP header names have none; parameters of the query string do",
    )
    messages_choose_system_routes: bool = _assumption(
        "J7",
        default=False,
        question="a message whose key comes to $connect or $disconnect goes to that route",
        why="both are invoked for what happens to the connection, whatever the selection expression is",
    )
    other_json_to_default: bool = _assumption(
        "J8",
        default=True,
        question="JSON that is no object goes to $default",
        why="so does text that is not JSON; the expression finds nothing in either",
    )
    null_route_value: Literal["empty", "null"] = _assumption(
        "J9", "empty", "what a null comes to in a route key", "a path that is not found comes to the empty string"
    )
    disconnect_after_refusal: bool = _assumption(
        "J10",
        default=False,
        question="$disconnect is invoked after a refused connect",
        why="it is documented to run after a connection is closed, and there was none",
    )
    going_away_reason: str = _assumption(
        "J11",
        "Going away",
        "disconnectReason after ten idle minutes or two hours, with 1001",
        "clients see that code and reason",
    )
    lost_reason: str = _assumption(
        "J12", "", "disconnectReason of a lost connection, with 1006", "RFC 6455 gives it a code and no reason"
    )
    ping_resets_idle: bool = _assumption(
        "J13",
        default=False,
        question="a ping from the client counts as activity",
        why="the guide does not say so; counting it would hide connections that AWS closes",
    )
    context_as_text: bool = _assumption(
        "J14",
        default=True,
        question="numbers and booleans of an authorizer's context are text in events",
        why="the guide documents them as text in $context; a handler should rely on neither",
    )
    latency_as_number: bool = _assumption(
        "J15", default=True, question="integrationLatency is a number (else text), in ms", why="it is one in $context"
    )
    limits_answer: bool = _assumption(
        "J16",
        default=True,
        question="a message that is throttled, or whose integration times out, gets an error frame",
        why="every other failure gets one",
    )
    empty_reply: Literal["nothing", "frame"] = _assumption(
        "J17", "nothing", "what a two-way route sends whose integration gives no body", "there is nothing to send"
    )
    posts_over_a_frame: bool = _assumption(
        "J18",
        default=True,
        question="POST delivers data of more than 32 KB (else 413), up to 128 KB",
        why="the API's model allows 128 KB, a footnote of the quotas speaks of 32 KB frames",
    )
    plain_get: int = _assumption(
        "J19", 426, "the status of a GET that is no upgrade", "426 Upgrade Required is HTTP's own answer"
    )
    connect_without_response: int = _assumption(
        "J20",
        500,
        "the status of $connect where a non-proxy integration has no integration response; below 300 lets in",
        "the guide demands at least one integration response",
    )
    permessage_deflate: bool = _assumption(
        "J21", default=False, question="compression is negotiated", why="nothing says that API Gateway compresses"
    )
    validate_proxies: bool = _assumption(
        "J22",
        default=True,
        question="models are looked at where the integration is a proxy",
        why="the guide's page on validation says so, that on selection expressions does not",
    )
    bytes_as_binary: bool = _assumption(
        "J23",
        default=True,
        question="POST of bytes that are not UTF-8 arrives as a binary message (else with U+FFFD as text)",
        why="a text message has to be UTF-8",
    )
    long_url: int = _assumption(
        "J24", 414, "the status of a URL of more than 4096 characters", "414 URI Too Long is HTTP's own answer"
    )
    disabled_endpoint: int = _assumption(
        "J25",
        403,
        "the status of an API whose DisableExecuteApiEndpoint is set; below 300 lets in, as by its custom domain",
        "a stage without deployment, and @connections, say 403",
    )

    def with_(self, settings: Iterable[str]) -> Assumptions:
        """These with `settings` of the form `J13=yes` or `ping_resets_idle=yes`; an AssumptionError if that fails."""
        changes: dict[str, Any] = {}
        for setting in settings:
            key, equals, written = setting.partition("=")
            name = _named(key.strip())
            if not equals:
                raise AssumptionError(f'assumption "{setting}" has no value: write {key.strip()}=…, {_choice(name)}')
            changes[name] = _read(key.strip(), name, written.strip())
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people are told of an assumption. `choice` says which values it can have."""

    key: str
    name: str
    question: str
    why: str
    default: object
    choice: str


def _named(key: str) -> str:
    fields = {one.name: one.name for one in dataclasses.fields(Assumptions)}
    fields |= {str(one.metadata["key"]).lower(): one.name for one in dataclasses.fields(Assumptions)}
    if key.lower() in fields:
        return fields[key.lower()]
    near = difflib.get_close_matches(key.lower(), list(fields), 1)
    hint = (
        f', did you mean "{_spelt(near[0])}"?' if near else f", they are J1 to J{len(dataclasses.fields(Assumptions))}"
    )
    raise AssumptionError(f'there is no assumption "{key}"{hint}')


def _spelt(key: str) -> str:
    return key.upper() if key[1:].isdigit() else key


def _choice(name: str) -> str:
    kind = _KINDS[name]
    if kind is bool:
        return "yes or no"
    if kind is int:
        return "an HTTP status"
    return "any text" if kind is str else " or ".join(get_args(kind))


def _read(key: str, name: str, written: str) -> object:
    kind = _KINDS[name]
    if kind is bool and written.lower() in _YES:
        return _YES[written.lower()]
    if kind is int and written.isascii() and written.isdigit():
        least = 200 if name in _MAY_LET_IN else _LEAST_STATUS
        if least <= int(written[:4]) <= _MOST_STATUS:
            return int(written)
    if kind is str or written in get_args(kind):
        return written
    raise AssumptionError(f'assumption {key} cannot be "{written}", but {_choice(name)}')


_KINDS: Mapping[str, Any] = MappingProxyType(get_type_hints(Assumptions))

ASSUMPTIONS: tuple[About, ...] = tuple(
    About(
        key=one.metadata["key"],
        name=one.name,
        question=one.metadata["question"],
        why=one.metadata["why"],
        default=one.default,
        choice=_choice(one.name),
    )
    for one in dataclasses.fields(Assumptions)
)
"""All of them, in order."""
