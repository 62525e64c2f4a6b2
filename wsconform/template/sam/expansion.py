"""What an expansion comes to, and the types that SAM knows."""

from __future__ import annotations

from dataclasses import field

from wsconform.records import record
from wsconform.template.nodes import Mapping, Scalar, Span

TRANSFORM = "AWS::Serverless-2016-10-31"
FUNCTION = "AWS::Serverless::Function"
WEBSOCKET_API = "AWS::Serverless::WebSocketApi"
CONNECTOR = "AWS::Serverless::Connector"


@record(frozen=True, slots=True)
class Refusal:
    """One thing that the SAM transform refuses, or drops without a word.

    `resource` is the user's logical id, None where the template as a whole is refused. `certain` is False where another
    value of a parameter, or a transform that runs first, may still make it right: then nothing is known to be wrong.
    """

    message: str
    resource: str | None
    span: Span
    certain: bool = True


@record(frozen=True, slots=True)
class Expansion:
    """The Resources section of a template, with what SAM makes of it.

    `resources`: the user's own, the same nodes where nothing changed, and what WebSocket APIs and connectors become.
    A resource that SAM refuses stays as it was written; other SAM resources stay under their own type.
    `origins`: the logical id of a generated resource -> that of the user's resource it comes from.
    `key_spans`: where a resource as a whole is declared.
    `refusals`: why SAM would not deploy the template; `losses`: what it drops without a word.
    `references`: forms such as `ChatApi.Stage` -> the logical id that they stand for in `!Ref`.
    `required`: whether the translator was needed.
    """

    resources: dict[str, Mapping]
    origins: dict[str, str] = field(default_factory=dict)
    key_spans: dict[str, Span] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    losses: tuple[Refusal, ...] = ()
    references: dict[str, str] = field(default_factory=dict)
    required: bool = False


def resources_of(root: Mapping) -> dict[str, Mapping]:
    """The Resources section, without what is no map."""
    section = root.get("Resources")
    entries = section.entries if isinstance(section, Mapping) else {}
    return {logical_id: node for logical_id, node in entries.items() if isinstance(node, Mapping)}


def type_of(node: Mapping) -> str:
    """The type of a resource, empty where it has none."""
    kind = node.get("Type")
    return kind.text if isinstance(kind, Scalar) else ""


def has_macros(resources: dict[str, Mapping]) -> bool:
    """Whether any resource becomes others that only the translator can tell."""
    return any(
        type_of(node) in (WEBSOCKET_API, CONNECTOR) or "Connectors" in node.entries for node in resources.values()
    )
