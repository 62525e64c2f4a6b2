"""Whether functions may push, by roles and policies that stand elsewhere than in the function."""

from collections.abc import Callable

import pytest
from examining import Marked, Undecided
from function_snippets import ARN, attached_policy, inline_policy, python_function, role, snippet, statement

from wsconform.check.finding import Finding

LACKING = ("function-may-push", "ChatFunction", "error", True)


def test_policies_beside_a_role_count_for_nothing(marked_findings: Marked) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*").strip("\n")
    lines = policies.splitlines()
    lines[1] += " # <--"  # where the value of Policies begins
    found = marked_findings(snippet(python_function("\n".join(lines), "Role: !GetAtt ChatRole.Arn"), role()))
    assert found == [LACKING]


@pytest.mark.parametrize(
    "named",
    [
        "!GetAtt ChatRole.Arn",
        "!Sub ${ChatRole.Arn}",
        "!Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${ChatRole}",
        "!Join ['', ['arn:', !Ref AWS::Partition, ':iam::', !Ref AWS::AccountId, ':role/service/', !Ref ChatRole]]",
        "{'Fn::GetAtt': [ChatRole, Arn]}",
    ],
)
def test_a_role_of_the_template_is_followed(named: str, marked_findings: Marked) -> None:
    use = python_function(f"Role: {named}")
    assert marked_findings(snippet(use, role(inline_policy(f"{ARN}${{ChatApi}}/*")))) == []
    wrong = role(inline_policy(f"{ARN}${{ChatApi}}/v2/* # <--"))
    assert marked_findings(snippet(use, wrong)) == [("function-may-push", "ChatRole", "error", True)]


def test_a_role_without_the_right_is_told_at_the_function(marked_findings: Marked) -> None:
    found = marked_findings(snippet(python_function("Role: !GetAtt ChatRole.Arn", mark="# <--"), role()))
    assert found == [LACKING]


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("Policy", "Roles: [!Ref ChatRole]"),
        ("RolePolicy", "RoleName: !Ref ChatRole"),
        ("ManagedPolicy", "Roles: [!Ref ChatRole]"),
    ],
)
def test_policies_attached_to_the_role_count(kind: str, target: str, marked_findings: Marked) -> None:
    use = python_function("Role: !GetAtt ChatRole.Arn")
    assert marked_findings(snippet(use, role(), attached_policy(kind, target))) == []
    wrong = attached_policy(kind, target, f"{ARN}${{ChatApi}}/v2/* # <--")
    assert marked_findings(snippet(use, role(), wrong)) == [("function-may-push", "PushPolicy", "error", True)]


@pytest.mark.parametrize("kind", ["Policy", "RolePolicy", "ManagedPolicy"])
def test_policies_attached_to_the_role_that_sam_makes_count(kind: str, marked_findings: Marked) -> None:
    target = "RoleName: !Ref ChatFunctionRole" if kind == "RolePolicy" else "Roles: [!Ref ChatFunctionRole]"
    assert marked_findings(snippet(python_function(), attached_policy(kind, target))) == []


def test_policies_attached_to_another_role_do_not(marked_findings: Marked) -> None:
    other = attached_policy("Policy", "Roles: [!Ref OtherRole]")
    found = marked_findings(
        snippet(python_function("Role: !GetAtt ChatRole.Arn", mark="# <--"), role(), role(name="OtherRole"), other)
    )
    assert found == [LACKING]


def test_a_named_role_is_told_by_its_name(marked_findings: Marked) -> None:
    use = python_function("Role: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/chat")
    found = marked_findings(snippet(use, role("RoleName: chat", inline_policy(f"{ARN}${{ChatApi}}/*"))))
    assert found == []


@pytest.mark.parametrize("by", ["Policies: [!Ref PushPolicy]", "Policies:\n  - !Ref PushPolicy"])
def test_a_managed_policy_of_the_template_is_followed(by: str, marked_findings: Marked) -> None:
    assert marked_findings(snippet(python_function(by), attached_policy("ManagedPolicy", "Path: /"))) == []
    wrong = attached_policy("ManagedPolicy", "Path: /", f"{ARN}${{ChatApi}}/v2/* # <--")
    assert marked_findings(snippet(python_function(by), wrong)) == [("function-may-push", "PushPolicy", "error", True)]


@pytest.mark.parametrize(
    "properties",
    [
        ("Role: !Sub arn:${AWS::Partition}:iam::123456789012:role/chat",),
        ("Role: !ImportValue chat-role",),
        ("Policies: !Sub arn:${AWS::Partition}:iam::123456789012:policy/push",),
        ("Policies: [!ImportValue push-policy]",),
        (
            statement(f"{ARN}${{ChatApi}}/*"),
            "PermissionsBoundary: !Sub arn:${AWS::Partition}:iam::123456789012:policy/bound",
        ),
    ],
)
def test_rights_from_elsewhere_cannot_be_told(
    properties: tuple[str, ...], marked_findings: Marked, undecided_in: Undecided
) -> None:
    text = snippet(python_function(*properties))
    assert marked_findings(text) == []
    assert [name for name, _ in undecided_in(text)] == ["function-may-push"]


def test_a_boundary_has_to_allow_it_too(marked_findings: Marked) -> None:
    policies = statement(f"{ARN}${{ChatApi}}/*")
    bound = "PermissionsBoundary: !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonS3FullAccess # <--"
    assert marked_findings(snippet(python_function(policies, bound))) == [LACKING]
    wide = "PermissionsBoundary: !Sub arn:${AWS::Partition}:iam::aws:policy/PowerUserAccess"
    assert marked_findings(snippet(python_function(policies, wide))) == []


def test_a_boundary_is_no_matter_where_no_policy_allows_it_either(marked_findings: Marked) -> None:
    bound = "PermissionsBoundary: !Sub arn:${AWS::Partition}:iam::aws:policy/PowerUserAccess"
    assert marked_findings(snippet(python_function(bound, mark="# <--"))) == [LACKING]


def test_a_missing_managed_policy_is_left_to_its_own_check(marked_findings: Marked) -> None:
    missing = [("reference-exists", "ChatFunction", "error", True)]
    assert marked_findings(snippet(python_function("Policies: [!Ref NoPolicy] # <--"))) == missing
    assert marked_findings(snippet(python_function("Policies:\n  - !Ref NoPolicy # <--", mark=""))) == missing


def test_a_missing_role_is_left_to_its_own_check(marked_findings: Marked) -> None:
    found = marked_findings(snippet(python_function("Role: !GetAtt NoRole.Arn # <--")))
    assert found == [("reference-exists", "ChatFunction", "error", True)]


def test_it_must_be_allowed_in_every_world(found_in: Callable[[str], list[Finding]]) -> None:
    policy = attached_policy("Policy", "Roles: [!Ref ChatRole]", condition="Condition: IsProd")
    text = f"""
Parameters:
  Env:
    Type: String
    Default: prod
    AllowedValues: [prod, dev]
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
{python_function("Role: !GetAtt ChatRole.Arn")}
{role()}
{policy}
"""
    (found,) = found_in(text)
    assert (found.check, found.resource) == ("function-may-push", "ChatFunction")
    assert len(found.worlds) == 1
    assert "dev" in found.worlds[0] or "IsProd is false" in found.worlds[0]
