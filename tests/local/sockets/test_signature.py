"""Signatures as botocore makes them are accepted; whatever is altered afterwards is not."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from wsconform.local.deployed.account import new_credentials
from wsconform.local.sockets.request import Request
from wsconform.local.sockets.signature import LONGEST, SKEW, Signatures

MINE = new_credentials("arn:aws:sts::123456789012:assumed-role/mine/me")
OTHER = new_credentials("arn:aws:sts::123456789012:assumed-role/other/me")
REGION = "eu-central-1"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
HOST = "127.0.0.1:8443"
SIGNATURES = Signatures([MINE, OTHER], REGION)

ids = st.text("abcXYZ019-_", min_size=1, max_size=14).map(lambda text: text + "=")
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
headers = st.dictionaries(
    st.from_regex(r"x-[a-z]{1,8}", fullmatch=True).filter(lambda name: name != "x-amzn"),
    st.text("abc ,;=\t", max_size=12),
    max_size=3,
)
queries = st.dictionaries(texts.filter(bool), texts, max_size=4)


def sent(method: str, url: str, body: bytes, signed: AWSRequest) -> Request:
    """The request as it arrives."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    given_headers = [(name, str(value)) for name, value in signed.headers.items()]
    return Request(method=method, target=target, headers=[("Host", HOST), *given_headers], body=body)


def by_header(  # noqa: PLR0913 (what can be signed)
    method: str = "POST",
    url: str = f"https://{HOST}/v1/%40connections/abc%3D",
    body: bytes = b"hello",
    extra: dict[str, str] | None = None,
    *,
    credentials: BotoCredentials | None = None,
    at: datetime = NOW,
    region: str = REGION,
    service: str = "execute-api",
) -> Request:
    request = AWSRequest(method=method, url=url, data=body, headers=dict(extra or {}))
    with patch("botocore.auth.get_current_datetime", lambda remove_tzinfo=True: at.replace(tzinfo=None)):  # noqa: ARG005
        SigV4Auth(credentials or boto(), service, region).add_auth(request)
    return sent(method, url, body, request)


def by_query(url: str = f"https://{HOST}/v1", *, at: datetime = NOW, expires: int = 300) -> Request:
    request = AWSRequest(method="GET", url=url)
    with patch("botocore.auth.get_current_datetime", lambda remove_tzinfo=True: at.replace(tzinfo=None)):  # noqa: ARG005
        SigV4QueryAuth(boto(), "execute-api", REGION, expires=expires).add_auth(request)
    return sent("GET", request.url, b"", AWSRequest(headers={}))


def boto(token: str | None = MINE.session_token, secret: str = MINE.secret_access_key) -> BotoCredentials:
    return BotoCredentials(MINE.access_key_id, secret, token)


def fault(request: Request, now: datetime = NOW) -> str:
    caller = SIGNATURES.caller(request, now.timestamp())
    assert bool(caller.arn) is not bool(caller.fault)
    return caller.fault


@given(stage=st.text("abc1", min_size=1, max_size=5), id_=ids, body=st.binary(max_size=50), extra=headers)
def test_a_request_that_botocore_signed_counts(stage: str, id_: str, body: bytes, extra: dict[str, str]) -> None:
    request = by_header(url=f"https://{HOST}/{stage}/%40connections/{quote(id_, safe='')}", body=body, extra=extra)

    assert SIGNATURES.caller(request, NOW.timestamp()).arn == MINE.arn


@given(query=queries)
def test_so_does_one_with_a_query(query: dict[str, str]) -> None:
    encoded = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())

    assert fault(by_header("GET", f"https://{HOST}/v1?{encoded}", b"")) == ""


@given(query=queries, expires=st.integers(1, 3600))
def test_a_presigned_url_counts_while_it_lasts(query: dict[str, str], expires: int) -> None:
    encoded = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
    request = by_query(f"https://{HOST}/v1?{encoded}" if encoded else f"https://{HOST}/v1", expires=expires)

    assert fault(request) == ""
    assert fault(request, NOW + timedelta(seconds=expires)) == ""
    assert "has expired" in fault(request, NOW + timedelta(seconds=expires + 1))


