"""What the SourceArn of a permission names."""

import pytest
from examining import Everything, Marked

HERE = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}"


def permission(source: str, name: str = "Chat") -> str:
    return f"""
Resources:
  {name}Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref {name}Function
      Principal: apigateway.amazonaws.com
      SourceArn: {source} # <--
"""


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ("'*'", "warning"),
        ("arn:*", "warning"),
        ("!Sub arn:${AWS::Partition}:execute-api:*:*:*/*/send", "warning"),
        (f"!Sub {HERE}:*", "note"),
        (f"!Sub {HERE}:*/v1/*", "note"),
    ],
)
def test_a_source_that_is_any_api(source: str, severity: str, examine_snippet: Everything) -> None:
    found = [(one, grade) for one, *_, grade in examine_snippet(permission(source)) if one.startswith("permission")]
    assert found == [("permission-names-its-source", severity)]


def test_any_api_of_one_account(marked_findings: Marked) -> None:
    assert marked_findings(permission("'*'") + "      SourceAccount: !Ref AWS::AccountId\n") == []


@pytest.mark.parametrize("name", ["door", "DoorAuthorizer"])
def test_the_name_of_an_authorizer_is_not_its_id(name: str, marked_findings: Marked) -> None:
    snippet = permission(f"!Sub {HERE}:${{ChatApi}}/authorizers/{name}", "Door")
    assert marked_findings(snippet) == [("authorizer-may-be-invoked", "DoorPermission", "error", True)]


def test_the_id_of_a_route_is_not_its_key(marked_findings: Marked) -> None:
    snippet = permission(f"!Sub {HERE}:${{ChatApi}}/v1/${{SendRoute}}")
    assert marked_findings(snippet) == [("route-function-may-be-invoked", "ChatPermission", "error", True)]
