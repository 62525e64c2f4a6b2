"""Integration responses: what a non-proxy integration's answer becomes.

Rules: API Gateway developer guide, "Set up WebSocket API integration responses": a response's key is `$default` or a
`/regex/`, on the status of HTTP and MOCK and on the `errorMessage` of a Lambda function.
"""

from __future__ import annotations

import base64
import binascii
import re

from wsconform.local.deployed.model import DeployedIntegration, IntegrationResponse
from wsconform.local.gateway.integration.conclusion import Conclusion, failed
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.expressions import Lookup, evaluate, header, in_json, shared
from wsconform.local.gateway.integration.mapping import MappingError, mapped
from wsconform.local.gateway.integration.proxy_result import text_or_bytes
from wsconform.local.gateway.integration.request import DEFAULT
from wsconform.local.outcome import Fetched

_OK = 200
_LEAST_REFUSAL = 300


def concluded(
    integration: DeployedIntegration,
    answer: Fetched,
    context: MessageContext,
    *,
    selector: str,
    without_response: int,
) -> Conclusion:
    """Conclude by the integration response that `selector` chooses: a status, or an error message, empty for none.

    A handshake is answered with the integration's status where a `/regex/` chose it, and with 200 where `$default` did:
    so a server's 400 connects all the same until a response is made for it. `without_response` is the status where
    none is chosen.
    """
    chosen = _chosen(integration, selector)
    if chosen is None and without_response < _LEAST_REFUSAL:
        return Conclusion(status=without_response)
    if chosen is None:
        there = ", ".join(f'"{response.key}"' for response in integration.responses)
        reason = (
            f'no IntegrationResponse is for "{selector}" (there are {there})' if there else "no IntegrationResponse"
        )
        return failed(without_response, "Internal server error", f'"{integration.label}": {reason}')
    status = _OK if chosen.key == DEFAULT else answer.status
    body = _body(chosen, answer, context)
    if isinstance(body, Conclusion):
        return body
    return Conclusion(status=status, body=body, headers=answer.headers)


def _chosen(integration: DeployedIntegration, selector: str) -> IntegrationResponse | None:
    for response in integration.responses:
        if response.key != DEFAULT and selector and _matches(response.key, selector):
            return response
    return next((response for response in integration.responses if response.key == DEFAULT), None)


def _matches(key: str, selector: str) -> bool:
    if not (key.startswith("/") and key.endswith("/")):
        return False
    try:
        return re.fullmatch(key[1:-1], selector, re.DOTALL) is not None
    except (re.error, RecursionError):
        return False


def _body(response: IntegrationResponse, answer: Fetched, context: MessageContext) -> str | bytes | Conclusion:
    handling = response.content_handling
    text = base64.b64encode(answer.body).decode() if handling == "CONVERT_TO_TEXT" else _text(answer.body)
    if response.templates:
        key = evaluate(response.template_selection or DEFAULT, _of_response(answer, context))
        template = response.templates.get(key, response.templates.get(DEFAULT))
        if template is not None:
            try:
                text = mapped(template, text, context)
            except MappingError as fault:
                return failed(
                    500, "Internal server error", f'the response template "{key}" cannot be rendered: {fault}'
                )
    elif handling is None:
        return text_or_bytes(answer.body)
    if handling != "CONVERT_TO_BINARY":
        return text
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        reason = 'ContentHandlingStrategy is "CONVERT_TO_BINARY", and the response is not Base64'
        return failed(500, "Internal server error", reason)


def _text(body: bytes) -> str:
    return body.decode(errors="replace")


def _of_response(answer: Fetched, context: MessageContext) -> Lookup:
    """`integration.response.statuscode`, `….header.…` and `….body…`, and what requests know as well."""

    def lookup(name: str) -> str | None:
        if not name.startswith("integration.response."):
            return shared(name, context)
        kind, _, rest = name.removeprefix("integration.response.").partition(".")
        if kind == "statuscode":
            return str(answer.status)
        if kind == "header":
            return header(answer.headers, rest)
        return in_json(f".{rest}" if rest else "", _text(answer.body)) if kind == "body" else None

    return lookup
