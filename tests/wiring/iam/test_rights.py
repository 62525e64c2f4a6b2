"""What roles may do: the ways that the tests of the checks do not go."""

from pathlib import Path

import pytest

from wsconform.template.source import parse
from wsconform.template.values import Text, Unresolved
from wsconform.wiring.iam.forms import identifying
from wsconform.wiring.iam.policy import Verdict
from wsconform.wiring.iam.rights import Rights, roles
from wsconform.wiring.model import Wiring
from wsconform.wiring.reader import read_stack, read_wiring

HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
FUNCTION = """
  Chat:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: s3://bucket/key
"""
TABLES = "Policies:\n        Statement: {Effect: Allow, Action: 'dynamodb:*', Resource: '*'}"


def wiring(template: str, folder: Path) -> Wiring:
    stack = read_stack(parse((HEAD + template).encode(), str(folder / "template.yaml")))
    return read_wiring(stack.in_world(stack.worlds[0]))


def verdict(rights: Rights | Unresolved, action: str) -> Verdict:
    assert isinstance(rights, Rights)
    span = rights.home.span
    return rights.allows(action, Text(("arn:aws:dynamodb:eu-west-1:123456789012:table/x",), span), identifying).verdict


def test_a_function_without_policies_may_nothing(tmp_path: Path) -> None:
    here = wiring(FUNCTION, tmp_path)
    assert verdict(roles(here).of(here.functions[0]), "dynamodb:GetItem") is Verdict.NOT_ALLOWED


def test_all_roles_are_those_declared_and_those_that_sam_makes(tmp_path: Path) -> None:
    here = wiring(
        f"""
{FUNCTION}      {TABLES}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.json
      {TABLES}
  Plain:
    Type: AWS::Lambda::Function
    Properties: {{Role: !GetAtt Role.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{}}
""",
        tmp_path,
    )
    found = {one.home.logical_id: verdict(one, "dynamodb:GetItem") for one in roles(here).all()}
    assert found == {"Chat": Verdict.ALLOWED, "Flow": Verdict.ALLOWED, "Role": Verdict.NOT_ALLOWED}


def test_a_plain_function_without_role_cannot_be_told(tmp_path: Path) -> None:
    here = wiring("  Plain:\n    Type: AWS::Lambda::Function\n    Properties: {Handler: a.b}\n", tmp_path)
    assert roles(here).of(here.functions[0]) == Unresolved("Plain.Role", "Plain has no Role")


@pytest.mark.parametrize(
    "policies", ["[3, [], {}]", "'x'", "{a: 1, b: 2}", "[{PolicyName: x}]", "[{PolicyDocument: []}]"]
)
def test_nonsense_in_a_role_is_no_trap(policies: str, tmp_path: Path) -> None:
    here = wiring(
        f"""
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: {policies}
      ManagedPolicyArns: {policies}
      PermissionsBoundary: {policies}
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      Roles: {policies}
      PolicyDocument: {policies}
""",
        tmp_path,
    )
    (rights,) = roles(here).all()
    assert verdict(rights, "dynamodb:GetItem") in (Verdict.UNKNOWN, Verdict.NOT_ALLOWED)


def test_a_role_in_a_nested_stack_is_followed(tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").write_text(
        """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: tables
          PolicyDocument: {Statement: {Effect: Allow, Action: 'dynamodb:*', Resource: '*'}}
Outputs:
  RoleArn:
    Value: !GetAtt Role.Arn
""",
        encoding="utf-8",
    )
    here = wiring(
        f"""
{FUNCTION}      Role: !GetAtt Roles.Outputs.RoleArn
  Roles:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: roles.yaml
""",
        tmp_path,
    )
    assert verdict(roles(here).of(here.functions[0]), "dynamodb:GetItem") is Verdict.ALLOWED
