"""What a non-proxy integration is sent: the message as it is, or what a request template makes of it.

Rules: API Gateway developer guide, "WebSocket API data transformations" and "Integration passthrough behaviors".
"""

from __future__ import annotations

import base64
import binascii

from wsconform.local.deployed.model import DeployedIntegration
from wsconform.local.gateway.integration.conclusion import Conclusion, failed
from wsconform.local.gateway.integration.context import MessageContext
from wsconform.local.gateway.integration.expressions import evaluate, of_request
from wsconform.local.gateway.integration.mapping import MappingError, mapped

DEFAULT = "$default"


def request_body(integration: DeployedIntegration, context: MessageContext) -> str | Conclusion:
    """The request's body, or the conclusion where the integration refuses to send one."""
    key = DEFAULT
    if integration.template_selection is not None:
        key = evaluate(integration.template_selection, of_request(context))
    templates = integration.request_templates
    template = templates.get(key, templates.get(DEFAULT))
    if template is None:
        return _passed_through(integration, context, key)
    try:
        return mapped(template, context.body or "", context)
    except MappingError as fault:
        return failed(500, "Internal server error", f'the request template "{key}" cannot be rendered: {fault}')


def _passed_through(integration: DeployedIntegration, context: MessageContext, key: str) -> str | Conclusion:
    never = integration.passthrough == "NEVER"
    if never or (integration.passthrough == "WHEN_NO_TEMPLATES" and integration.request_templates):
        return failed(
            415,
            "Unsupported Media Type",
            f'no request template is named "{key}", and PassthroughBehavior is "{integration.passthrough}"',
        )
    return context.body or ""


def converted(integration: DeployedIntegration, body: str) -> bytes | Conclusion:
    """The body in bytes: decoded from Base64 where the integration converts to binary."""
    if integration.content_handling != "CONVERT_TO_BINARY":
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        reason = 'ContentHandlingStrategy is "CONVERT_TO_BINARY", and the request is not Base64'
        return failed(500, "Internal server error", reason)
