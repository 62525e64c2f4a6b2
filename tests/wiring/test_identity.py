"""Identity sources: which are well-formed, what a malformed one was meant to be, and which tell callers apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.nodes import Span
from wsconform.template.values import Attribute, Part, Pseudo, Text, Unresolved, text
from wsconform.wiring.identity import IdentitySource, MalformedSource, in_one, read_source

HERE = Span("template.yaml", 1, 1, 1, 2)
UNKNOWN = Unresolved("Header", 'parameter "Header" has no default')


def made(*parts: Part) -> Text:
    return text(parts, HERE)


def source(written: str) -> IdentitySource:
    found = read_source(made(written))
    assert isinstance(found, IdentitySource), written
    return found


@pytest.mark.parametrize(
    ("written", "kind", "name"),
    [
        ("route.request.header.Auth", "header", "Auth"),
        ("route.request.header.x-some.header_1", "header", "x-some.header_1"),
        ("route.request.querystring.token", "querystring", "token"),
        ("stageVariables.realm", "stageVariables", "realm"),
        ("context.identity.sourceIp", "context", "identity.sourceIp"),
    ],
)
def test_a_well_formed_source_is_read(written: str, kind: str, name: str) -> None:
    assert source(written) == IdentitySource(kind, made(name))


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("method.request.header.Auth", "route.request.header.Auth"),
        ("method.request.querystring.token", "route.request.querystring.token"),
        ("$request.header.Auth", "route.request.header.Auth"),
        ("$request.querystring.token", "route.request.querystring.token"),
        ("$route.request.header.Auth", "route.request.header.Auth"),
        ("request.header.Auth", "route.request.header.Auth"),
        ("route.request.headers.Auth", "route.request.header.Auth"),
        ("Route.Request.Header.Auth", "route.request.header.Auth"),
        ("route.request.queryString.token", "route.request.querystring.token"),
        ("route.request.query.token", "route.request.querystring.token"),
        ("method.request.multivalueheader.Auth", "route.request.header.Auth"),
        ("$context.identity.sourceIp", "context.identity.sourceIp"),
        ("$stageVariables.realm", "stageVariables.realm"),
        ("stage_variables.realm", "stageVariables.realm"),
        ("Authorization", "route.request.header.Authorization"),
        (" route.request.header.Auth", "route.request.header.Auth"),
        ("route.request.header.", ""),
        ("route.request.header.a b", ""),
        ("route.request.header.Auth,", ""),
        ("route.request.body.token", ""),
        ("route.request.path.id", ""),
        ("stageVariables.", ""),
        ("", ""),
    ],
)
def test_a_malformed_source_is_told_with_what_was_meant(written: str, instead: str) -> None:
    assert read_source(made(written)) == MalformedSource(instead)


def test_what_is_unknown_in_a_name_fits() -> None:
    assert isinstance(read_source(made("route.request.header.", UNKNOWN)), IdentitySource)
    assert isinstance(read_source(made("route.request.header.", Pseudo("AWS::StackName"), "-x")), IdentitySource)
    assert isinstance(read_source(made("route.request.header.", UNKNOWN, " x")), MalformedSource)


def test_what_is_unknown_elsewhere_leaves_it_open() -> None:
    assert read_source(made(UNKNOWN)) is UNKNOWN
    assert read_source(made("route.request.", UNKNOWN)) is UNKNOWN
    assert read_source(made("method.request.", UNKNOWN)) == MalformedSource()
    assert read_source(made(Attribute("Api"))) == MalformedSource()


@pytest.mark.parametrize(
    "written",
    [
        "route.request.header.Host",
        "route.request.header.host",
        "route.request.header.Sec-WebSocket-Key",
        "route.request.header.X-Forwarded-For",
        "route.request.header.User-Agent",
        "stageVariables.realm",
        "context.requestId",
        "context.connectionId",
        "context.identity.userAgent",
    ],
)
def test_what_is_always_there_tells_nobody_apart(written: str) -> None:
    assert source(written).tells_nobody_apart


@pytest.mark.parametrize(
    "written",
    [
        "route.request.header.Authorization",
        "route.request.header.Cookie",
        "route.request.header.Origin",
        "route.request.header.Sec-WebSocket-Protocol",
        "route.request.querystring.Host",
        "route.request.querystring.token",
        "context.identity.sourceIp",
    ],
)
def test_what_a_client_brings_along_may_tell_it_apart(written: str) -> None:
    assert not source(written).tells_nobody_apart


def test_an_unknown_name_may_tell_callers_apart() -> None:
    read = read_source(made("route.request.header.", UNKNOWN))
    assert isinstance(read, IdentitySource)
    assert not read.tells_nobody_apart


def test_sources_in_one_text_are_taken_apart() -> None:
    several = in_one(made("route.request.header.a, route.request.header.", UNKNOWN, " ,stageVariables.c"))
    assert several == [
        made("route.request.header.a"),
        made("route.request.header.", UNKNOWN),
        made("stageVariables.c"),
    ]
    assert in_one(made(UNKNOWN)) == [made(UNKNOWN)]
    assert in_one(made("")) == [made("")]


@given(st.text(max_size=30))
def test_any_text_is_read(written: str) -> None:
    read = read_source(made(written))
    if isinstance(read, MalformedSource) and read.instead:
        assert isinstance(read_source(made(read.instead)), IdentitySource)
