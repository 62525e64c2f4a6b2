"""The REQUEST authorizer: lets in who shows the one credential that the stack was deployed with."""

import hmac
import os
from typing import Any

HEADER = "x-some-header-to-auth-from"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer a connect request with an IAM policy that allows or denies exactly this request."""
    effect = "Allow" if _shows_credential(event.get("headers") or {}) else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "client", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def _shows_credential(headers: dict[str, str]) -> bool:
    shown = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    expected = os.environ.get("CREDENTIAL", "")
    # Compared as bytes, since compare_digest takes no text beyond ASCII, and in the same time wherever they differ.
    return expected != "" and hmac.compare_digest(shown.encode(), expected.encode())
