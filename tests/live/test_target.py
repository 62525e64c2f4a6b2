import socket
from dataclasses import replace

import pytest
from building import stack
from other_stage import HEADER
from samples import SAMPLE
from strange_stage import Script, answer, strange_stage

from wsconform.config.files import ConfigError
from wsconform.config.layers import options
from wsconform.config.settings import Settings, merge
from wsconform.live import credentials
from wsconform.live.credentials import Credentials, Signer
from wsconform.live.identity import Source
from wsconform.live.management import Managed, unsigned
from wsconform.live.target import identities, parameters_of, stage_at, url_of
from wsconform.live.wire import Endpoint

AWS = "wss://abcdef1234.execute-api.eu-west-1.amazonaws.com/v1"


def given(**values: object) -> Settings:
    return merge(None, options(values))


def test_a_url_is_that_of_the_only_api_or_of_a_named_one() -> None:
    assert url_of(SAMPLE, [SAMPLE.label], given(url=["wss://one/v1"])) == "wss://one/v1"
    named = given(url=[f"{SAMPLE.label}=wss://mine/v1", "Other=wss://other/v1"])
    assert url_of(SAMPLE, [SAMPLE.label, "Other"], named) == "wss://mine/v1"
    assert url_of(SAMPLE, [SAMPLE.label, "Other"], given(url=["Other=wss://other/v1"])) is None
    assert url_of(SAMPLE, [SAMPLE.label], given()) is None


@pytest.mark.parametrize(
    ("urls", "apis", "said"),
    [
        (["wss://x/v1"], ["A", "B"], "--url: the template has 2 APIs; say which with A=wss://…, B=wss://…"),
        (["MyWebSocketApl=wss://x/v1"], ["MyWebSocketApi"], '--url: there is no API "MyWebSocketApl"; did you mean'),
    ],
)
def test_a_url_of_nothing_is_said(urls: list[str], apis: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said.replace("(", r"\(").replace("?", r"\?")):
        url_of(SAMPLE, apis, given(url=urls))


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        (["https://x"], "--url takes API=URL"),
        (["A=https://x"], "--url must begin with wss:// or ws://"),
        (["=wss://x"], "--url takes API=URL"),
        (["wss://"], "--url must be a URL"),
        (["wss://x:99999"], "--url must be a URL"),
        ("https://x", "--url must begin with wss:// or ws://"),
        ({"A": 1}, "--url must begin with wss:// or ws://, and is 1"),
        (["wss://a b/"], "--url must be a URL"),
        ("", None),
    ],
)
def test_what_is_no_url_is_said(urls: object, said: str | None) -> None:
    if said is None:
        with pytest.raises(ConfigError):
            merge(None, replace(options({}), values={"url": urls}))
        return
    with pytest.raises(ConfigError) as error:
        given(url=urls)
    assert said in str(error.value)


def test_nobody_is_anybody_where_nobody_is_asked() -> None:
    assert identities(SAMPLE, given(), {}) == (None, None)
    allow, deny = identities(replace(SAMPLE, authorization="NONE"), given(), {})
    assert (allow is not None and not allow, deny) == (True, None)


def test_an_identity_of_another_api_is_not_shown_to_this_one() -> None:
    other = replace(SAMPLE, label="Other", sources=(Source("querystring", "Token"),))
    settings = given(allow=[f"{HEADER}=mine", "token=theirs", "x-api-key=both"])
    mine, _ = identities(SAMPLE, settings, {}, [SAMPLE, other])
    theirs, _ = identities(other, settings, {}, [SAMPLE, other])
    assert mine is not None
    assert theirs is not None
    assert sorted(mine.headers) == ["x-api-key", HEADER]
    assert (sorted(theirs.headers), sorted(theirs.query)) == (["x-api-key"], ["Token"])
    assert identities(SAMPLE, given(allow=["token=theirs"]), {}, [other])[0] is None


def test_an_identity_that_is_not_there_is_said_with_its_setting() -> None:
    with pytest.raises(ConfigError, match=r'^--deny: the environment variable "NOT_SET_ANYWHERE" for x is not set$'):
        identities(SAMPLE, given(deny=["x=env:NOT_SET_ANYWHERE"]), {})


