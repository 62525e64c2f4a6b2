"""What an integration of each type calls.

Source: AWS CloudFormation template reference, `AWS::ApiGatewayV2::Integration` (IntegrationType, IntegrationUri).
"""

from wsconform.wiring.model import Integration
from wsconform.wiring.uris import FunctionUri, HttpUri, ServiceUri

CALLED = {
    "AWS_PROXY": ("a Lambda function", (FunctionUri,)),
    "AWS": ("an AWS service", (FunctionUri, ServiceUri)),
    "HTTP": ("an HTTP URL", (HttpUri,)),
    "HTTP_PROXY": ("an HTTP URL", (HttpUri,)),
}
"""By type: what it calls, and the kinds of URI that say so."""


def is_at_odds(integration: Integration) -> bool:
    """Whether the type and the URI do not fit: either may be wrong, and what hangs on the type cannot be told."""
    uri = integration.uri
    if integration.type == "MOCK":
        return isinstance(uri, FunctionUri | HttpUri | ServiceUri)
    _, fitting = CALLED.get(integration.type or "", ("", ()))
    return uri is None or (isinstance(uri, FunctionUri | HttpUri | ServiceUri) and not isinstance(uri, fitting))
