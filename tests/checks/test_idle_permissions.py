"""Which permissions allow nothing, or more than is needed, beyond the examples on the checks' pages."""

import pytest
from examining import Everything, Marked
from hypothesis import given
from hypothesis import strategies as st
from permissions import LAMBDA, function, integration, permission

from wsconform.check.examine import examine
from wsconform.check.packs import builtin_folder, load_static
from wsconform.check.page import whole_template
from wsconform.template.source import parse
from wsconform.wiring.reader import read_stack

REGISTRY = load_static()
BASE = (builtin_folder() / "example.yaml").read_text()
ROUTES = "route-function-may-be-invoked"
OTHER_API = """
  OtherApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: other
      ProtocolType: HTTP
"""


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (permission("Extra", source="${ChatApi}/*/gone # <--"), "permission-matches-something"),
        (permission("Extra", source="${ChatApi}/*/send # <--"), None),
        (permission("Extra", source="${OtherApi}/*/gone # <--"), None),
        (permission("Extra", source="${ServerlessRestApi}/*/GET/chat # <--"), None),
        (permission("Extra", source="${ChatApi}/*/gone # <--", principal="sns.amazonaws.com"), None),
        (permission("Extra", source=None, principal="sns.amazonaws.com", more="      SourceArn: !Ref Topic\n"), None),
        (permission("Extra", source="${ChatApi}/*", function="!ImportValue news"), None),
        (permission("Extra", source="a1b2c3d4e5/*/gone # <--"), None),
        (permission("Extra", source="${ChatApi}/*", function="!Ref ChatFunctoin"), "reference-exists"),
    ],
)
def test_permissions_beside_those_that_are_needed(extra: str, expected: str | None, marked_findings: Marked) -> None:
    text = "Resources:" + OTHER_API + "\n  Topic:\n    Type: AWS::SNS::Topic\n" + extra
    found = [(check, resource, severity) for check, resource, severity, _ in marked_findings(text)]
    severity = "error" if expected == "reference-exists" else "warning"
    assert found == ([(expected, "Extra", severity)] if expected else [])


@pytest.mark.parametrize(
    ("target", "dead"),
    [
        ("IntegrationType: AWS_PROXY\n      IntegrationUri: https://example.com", False),
        ("IntegrationType: HTTP_PROXY\n      IntegrationMethod: GET\n      IntegrationUri: https://example.com", True),
        ("IntegrationType: MOCK", True),
        ("IntegrationType: AWS_PROXY", False),
        (f"IntegrationType: AWS_PROXY\n      IntegrationUri: !Sub {LAMBDA}${{ChatFunction.Arn}}", False),
        ("IntegrationType: AWS_PROXY\n      IntegrationUri: !ImportValue uri", False),
        ("IntegrationType: AWS_PROXY\n      IntegrationUri: !Sub arn:aws:apigateway:x:sqs:action/SendMessage", False),
    ],
)
def test_a_permission_is_dead_only_where_nothing_else_is_wrong(
    target: str, *, dead: bool, marked_findings: Marked
) -> None:
    wired = f"""
  ChatIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      {target}
"""
    found = [check for check, *_ in marked_findings("Resources:" + wired)]
    assert ("permission-matches-something" in found) == dead


def test_a_permission_for_what_is_not_wired_yet_is_no_dead_one(marked_findings: Marked) -> None:
    text = (
        "Resources:"
        + function("Description: second", "SendFunction")
        + integration(f"!Sub {LAMBDA}${{SendFunction.Arn}}/invocations", name="SendIntegration")
        + permission("SendPermission", function="!Ref SendFunction", source="${ChatApi}/*/send")
    )
    assert [check for check, *_ in marked_findings(text)] == ["integration-is-used"]


@pytest.mark.parametrize(("more", "speaks"), [("", True), ("      SourceAccount: !Ref AWS::AccountId\n", False)])
def test_a_permission_that_any_api_may_use(more: str, *, speaks: bool, marked_findings: Marked) -> None:
    text = "Resources:" + permission(source=None, more=more)
    assert [check for check, *_ in marked_findings(text)] == (["permission-names-its-source"] if speaks else [])


@pytest.mark.parametrize(
    ("source", "speaks"),
    [
        ("${ChatApi}/*/*$connect", True),
        ("${ChatApi}/*/$connect", False),
        ("${ChatApi}/*$connect", False),
        ("${ChatApi}/*/*", False),
    ],
)
def test_the_disputed_form_is_a_note(source: str, *, speaks: bool, examine_snippet: Everything) -> None:
    found = examine_snippet("Resources:" + permission("Extra", source=source))
    mine = [(check, severity) for check, resource, _, severity in found if resource == "Extra"]
    assert mine == ([("source-arn-has-websocket-form", "note")] if speaks else [])


@given(st.lists(st.sampled_from(["$connect", "send", "$default", "gone", "*"]), max_size=5, unique=True))
def test_what_permissions_per_route_leave_out_is_what_is_told(keys: list[str]) -> None:
    text = "Resources:\n  ChatPermission: null\n"
    text += "".join(permission(f"P{number}", source=f"${{ChatApi}}/*/{key}") for number, key in enumerate(keys))
    template = whole_template(text, BASE)
    found = list(examine(read_stack(parse(template.encode(), "t.yaml")), REGISTRY).findings)
    left_out = [key for key in ("$connect", "send", "$default") if key not in keys and "*" not in keys]
    told = "".join(one.message for one in found if one.check == ROUTES)
    assert all((f'"{key}"' in told) == (key in left_out) for key in ("$connect", "send", "$default"))
    dead = [one.check for one in found if one.check == "permission-matches-something"]
    assert len(dead) == ("gone" in keys and not left_out)
