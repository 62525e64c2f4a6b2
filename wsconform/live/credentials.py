"""AWS credentials: those that the AWS SDK finds, and what is signed with them at the handshake.

Sources: API Gateway developer guide, "Control access to WebSocket APIs with AWS_IAM authorization"; IAM user guide,
"AWS Signature Version 4 for API requests".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from wsconform.live.secret import Secret

_SERVICE = "execute-api"
SIGNATURE = r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{64}(?![0-9A-Fa-f])"
"""What a signature looks like, wherever it is given back: each connection has another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An access key; `session_token` is empty for one of long standing."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs upgrade requests for one region, with AWS Signature Version 4."""

    credentials: Credentials
    region: str

    def headers(self, url: str) -> dict[str, str]:
        """What makes of a request for a `ws://` or `wss://` URL a signed one. Nobody is to see it."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials as BotoCredentials

        mine = self.credentials
        request = AWSRequest("GET", url.replace("ws", "http", 1))
        signing = BotoCredentials(mine.access_key_id, mine.secret_access_key, mine.session_token or None)
        SigV4Auth(signing, _SERVICE, self.region).add_auth(request)
        return dict(request.headers.items())

    def spoilt(self) -> Signer:
        """One that signs as the same caller, with a wrong key."""
        return replace(self, credentials=replace(self.credentials, secret_access_key=secrets.token_urlsafe(30)))

    def unknown(self) -> Signer:
        """One that signs as nobody."""
        nobody = Credentials(access_key_id=f"AKIA{secrets.token_hex(8).upper()}", secret_access_key=secrets.token_hex())
        return replace(self, credentials=nobody)

    @property
    def hidden(self) -> tuple[Secret, ...]:
        """What must not be shown, besides signatures."""
        mine = self.credentials
        values = (mine.access_key_id, mine.secret_access_key, mine.session_token)
        return tuple(Secret(value, "AWS credentials") for value in values if value)


@lru_cache(maxsize=1)
def session() -> Any:  # noqa: ANN401 (boto3 makes its classes at run time)
    """The SDK's session, whose chain finds credentials. Raises BotoCoreError for a profile that is not there."""
    import boto3

    return boto3.session.Session()


def found() -> Credentials | None:
    """What the SDK's chain finds; a profile that cannot be read has none."""
    from botocore.exceptions import BotoCoreError

    try:
        chained = session().get_credentials()
        if chained is None:
            return None
        frozen = chained.get_frozen_credentials()
    except BotoCoreError:
        return None
    if not (frozen.access_key and frozen.secret_key):
        return None
    return Credentials(
        access_key_id=frozen.access_key, secret_access_key=frozen.secret_key, session_token=frozen.token or ""
    )


def usual_region() -> str | None:
    """The region that the SDK is set to."""
    from botocore.exceptions import BotoCoreError

    try:
        region: str | None = session().region_name
    except BotoCoreError:
        return None
    return region
