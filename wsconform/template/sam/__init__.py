"""What only the SAM translator knows of a template: WebSocket APIs, connectors and Globals, expanded in place."""

from __future__ import annotations

from wsconform.template.nodes import Mapping, Scalar, Sequence
from wsconform.template.sam.expansion import (
    FUNCTION,
    TRANSFORM,
    WEBSOCKET_API,
    Expansion,
    Refusal,
    has_macros,
    resources_of,
)

__all__ = ["Expansion", "Refusal", "expand", "has_transform", "needs_translator"]


def has_transform(root: Mapping) -> bool:
    """Whether the template is a SAM template."""
    node = root.get("Transform")
    items = node.items if isinstance(node, Sequence) else (node,)
    return any(isinstance(item, Scalar) and item.value == TRANSFORM for item in items)


def needs_translator(root: Mapping) -> bool:
    """Whether only aws-sam-translator can tell what the template means to a WebSocket API."""
    resources = resources_of(root)
    if not has_transform(root) and not _without_transform(resources):
        return False
    return "Globals" in root.entries or has_macros(resources)


def expand(root: Mapping, parameters: dict[str, str] | None = None) -> Expansion:
    """Expand what only SAM knows, everything at the user's own line. Never raises for what a template holds.

    `parameters` are the values known of the template's parameters, by name; the defaults count where there is none.
    A template of SAM types that lacks the Transform is refused, and read as if it had it.
    """
    resources = resources_of(root)
    section = root.get("Resources")
    key_spans = {name: section.key_span(name) if isinstance(section, Mapping) else root.span for name in resources}
    missing = () if has_transform(root) else _without_transform(resources)
    if not needs_translator(root):
        return Expansion(resources, key_spans=key_spans, refusals=missing)

    from wsconform.template.sam.assembly import assemble

    expansion = assemble(root, key_spans, parameters or {})
    return Expansion(
        expansion.resources,
        expansion.origins,
        expansion.key_spans,
        (*missing, *expansion.refusals),
        expansion.losses,
        expansion.references,
        expansion.required,
    )


def _without_transform(resources: dict[str, Mapping]) -> tuple[Refusal, ...]:
    """The refusal of a template whose first SAM resource is of a type that CloudFormation does not know."""
    for name, node in resources.items():
        kind = node.get("Type")
        if isinstance(kind, Scalar) and kind.value in (WEBSOCKET_API, FUNCTION):
            message = f'"{name}" is of the SAM type "{kind.text}", but the template has no "Transform: {TRANSFORM}"'
            return (Refusal(message, name, kind.span),)
    return ()