def test_parameters_are_those_given_and_defaults() -> None:
    text = "Parameters:\n  A: {Type: String, Default: a}\n  B: {Type: String, Default: b}\n  C: {Type: String}\n"
    of = stack(f"{text}Resources: {{}}\n", given={"B": "given"})
    assert parameters_of(of) == {"A": "a", "B": "given"}


@pytest.fixture
def without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """An AWS SDK's chain that leads nowhere, without asking the network."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "nowhere")
    credentials.session.cache_clear()  # what it has found is kept for a process


@pytest.mark.usefixtures("without_credentials")
def test_connections_are_managed_where_there_are_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stage_at(AWS, SAMPLE, None, None).management is None
    credentials.session.cache_clear()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    stage = stage_at(f"{AWS}/", SAMPLE, None, None)
    assert stage.endpoint.url == AWS
    assert stage.management is not None
    assert (stage.management.url, stage.management.region) == (AWS.replace("wss", "https"), "eu-west-1")
    assert stage_at("wss://ws.example.com/v1", SAMPLE, None, None).management is None
    credentials.session.cache_clear()


SIGNED = replace(SAMPLE, authorization="AWS_IAM", sources=())


@pytest.mark.usefixtures("without_credentials")
def test_who_may_connect_signs_where_the_template_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    stage = stage_at(AWS, SIGNED, None, None)
    assert stage.allow is not None
    assert stage.allow.signer == Signer(Credentials(access_key_id="id", secret_access_key="key"), "eu-west-1")  # noqa: S106 (made up)
    assert "'" not in repr(stage.allow.signer.credentials)
    assert stage.deny is not None
    assert stage.deny.signer not in (None, stage.allow.signer)
    credentials.session.cache_clear()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    elsewhere = stage_at("wss://ws.example.com/v1", SIGNED, None, None).allow
    assert elsewhere is not None
    assert elsewhere.signer is not None
    assert elsewhere.signer.region == "eu-north-1"
    assert stage_at(AWS, SAMPLE, None, None).allow is None
    credentials.session.cache_clear()


@pytest.mark.usefixtures("without_credentials")
def test_nobody_may_connect_where_nothing_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = stage_at(AWS, SIGNED, None, None)
    assert (stage.allow, stage.nobody) == (
        None,
        "there are no AWS credentials to sign with, as $connect asks for: the AWS SDK finds none",
    )
    credentials.session.cache_clear()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert stage_at("wss://ws.example.com/v1", SIGNED, None, None).nobody.startswith("the region to sign for is told")
    credentials.session.cache_clear()


@pytest.mark.usefixtures("without_credentials")
def test_a_profile_that_is_not_there_has_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    assert stage_at(AWS, SAMPLE, None, None).management is None


def called(script: Script, within: float = 5) -> Managed:
    with strange_stage(script) as url:
        return unsigned(Endpoint(url=url), "AAAAAAAAAAAAAAA=", "POST", within)


def test_an_unsigned_call_is_answered() -> None:
    heads: list[bytes] = []

    def refuse(peer: socket.socket, head: bytes) -> None:
        heads.append(head)
        peer.sendall(answer("403 Forbidden", b"{}"))

    assert called(refuse) == Managed(403)
    assert heads[0].startswith(b"POST /v1/@connections/AAAAAAAAAAAAAAA%3D HTTP/1.1\r\nHost: 127.0.0.1:")


def drip(peer: socket.socket, _: bytes) -> None:
    peer.settimeout(0.05)
    for _number in range(1_000):
        peer.send(b"x")
        try:
            peer.recv(1)
        except TimeoutError:
            continue


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (lambda peer, _: peer.sendall(b""), "what came is no HTTP"),
        (lambda peer, _: peer.sendall(b"220 mail.example.com\r\n"), "what came is no HTTP"),
        (lambda peer, _: [peer.sendall(b"x" * 60_000) for _ in range(10_000)], "more came than a client takes"),
        (lambda peer, _: peer.recv(1), "nothing within 0.3 s"),
        (drip, "nothing within 0.3 s"),
    ],
)
def test_an_unsigned_call_is_not_answered(script: Script, said: str) -> None:
    within = 0.3 if "0.3" in said else 20
    assert called(script, within) == Managed(None, said)