@given(at=st.integers(0, 4), byte=st.integers(1, 255))
def test_an_altered_body_does_not(at: int, byte: int) -> None:
    request = by_header()
    request.body = bytes(one ^ byte if index == at else one for index, one in enumerate(request.body))

    assert "what was signed is not what was sent" in fault(request)


@pytest.mark.parametrize(
    "target", ["/v1/%40connections/abd%3D", "/v2/%40connections/abc%3D", "/v1/%40connections/abc%3D?a=b", "/"]
)
def test_an_altered_path_does_not(target: str) -> None:
    request = by_header()
    request.target = target

    assert "what was signed is not what was sent" in fault(request)


def test_an_altered_method_or_header_does_not() -> None:
    request = by_header(extra={"x-colour": "red"})
    assert fault(request) == ""

    request.method = "DELETE"
    assert fault(request)

    request.method = "POST"
    request.headers = [(name, "blue" if name == "x-colour" else value) for name, value in request.headers]
    assert fault(request)

    request.headers = [(name, value) for name, value in request.headers if name != "x-colour"]
    assert fault(request) == 'the header "x-colour" is signed, but was not sent'


@given(late=st.floats(-SKEW, SKEW))
def test_clocks_may_differ_by_five_minutes(late: float) -> None:
    assert fault(by_header(), NOW + timedelta(seconds=late)) == ""


@pytest.mark.parametrize("minutes", [15, -15, 5.1, -5.1])
def test_but_not_by_more(minutes: float) -> None:
    said = fault(by_header(), NOW + timedelta(minutes=minutes))

    assert said.startswith("the signature has expired" if minutes > 0 else "the request was signed")


def test_who_signed_is_told_by_the_key() -> None:
    other = BotoCredentials(OTHER.access_key_id, OTHER.secret_access_key, OTHER.session_token)

    assert SIGNATURES.caller(by_header(credentials=other), NOW.timestamp()).arn == OTHER.arn


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (by_header(credentials=BotoCredentials("AKIAUNKNOWN", "secret", "token")), 'key "AKIAUNKNOWN" is none of this'),
        (by_header(credentials=boto(secret="wrong")), "what was signed is not what was sent"),  # noqa: S106
        (by_header(credentials=boto(None)), "the session token is missing"),
        (by_header(credentials=boto(OTHER.session_token)), "the session token is another one"),
        (by_header(region="us-east-1"), f'not for "{REGION}/execute-api/aws4_request"'),
        (by_header(service="lambda"), f'not for "{REGION}/execute-api/aws4_request"'),
        (Request(headers=[("Host", HOST)]), "the request is not signed"),
        (Request(headers=[("Authorization", "Bearer abc")]), "holds no AWS4-HMAC-SHA256"),
        (Request(headers=[("Authorization", "AWS4-HMAC-SHA256 Credential=a")]), "must have Credential, SignedHeaders"),
        (Request(target="/v1?X-Amz-Signature=00"), "X-Amz-Algorithm is not"),
        (by_query(expires=LONGEST + 1), "X-Amz-Expires is"),
    ],
)
def test_what_does_not_count_is_said(request_: Request, said: str) -> None:
    assert said in fault(request_)


def test_a_stated_hash_must_be_that_of_the_body() -> None:
    request = by_header(extra={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})

    assert fault(request) == "x-amz-content-sha256 is not that of the body"


@given(
    authorization=st.text(max_size=80) | st.from_regex(r"AWS4-HMAC-SHA256 [A-Za-z]+=[^,]*(,\s*[A-Za-z]+=[^,]*)*"),
    date=st.text("0123456789TZ", max_size=17),
    target=st.from_regex(r"/[^#]*\?X-Amz-Signature=[^#]*"),
)
def test_no_request_is_too_strange(authorization: str, date: str, target: str) -> None:
    named = Request(headers=[("authorization", authorization), ("x-amz-date", date), ("host", HOST)])
    presigned = Request(target=target, headers=[("host", HOST)])

    assert fault(named)
    assert fault(presigned)
