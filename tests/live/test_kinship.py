"""A failure is shown with what the template's checks found of the same fault, and that once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from other_stage import ALLOWED, HEADER, OtherStage, Talk, running
from websockets.http11 import Request

from wsconform.cli import main
from wsconform.config.settings import merge
from wsconform.live import kinship
from wsconform.live.outcome import Refused, Unanswered, Untrusted
from wsconform.live.packs import load_probes
from wsconform.live.received import Silence, Text
from wsconform.run import Checker

SAMPLE = Path(__file__).parents[2] / "sample_stack"
TEMPLATE = (SAMPLE / "template.yaml").read_text()
EXPECTS = '[routes.test]\nexpect = { message = "This response was pushed from my Lambda." }\nwithin = 0.3\n'
Probe = Callable[..., Result]


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Probe:
    """Probes a stage that is to have come of a template."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WS_TOKEN", ALLOWED)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "wsconform.toml").write_text(EXPECTS)
    for code in ("authorizer", "route_handler"):
        (tmp_path / code).symlink_to(SAMPLE / code)

    def invoke(template: str, *args: str) -> Result:
        (tmp_path / "template.yaml").write_text(template)
        given = ("--template", "template.yaml", "--allow", f"{HEADER}=env:WS_TOKEN")
        return CliRunner().invoke(main, ["probe", *args, *given])

    return invoke


def without(name: str, text: str = TEMPLATE) -> str:
    """A template without one of its resources."""
    before, _, rest = text.partition(f"  {name}:\n")
    assert rest
    return before + rest[rest.index("\n\n") + 2 :]


def changed(written: str, instead: str) -> str:
    assert written in TEMPLATE
    return TEMPLATE.replace(written, instead)


class AllowsAll(OtherStage):
    def status(self, request: Request) -> int:
        del request
        return 101


class Fails(OtherStage):
    def status(self, request: Request) -> int:
        return 500 if request.headers.get(HEADER) else 401


class Forbids(OtherStage):
    def status(self, request: Request) -> int:
        del request
        return 403


class FailsToInvoke(OtherStage):
    def test(self, talk: Talk) -> None:
        talk.send(f'{{"message": "Internal server error", "connectionId":"{talk.id}", "requestId":"AAAAAAAAAAAAAAA="}}')


class IsSilent(OtherStage):
    def test(self, talk: Talk) -> None:
        pass


class KnowsNoRoute(OtherStage):
    def test(self, talk: Talk) -> None:
        self.unrouted(talk)


@pytest.mark.parametrize(
    ("stage", "template", "probed", "found"),
    [
        (AllowsAll, changed("[ConnectRoute, TestRoute]", "TestRoute"), "denied-*", "deployment-waits-for-routes"),
        (
            AllowsAll,
            changed("AuthorizationType: CUSTOM", "AuthorizationType: NONE"),
            "denied-*",
            "authorizer-id-needs-custom",
        ),
        (Fails, without("AuthorizerFunctionPermission"), "allowed-*", "authorizer-may-be-invoked"),
        (Fails, changed("Handler: authorizer.", "Handler: nope."), "allowed-*", "handler-exists"),
        (
            Forbids,
            without("Deployment", changed("      DeploymentId: !Ref Deployment\n", "")),
            "allowed-*",
            "stage-has-deployment",
        ),
        (FailsToInvoke, without("PortfolioBlocksPermission"), "action-*", "route-function-may-be-invoked"),
        (FailsToInvoke, changed("Handler: route_handler.", "Handler: nope."), "action-*", "handler-exists"),
        (FailsToInvoke, changed("execute-api:Manage", "execute-api:Mangle"), "action-*", "function-may-push"),
        (IsSilent, changed("execute-api:Manage", "execute-api:Mangle"), "action-*", "function-may-push"),
        (KnowsNoRoute, changed("[ConnectRoute, TestRoute]", "ConnectRoute"), "action-*", "deployment-waits-for-routes"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_the_finding_of_the_same_fault_is_shown(
    stage: type[OtherStage], template: str, probed: str, found: str, probe: Probe
) -> None:
    with running(stage()) as url:
        shown = probe(template, url, "--select", probed).stdout
    lines = [line for line in shown.splitlines() if line.startswith("  template: template.yaml:")]
    assert [line.split(": ")[2] for line in lines] == [found]


def test_it_is_shown_once(probe: Probe) -> None:
    with running(AllowsAll()) as url:
        result = probe(changed("[ConnectRoute, TestRoute]", "TestRoute"), url, "--select", "denied-*")
    shown = " ".join(result.stdout.split())
    assert shown.count("a snapshot without ConnectRoute lets") == 1
    assert "template: deployment-waits-for-routes, as told at denied-with-bad-identity" in shown


def test_programs_are_told_too(probe: Probe) -> None:
    template = changed("[ConnectRoute, TestRoute]", "TestRoute")
    with running(AllowsAll()) as url:
        result = probe(template, url, "--select", "denied-*", "--select", "stage-*", "--format", "json")
    found = {one["id"]: one["findings"] for one in json.loads(result.stdout)["probes"]}
    assert found == {
        "stage-answers": [],
        "denied-with-bad-identity": ["deployment-waits-for-routes"],
        "denied-without-identity": ["deployment-waits-for-routes"],
    }


SECOND = """
  EchoRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref MyWebSocketApi, RouteKey: echo}
"""


def test_what_was_found_of_another_route_is_of_another_fault(probe: Probe) -> None:
    template = TEMPLATE.replace("\n  TestLambdaIntegration:", f"{SECOND}\n  TestLambdaIntegration:", 1)
    with running(FailsToInvoke()) as url:
        shown = probe(template, url, "--select", "action-*").stdout
    assert "error[action-answered]" in shown
    assert "message-route-has-target" not in shown


def test_why_a_local_stage_does_not_start_is_what_aws_would_refuse(probe: Probe) -> None:
    template = changed(
        "ProtocolType: WEBSOCKET", "ProtocolType: WEBSOCKET\n      CorsConfiguration: {AllowOrigins: ['*']}"
    )
    result = probe(template, "--local", "--select", "stage-answers")
    assert "template: template.yaml:" in result.stdout


@pytest.mark.parametrize(
    "met",
    [
        *(Refused(status, {}) for status in (401, 403, 500, 502, 504)),
        Unanswered("answer", 1),
        Untrusted("expired"),
        Silence(1),
        *(Text(f'{{"message": "{said}", "connectionId": "x", "requestId": "y"}}') for said in kinship._OF_FRAME),  # noqa: SLF001
    ],
    ids=str,
)
def test_checks_are_named_that_there_are(met: object) -> None:
    checks = {check.name for check in Checker(merge(None)).chosen}
    assert kinship.kin(met)
    assert set(kinship.kin(met)) <= checks


def test_probes_name_checks_that_there_are() -> None:
    checks = {check.name for check in Checker(merge(None)).chosen}
    for one in load_probes():
        assert set(one.related) <= checks, one.name
