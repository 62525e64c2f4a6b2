"""Whose signature a request carries: AWS Signature Version 4 in headers or, presigned, in the query string.

Rules: IAM user guide, "AWS Signature Version 4 for API requests" (canonical request, string to sign, signing key).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, unquote

from wsconform.local.deployed.model import Credentials
from wsconform.local.gateway.inputs import UNSIGNED, Caller
from wsconform.local.sockets.request import Request

SKEW = 300.0
"""How far the time of signing may be from now, in seconds."""
LONGEST = 604_800
"""The most that X-Amz-Expires may be, in seconds."""
SERVICE = "execute-api"
_UNSIGNED = Caller(fault=UNSIGNED)

_ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(rf"{_ALGORITHM}\s+(.*)", re.DOTALL)
_DATE = re.compile(r"\d{8}T\d{6}Z")
_MOST_KEYS = 256


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a request says of its signature."""

    credential: str
    signed_headers: list[str]
    signature: str
    date: str
    token: str
    expires: float | None = None
    """None where the signature is in headers, and valid as long as clocks may differ."""


class _NotSigned(Exception):  # noqa: N818 (it says why)
    """Why a signature does not count."""


class Signatures:
    """Verifies requests against the credentials of one deployment, in one region."""

    def __init__(self, credentials: Iterable[Credentials], region: str) -> None:
        self._known = {one.access_key_id: one for one in credentials}
        self._region = region
        self._keys: dict[tuple[str, str], bytes] = {}

    def caller(self, request: Request, now: float) -> Caller:
        """Who signed; `now` in seconds since the epoch by the real clock, for that is what callers sign by."""
        try:
            claim = _claim(request)
            return _UNSIGNED if claim is None else Caller(arn=self._verified(request, claim, now).arn)
        except _NotSigned as error:
            return Caller(fault=str(error))

    def _verified(self, request: Request, claim: _Claim, now: float) -> Credentials:
        access_key, day, region, service, end = _scope(claim.credential)
        credentials = self._known.get(access_key)
        if credentials is None:
            raise _NotSigned(f'the access key "{access_key}" is none of this stage')
        if (region, service, end) != (self._region, SERVICE, "aws4_request"):
            wanted = f"{self._region}/{SERVICE}/aws4_request"
            raise _NotSigned(f'the signature is for "{region}/{service}/{end}", not for "{wanted}"')
        _require_in_time(claim, day, now)
        if not hmac.compare_digest(claim.token.encode(), credentials.session_token.encode()):
            raise _NotSigned("the session token is missing" if not claim.token else "the session token is another one")
        if "host" not in claim.signed_headers:
            raise _NotSigned("the header host is not signed")
        canonical = _canonical(request, claim)
        scope = f"{day}/{region}/{service}/aws4_request"
        to_sign = f"{_ALGORITHM}\n{claim.date}\n{scope}\n{sha256(canonical.encode('latin-1')).hexdigest()}"
        signature = hmac.digest(self._key(credentials, day), to_sign.encode(), "sha256").hex()
        if not hmac.compare_digest(signature.encode(), claim.signature.encode("latin-1", "replace")):
            raise _NotSigned("the signature is not that of this request: what was signed is not what was sent")
        return credentials

    def _key(self, credentials: Credentials, day: str) -> bytes:
        known = self._keys.get((credentials.access_key_id, day))
        if known is not None:
            return known
        key = f"AWS4{credentials.secret_access_key}".encode()
        for part in (day, self._region, SERVICE, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()
        self._keys[credentials.access_key_id, day] = key
        return key


def _claim(request: Request) -> _Claim | None:
    """What a request says of its signature; None where it has none."""
    given = request.values("authorization")
    if given:
        return _header_claim(request, given)
    if "X-Amz-Signature=" not in request.target:
        return None
    query = dict(_pairs(request.raw_query))
    if query.get("X-Amz-Algorithm") != _ALGORITHM:
        raise _NotSigned(f"X-Amz-Algorithm is not {_ALGORITHM}")
    expires = query.get("X-Amz-Expires", f"{SKEW:.0f}")
    if not (expires.isascii() and expires.isdigit() and 0 < int(expires[:9]) <= LONGEST):
        raise _NotSigned(f'X-Amz-Expires is "{expires}", not a number of seconds up to {LONGEST}')
    return _Claim(
        query.get("X-Amz-Credential", ""),
        query.get("X-Amz-SignedHeaders", "").lower().split(";"),
        query.get("X-Amz-Signature", ""),
        query.get("X-Amz-Date", ""),
        query.get("X-Amz-Security-Token", ""),
        float(expires),
    )


def _header_claim(request: Request, given: list[str]) -> _Claim:
    found = _AUTHORIZATION.fullmatch(given[0].strip())
    if len(given) > 1 or found is None:
        raise _NotSigned(f"the header Authorization holds no {_ALGORITHM}")
    parts = dict(part.strip().partition("=")[::2] for part in found.group(1).split(","))
    if not {"Credential", "SignedHeaders", "Signature"} <= parts.keys():
        raise _NotSigned("the header Authorization must have Credential, SignedHeaders and Signature")
    return _Claim(
        parts["Credential"],
        parts["SignedHeaders"].lower().split(";"),
        parts["Signature"],
        _first(request, "x-amz-date"),
        _first(request, "x-amz-security-token"),
    )


def _scope(credential: str) -> list[str]:
    parts = credential.rsplit("/", 4)
    if len(parts) != 5:  # noqa: PLR2004 (key, day, region, service, end)
        raise _NotSigned(f'the credential "{credential}" is not of the form KEY/DATE/REGION/{SERVICE}/aws4_request')
    return parts


def _require_in_time(claim: _Claim, day: str, now: float) -> None:
    if not _DATE.fullmatch(claim.date):
        raise _NotSigned("X-Amz-Date is missing, or not of the form 20260131T235959Z")
    if not claim.date.startswith(day):
        raise _NotSigned("the day of the credential is not that of X-Amz-Date")
    try:
        signed = _seconds(claim.date)
    except ValueError:
        raise _NotSigned(f'X-Amz-Date "{claim.date}" is no time') from None
    if signed > now + SKEW:
        raise _NotSigned(f"the request was signed {signed - now:.0f} s in the future")
    if now > signed + (SKEW if claim.expires is None else claim.expires):
        raise _NotSigned(f"the signature has expired: it was made {now - signed:.0f} s ago")


@lru_cache(maxsize=64)
def _seconds(date: str) -> float:
    """An X-Amz-Date as seconds since the epoch; all that is signed within a second has the same. Raises ValueError."""
    return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


def _canonical(request: Request, claim: _Claim) -> str:
    body = sha256(request.body).hexdigest()
    stated = _first(request, "x-amz-content-sha256")
    if stated not in ("", body):
        raise _NotSigned("x-amz-content-sha256 is not that of the body")
    lines = []
    for name in claim.signed_headers:
        values = request.values(name)
        if not values:
            raise _NotSigned(f'the header "{name}" is signed, but was not sent')
        lines.append(f"{name}:{','.join(map(_folded, values))}\n")
    path = _canonical_path(request.raw_path)
    query = _canonical_query(request.raw_query) if request.raw_query else ""
    return f"{request.method}\n{path}\n{query}\n{''.join(lines)}\n{';'.join(claim.signed_headers)}\n{body}"


def _folded(value: str) -> str:
    """A header's value without spaces around it, and with one for several."""
    return " ".join(value.split())


@lru_cache(maxsize=1024)
def _canonical_path(raw: str) -> str:
    return quote(_normal(raw), safe="/-_.~", encoding="latin-1")


def _canonical_query(raw: str) -> str:
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in _pairs(raw)
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def _pairs(raw: str) -> list[tuple[str, str]]:
    """The names and values of a query string. A plus is a plus here, not a space."""
    parts = (part.partition("=") for part in raw.split("&") if part)
    return [(unquote(name), unquote(value)) for name, _, value in parts]


def _normal(path: str) -> str:
    """A path without empty, `.` and `..` segments (RFC 3986, section 5.2.4)."""
    if "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    end = "/" if kept and segments[-1] in ("", ".", "..") else ""
    return "/" + "/".join(kept) + end


def _first(request: Request, name: str) -> str:
    return next(iter(request.values(name)), "")
