"""`@connections` from outside: what of a connection the stage's owner can see and do.

Source: API Gateway developer guide, "Use @connections commands in your backend service".
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from wsconform.live.wire import Endpoint

Method = Literal["GET", "POST", "DELETE"]
_OPERATIONS = {"GET": "get_connection", "POST": "post_to_connection", "DELETE": "delete_connection"}
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Managed:
    """How a management call was answered; `status` is None where it was not, which `reason` explains."""

    status: int | None
    reason: str = ""

    def __str__(self) -> str:
        return f"answered with {self.status}" if self.status is not None else f"not answered: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """Signs management calls. The credentials are those of the AWS SDK's chain where none are given."""

    url: str
    region: str
    access_key_id: str | None = field(default=None, repr=False)
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    def call(self, method: Method, connection_id: str, data: bytes = b"") -> Managed:
        """One call. What comes of it is returned, never raised."""
        from botocore.exceptions import BotoCoreError, ClientError

        arguments: dict[str, Any] = {"ConnectionId": connection_id}
        if method == "POST":
            arguments["Data"] = data
        try:
            answer = getattr(_client_of(self), _OPERATIONS[method])(**arguments)
        except ClientError as error:
            return Managed(int(error.response["ResponseMetadata"]["HTTPStatusCode"]))
        except BotoCoreError as error:
            return Managed(None, str(error))
        return Managed(int(answer["ResponseMetadata"]["HTTPStatusCode"]))


_making = threading.Lock()
"""Making clients is not safe in several threads, while using them is."""


@lru_cache(maxsize=1)
def _session() -> Any:  # noqa: ANN401 (boto3 makes its client classes at run time)
    import boto3

    return boto3.session.Session()


@lru_cache(maxsize=16)
def _client_of(management: Management) -> Any:  # noqa: ANN401
    """The client for a stage, made once, since making one takes longer than a call."""
    from botocore.config import Config

    with _making:
        return _session().client(
            "apigatewaymanagementapi",
            endpoint_url=management.url,
            region_name=management.region,
            aws_access_key_id=management.access_key_id,
            aws_secret_access_key=management.secret_access_key,
            aws_session_token=management.session_token,
            verify=str(management.ca_file) if management.ca_file is not None else None,
            config=Config(connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT, retries={"total_max_attempts": 1}),
        )


def unsigned(endpoint: Endpoint, connection_id: str, method: Method = "POST") -> Managed:
    """A management call without a signature, which anybody can make."""
    import http.client

    parts = urlsplit(endpoint.url)
    path = f"{parts.path.rstrip('/')}/@connections/{quote(connection_id, safe='')}"
    connection = (
        http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=_TIMEOUT, context=endpoint.context())
        if endpoint.secure
        else http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=_TIMEOUT)
    )
    try:
        connection.request(method, path, body=b"{}" if method == "POST" else None)
        return Managed(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return Managed(None, str(error) or type(error).__name__)
    finally:
        connection.close()
