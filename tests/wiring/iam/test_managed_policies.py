import pytest

from wsconform.template.nodes import Span
from wsconform.template.values import Pseudo, Text, Unresolved
from wsconform.wiring.iam.managed_policies import BROAD, RETIRED, aws_name, statements_of
from wsconform.wiring.iam.policy import Verdict, allows

HERE = Span("template.yaml", 1, 1, 1, 2)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("arn:aws:iam::aws:policy/AWSLambdaRole",), "AWSLambdaRole"),
        (("arn:aws-cn:iam::aws:policy/service-role/AWSLambdaRole",), "AWSLambdaRole"),
        (("arn:", Pseudo("AWS::Partition"), ":iam::aws:policy/AWSLambdaRole"), "AWSLambdaRole"),
        (("arn:aws:iam::123456789012:policy/AWSLambdaRole",), None),
        ((Unresolved("x", "why"),), None),
        ((), None),
    ],
)
def test_the_name_is_told_by_the_arn(parts: tuple[str | Pseudo | Unresolved, ...], name: str | None) -> None:
    assert aws_name(Text(parts, HERE), bare=False) == name


def test_a_bare_name_is_one_where_sam_reads_it() -> None:
    bare = Text(("service-role/AWSLambdaRole",), HERE)
    assert aws_name(bare, bare=True) == "AWSLambdaRole"
    assert aws_name(bare, bare=False) is None


@pytest.mark.parametrize(
    ("name", "push", "invoke"),
    [
        ("AdministratorAccess", True, True),
        ("PowerUserAccess", True, True),
        ("AmazonAPIGatewayInvokeFullAccess", True, False),
        ("AmazonAPIGatewayAdministrator", False, False),
        ("AWSLambdaRole", False, True),
        ("AWSLambdaBasicExecutionRole", False, False),
    ],
)
def test_what_they_allow(*, name: str, push: bool, invoke: bool) -> None:
    policy = statements_of(name, HERE)
    connection = Text(("arn:aws:execute-api:eu-west-1:123456789012:abc/v1/POST/@connections/{connectionId}",), HERE)
    function = Text(("arn:aws:lambda:eu-west-1:123456789012:function:chat",), HERE)
    assert (allows(policy, "execute-api:ManageConnections", connection).verdict is Verdict.ALLOWED) is push
    assert (allows(policy, "lambda:InvokeFunction", function).verdict is Verdict.ALLOWED) is invoke


def test_a_policy_is_retired_or_broad_and_not_both() -> None:
    assert not RETIRED.keys() & BROAD.keys()
