"""What AWS refuses to deploy: the checks say so, in the one world that is deployed."""

from pathlib import Path

import pytest

from wsconform.check.examine import examine
from wsconform.check.finding import Effect, Severity
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import read_page, whole_template
from wsconform.check.registry import Check
from wsconform.local.refusals import Refusals, refusals
from wsconform.report.text import render
from wsconform.template.source import parse
from wsconform.template.stack import Stack
from wsconform.template.worlds import AS_GIVEN, World
from wsconform.wiring.reader import read_stack, read_wiring

REGISTRY = load_static()
BASE = (builtin_folder() / "example.yaml").read_text()
TWICE = """\
Resources:
  AgainRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: send
      Target: !Sub integrations/${ChatIntegration}
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, AgainRoute]
    Properties:
      ApiId: !Ref ChatApi
"""
NO_METHOD = """\
Resources:
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: HTTP_PROXY
      IntegrationUri: https://chat.example.com/messages
  ChatPermission: null
"""
BY_NAME = """\
Parameters:
  Key: {Type: String, Default: send-again, AllowedValues: [send-again, send]}
Resources:
  AgainRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: !Ref Key
      Target: !Sub integrations/${ChatIntegration}
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, SendRoute, DefaultRoute, AgainRoute]
    Properties:
      ApiId: !Ref ChatApi
"""


def stack_of(example: str, given: dict[str, str] | None = None, file: Path = Path("template.yaml")) -> Stack:
    return read_stack(parse(whole_template(example, BASE).encode(), str(file)), given)


def refused(example: str, given: dict[str, str] | None = None, accept: tuple[str, ...] = ()) -> Refusals:
    return refused_in(stack_of(example, given), accept=accept)


def refused_in(stack: Stack, world: World = AS_GIVEN, accept: tuple[str, ...] = ()) -> Refusals:
    return refusals(read_wiring(stack.in_world(world)), REGISTRY, accept=accept)


def names(found: Refusals) -> list[str]:
    return [one.check for one in found.findings]


def every_example(heading: str) -> list[object]:
    return [
        pytest.param(check, example, id=f"{check.name}-{number}")
        for check in REGISTRY
        for number, example in enumerate(getattr(read_page(check.page), heading), 1)
    ]


@pytest.mark.parametrize(("check", "example"), every_example("failing"))
def test_an_example_is_refused_in_the_worlds_where_its_check_says_so(
    check: Check, example: str, tmp_path: Path
) -> None:
    stack = stack_of(example, file=tmp_path / "template.yaml")
    told = [
        one
        for one in examine(stack, [check]).findings
        if one.effect is Effect.REFUSED and one.severity is Severity.ERROR
    ]
    holding = [world for world in stack.worlds if any(_holds(one.worlds, str(world)) for one in told)]
    found = [world for world in stack.worlds if refused_in(stack, world).findings]
    assert found == holding
    assert bool(found) == bool(told)


def _holds(clauses: tuple[str, ...], world: str) -> bool:
    return not clauses or any(all(part in world for part in clause.split(" and ")) for clause in clauses)


@pytest.mark.parametrize(("check", "example"), every_example("passing"))
def test_a_sound_example_is_not_refused(check: Check, example: str, tmp_path: Path) -> None:
    found = refused_in(stack_of(example, file=tmp_path / "template.yaml"))
    assert (found.findings, found.likely) == ((), ()), check.name


def test_parameters_choose_the_world() -> None:
    assert names(refused(BY_NAME)) == []
    assert names(refused(BY_NAME, {"Key": "send"})) == ["route-keys-unique"]


def test_a_suppression_does_not_make_aws_accept() -> None:
    suppressed = TWICE.replace("RouteKey: send", "RouteKey: send # wsconform: ignore[route-keys-unique] on purpose")
    assert names(refused(suppressed)) == ["route-keys-unique"]


def test_what_is_accepted_stops_nothing_and_is_told() -> None:
    found = refused(TWICE, accept=("route-keys-unique",))
    assert names(found) == []
    assert [one.check for one in found.accepted] == ["route-keys-unique"]
    (remark,) = found.remarks()
    assert "AWS refuses this, and it is accepted here" in remark
    assert remark.startswith("template.yaml:")


def test_what_is_only_likely_to_be_refused_stops_nothing_and_is_told() -> None:
    found = refused(NO_METHOD)
    assert names(found) == []
    assert [one.check for one in found.likely] == ["http-integration-has-method"]
    assert "AWS is likely to refuse this: ChatIntegration" in found.remarks()[0]


def test_it_is_reported_as_any_finding() -> None:
    said = render([refused(TWICE).examination], color=False, width=120)
    assert said.startswith("error[route-keys-unique]: ")
    assert said.endswith("template.yaml: 1 error (106 checks on ChatApi)")
