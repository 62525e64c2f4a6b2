"""`@connections` from outside: what of a connection the stage's owner can see and do.

Source: API Gateway developer guide, "Use @connections commands in your backend service".
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from wsconform.live.connection import words
from wsconform.live.credentials import Credentials, session
from wsconform.live.wire import Endpoint, TooMuchError, Wire, open_wire

Method = Literal["GET", "POST", "DELETE"]
_OPERATIONS = {"GET": "get_connection", "POST": "post_to_connection", "DELETE": "delete_connection"}
_TIMEOUT = 10.0
_MOST_OF_LINE = 4_096
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})\b")


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
    credentials: Credentials | None = None
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


@lru_cache(maxsize=16)
def _client_of(management: Management) -> Any:  # noqa: ANN401
    """The client for a stage, made once, since making one takes longer than a call."""
    from botocore.config import Config

    given = management.credentials
    with _making:
        return session().client(
            "apigatewaymanagementapi",
            endpoint_url=management.url,
            region_name=management.region,
            aws_access_key_id=given.access_key_id if given is not None else None,
            aws_secret_access_key=given.secret_access_key if given is not None else None,
            aws_session_token=(given.session_token or None) if given is not None else None,
            verify=str(management.ca_file) if management.ca_file is not None else None,
            config=Config(connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT, retries={"total_max_attempts": 1}),
        )


def unsigned(endpoint: Endpoint, connection_id: str, method: Method, within: float = _TIMEOUT) -> Managed:
    """A management call without a signature, which anybody can make. What comes of it is returned, never raised."""
    parts = urlsplit(endpoint.url)
    path = f"{parts.path.rstrip('/')}/@connections/{quote(connection_id, safe='')}"
    body = "{}" if method == "POST" else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    try:
        status = _STATUS_LINE.match(_first_line(endpoint, f"{head}\r\n{body}".encode(), within))
    except TimeoutError:
        return Managed(None, f"nothing within {within:g} s")
    except TooMuchError:
        return Managed(None, "more came than a client takes")
    except OSError as error:
        return Managed(None, words(error))
    return Managed(int(status[1])) if status is not None else Managed(None, "what came is no HTTP")


def _first_line(endpoint: Endpoint, request: bytes, within: float) -> bytes:
    """What a request is answered with, up to the end of a line at least. Raises what `open_wire` and a wire do."""
    wire = open_wire(endpoint, within, Wire)
    line = b""
    try:
        wire.sendall(request)
        while b"\n" not in line and (data := wire.recv(_MOST_OF_LINE)):
            line += data
    finally:
        wire.close()
    return line
