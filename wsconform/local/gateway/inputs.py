"""What the shell tells the gateway."""

from __future__ import annotations

from dataclasses import field

from wsconform.records import record

UNSIGNED = "the request is not signed"
"""The fault of a request without signature; one with a bad signature has another."""


@record(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose signature a request carries. `fault` says why the signature does not count; `arn` is set where it does.

    An unsigned request has a Caller with a fault too.
    """

    arn: str = ""
    fault: str = ""


@record(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A well-formed WebSocket upgrade request (RFC 6455, section 4.1), or what of it the rules need.

    `path` is without the query string; `headers` and `query` keep order, case and repetition; `port` is that on which
    it came in, and `secure` whether over TLS. `caller` is worked out for every request, signed or not.
    """

    path: str
    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...] = ()
    source_ip: str
    port: int
    secure: bool
    caller: Caller = field(default_factory=lambda: Caller(fault=UNSIGNED))
    target_length: int = 0


@record(frozen=True, slots=True, kw_only=True)
class ManagementCall:
    """A request on `/<stage>/@connections/<id>` or near it. `path` is decoded; `token` tells calls apart."""

    token: object
    method: str
    path: str
    body: bytes
    caller: Caller
