import pytest

from wsconform.config.files import ConfigError
from wsconform.live.identity import Identity, Source, read_identity
from wsconform.live.secret import HIDDEN, Secret

TOKEN, ROOM, TWICE = Source("header", "X-Token"), Source("querystring", "room"), Source("querystring", "x-token")


def sent(identity: Identity) -> tuple[dict[str, str], dict[str, str]]:
    headers, query = (
        {name: one.reveal() for name, one in part.items() if isinstance(one, Secret)}
        for part in (identity.headers, identity.query)
    )
    return headers, query


@pytest.mark.parametrize(
    ("name", "headers", "query"),
    [
        ("X-Token", {"X-Token": "v"}, {}),
        ("x-tOKEN", {"X-Token": "v"}, {}),
        ("room", {}, {"room": "v"}),
        ("x-token", {}, {"x-token": "v"}),
        ("header:x-token", {"x-token": "v"}, {}),
        ("query:x-token", {}, {"x-token": "v"}),
        ("cookie", {"cookie": "v"}, {}),
        ("other:name", {"other:name": "v"}, {}),
    ],
)
def test_a_name_is_that_of_a_source(name: str, headers: dict[str, str], query: dict[str, str]) -> None:
    assert sent(read_identity({name: "v"}, (TOKEN, ROOM, TWICE), "--allow")) == (headers, query)


def test_values_are_references(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WS_TOKEN", "from the environment")
    given = {"a": "env:WS_TOKEN", "b": "parameter:Token", "c": "as:it is", "d": ""}
    headers, _ = sent(read_identity(given, (), "--allow", {"Token": "from the template"}))
    assert headers == {"a": "from the environment", "b": "from the template", "c": "as:it is", "d": ""}


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:NOT_SET_ANYWHERE", '--allow: the environment variable "NOT_SET_ANYWHERE" for x is not set'),
        ("env:", '--allow: the environment variable "" for x is not set'),
        ("parameter:Tokn", '--allow: the template has no parameter "Tokn" with a known value, for x'),
        ("token\n", "--allow: the value for x has a line break in it, which no header can have"),
        ("a\r\nb: c", "--allow: the value for x has a line break in it, which no header can have"),
    ],
)
def test_what_leads_nowhere_is_said(reference: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_identity({"x": reference}, (), "--allow", {"Token": "t"})
    assert str(error.value) == said


def test_one_source_may_differ() -> None:
    whole = Identity({TOKEN: Secret("t"), ROOM: Secret("r")})
    assert sent(whole.without(TOKEN)) == ({}, {"room": "r"})
    assert sent(whole.having(TOKEN, Secret(""))) == ({"X-Token": ""}, {"room": "r"})
    assert sent(whole) == ({"X-Token": "t"}, {"room": "r"})
    assert whole
    assert not whole.without(TOKEN).without(ROOM)


def test_values_are_not_shown() -> None:
    identity = read_identity({"x-token": "open sesame"}, (TOKEN,), "--allow", who="allow")
    assert "sesame" not in f"{identity} {identity!r} {identity.headers}"
    assert [str(one) for one in identity.headers.values()] == [f"{HIDDEN} (allow)"]
