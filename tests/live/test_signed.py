"""A `$connect` that asks for AWS_IAM: probes sign for it, and see that nobody is let in who does not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from other_stage import OtherStage, Talk, running
from websockets.http11 import Request

from wsconform.cli import main
from wsconform.live.credentials import session

SAMPLE = Path(__file__).parents[2] / "sample_stack"
EXPECTS = '[routes.test]\nexpect = { message = "This response was pushed from my Lambda." }\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sample stack, but for what its `$connect` asks for."""
    template = (SAMPLE / "template.yaml").read_text()
    asked = "AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Auth\n"
    assert asked in template
    (tmp_path / "template.yaml").write_text(template.replace(asked, "AuthorizationType: AWS_IAM\n"))
    (tmp_path / "wsconform.toml").write_text(EXPECTS)
    for code in ("authorizer", "route_handler"):
        (tmp_path / code).symlink_to(SAMPLE / code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAQUARTZ")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "zebra")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    session.cache_clear()
    yield tmp_path
    session.cache_clear()


def run(*args: str) -> Result:
    return CliRunner().invoke(main, [*args, "--template", "template.yaml"])


def outcomes(*args: str) -> dict[str, str]:
    return {one["id"]: one["outcome"] for one in json.loads(run("probe", *args, "--format", "json").stdout)["probes"]}


@pytest.mark.usefixtures("folder")
def test_all_probes_pass_on_the_local_stage() -> None:
    found = outcomes("--local")
    assert len(found) == 21
    assert set(found.values()) == {"passed"}


@pytest.mark.usefixtures("folder")
def test_connect_signs_too() -> None:
    said = ("--send", '{"action": "test"}', "--expect-subset", "{}", "--plain")
    assert run("connect", "--local", *said).exit_code == 0
    assert "refused with 403" in run("connect", "--local", *said, "--anonymous").output


class TakesAnySignature(OtherStage):
    """Does not look at what is signed, nor by whom."""

    def status(self, request: Request) -> int:
        return 101 if "Signature=" in request.headers.get("Authorization", "") else 403


class TakesTheKeyForTheSignature(OtherStage):
    def status(self, request: Request) -> int:
        return 101 if "AKIAQUARTZ/" in request.headers.get("Authorization", "") else 403


class TakesAnybody(OtherStage):
    def status(self, request: Request) -> int:
        del request
        return 101


class TakesNobody(OtherStage):
    def status(self, request: Request) -> int:
        del request
        return 403


@pytest.mark.parametrize(
    ("stage", "caught"),
    [
        (TakesAnySignature(), {"denied-with-bad-identity"}),
        (TakesTheKeyForTheSignature(), {"denied-with-bad-identity"}),
        (TakesAnybody(), {"denied-with-bad-identity", "denied-without-identity"}),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.usefixtures("folder")
def test_what_looks_too_little_at_signatures_is_caught(stage: OtherStage, caught: set[str]) -> None:
    with running(stage) as url:
        found = outcomes(url)
    assert {name for name, outcome in found.items() if outcome == "failed"} == caught


@pytest.mark.usefixtures("folder")
def test_a_refusal_is_said_to_be_of_a_signature() -> None:
    with running(TakesNobody()) as url:
        result = run("probe", url, "--select", "allowed-connects")
    assert result.exit_code == 1
    assert "upgrade /v1 (signed)" in result.stdout
    assert "may execute-api:Invoke" in " ".join(result.stdout.split())


class Unseen(OtherStage):
    def test(self, talk: Talk) -> None:
        del talk


@pytest.mark.usefixtures("folder")
def test_where_nothing_signs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "nowhere")
    with running(Unseen()) as url:
        assert "there are no AWS credentials to sign with" in run("probe", url).stdout
        refused = run("connect", url, "--send", "x")
    assert (refused.exit_code, refused.stderr.splitlines()[-1].startswith("error: there are no AWS credentials")) == (
        2,
        True,
    )
