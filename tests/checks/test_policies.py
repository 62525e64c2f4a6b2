"""Policies and roles that IAM or Lambda refuses."""

import pytest
from examining import Marked, Undecided

ARN = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ChatApi}/*"
CODE = """
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      InlineCode: |
        def handler(event, context):
            return {"statusCode": 200}
"""
TRUST = "{Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: SERVICE}, Action: 'sts:AssumeRole'}]}"


def sam_function(statement: str) -> str:
    return f"""
Parameters:
  Given:
    Type: String
Resources:
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:{CODE}      Policies:
        - Statement:
            - {statement} # <--
"""


def with_role(statement: str = "", *, role: str = "!GetAtt ChatRole.Arn", service: str = "lambda.amazonaws.com") -> str:
    policy = f"Policies: [{{PolicyName: push, PolicyDocument: {{Statement: [{statement}]}}}}]" if statement else ""
    return f"""
Resources:
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:{CODE}      Role: {role}
  ChatRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {TRUST.replace("SERVICE", service)}
      {policy}
"""


@pytest.mark.parametrize(
    "statement",
    [
        f"{{Action: 'execute-api:ManageConnections', Resource: !Sub '{ARN}'}}",
        f"{{Effect: allow, Action: 'execute-api:ManageConnections', Resource: !Sub '{ARN}'}}",
        f"{{Effect: Allow, Resource: !Sub '{ARN}'}}",
        f"{{Effect: Allow, Action: [], Resource: !Sub '{ARN}'}}",
        "{Effect: Allow, Action: 'execute-api:ManageConnections'}",
        f"{{Effect: Allow, Action: 'logs:*', NotAction: 'iam:*', Resource: !Sub '{ARN}'}}",
        f"{{Effect: Allow, Principal: '*', Action: 'execute-api:ManageConnections', Resource: !Sub '{ARN}'}}",
    ],
)
def test_a_malformed_statement(statement: str, marked_findings: Marked) -> None:
    found = ("policy-statement-well-formed", "ChatFunction", "error", True)
    assert marked_findings(sam_function(statement)) == [found]
    assert [one[:2] for one in marked_findings(with_role(statement))] == [("policy-statement-well-formed", "ChatRole")]


def test_a_statement_that_a_parameter_completes(marked_findings: Marked) -> None:
    statement = "{Effect: !Ref Given, Action: 'execute-api:ManageConnections', Resource: '*'}"
    assert marked_findings(sam_function(statement)) == []


def test_a_document_in_a_text_is_left_open(marked_findings: Marked) -> None:
    snippet = with_role("{Effect: Allow}")
    start, end = snippet.index("{Statement: [{Effect: Allow}]}"), snippet.rindex("}]")
    assert marked_findings(snippet[:start] + "'{\"Statement\": []}'" + snippet[end:]) == []


@pytest.mark.parametrize("role", ["!Ref ChatRole", "ChatRole", "!GetAtt ChatRole.RoleId", "!GetAtt ChatRole.arn"])
def test_a_role_that_is_no_arn(role: str, marked_findings: Marked) -> None:
    (found,) = marked_findings(with_role(role=role))
    assert found[:3] == ("function-role-may-be-assumed", "ChatFunction", "error")


@pytest.mark.parametrize("role", ["null", "''", "!GetAtt ChatRole.Arn", "!ImportValue role", "arn:aws:iam::1:role/x"])
def test_a_role_that_may_be_right(role: str, marked_findings: Marked) -> None:
    assert marked_findings(with_role(role=role)) == []


@pytest.mark.parametrize("service", ["apigateway.amazonaws.com", "[ec2.amazonaws.com, edgelambda.amazonaws.com]"])
def test_a_role_that_lambda_may_not_assume(service: str, marked_findings: Marked) -> None:
    (found,) = marked_findings(with_role(service=service))
    assert found[:3] == ("function-role-may-be-assumed", "ChatRole", "error")


def test_a_role_under_a_condition_is_left_open(undecided_in: Undecided) -> None:
    snippet = with_role().replace("Action: 'sts", "Condition: {StringEquals: {a: b}}, Action: 'sts")
    assert "function-role-may-be-assumed" in [check for check, _ in undecided_in(snippet)]
