"""AWS's own managed policies: what those that matter here allow, which are retired, and which allow far too much.

Sources: AWS managed policy reference (a page for each name, with its document); IAM user guide, "Deprecated AWS managed
policies"; AWS Lambda developer guide, "Identity-based IAM policies for Lambda"; Amazon ECS developer guide, "Phased out
AWS managed IAM policies".
"""

from __future__ import annotations

import re

from wsconform.template.nodes import Span
from wsconform.template.values import Text
from wsconform.wiring.iam.policy import Statement

RETIRED = {
    "AWSLambdaFullAccess": "AWSLambda_FullAccess",
    "AWSLambdaReadOnlyAccess": "AWSLambda_ReadOnlyAccess",
    "AmazonEC2ContainerServiceFullAccess": "AmazonECS_FullAccess",
}
"""Policies that can be attached to no new role, each with its successor."""

BROAD = {
    "AdministratorAccess": "every action on every resource of the account",
    "PowerUserAccess": "nearly every action on every resource of the account",
    "AmazonAPIGatewayAdministrator": "making, changing and deleting every API of the account, and no pushing",
    "AmazonAPIGatewayInvokeFullAccess": "calling every API of the account and pushing to every WebSocket API",
    "AWSLambda_FullAccess": "every action on every function of the account",
    "IAMFullAccess": "every action on every user, role and policy of the account",
}
"""Policies too broad for the role of a function, each with what it allows."""

ANYWHERE = ("*",)
_ALLOWED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AdministratorAccess": (("*",), ANYWHERE),
    "PowerUserAccess": (("execute-api:*", "lambda:*"), ANYWHERE),
    "AmazonAPIGatewayInvokeFullAccess": (
        ("execute-api:Invoke", "execute-api:ManageConnections"),
        ("arn:*:execute-api:*:*:*",),
    ),
    "AWSLambda_FullAccess": (("lambda:*",), ANYWHERE),
    "AWSLambdaFullAccess": (("lambda:*",), ANYWHERE),
    "AWSLambdaRole": (("lambda:InvokeFunction",), ANYWHERE),
    "AWSLambdaInvocation-DynamoDB": (("lambda:InvokeFunction",), ANYWHERE),
    "AWSCodeDeployRoleForECS": (("lambda:InvokeFunction",), ANYWHERE),
    "AmazonDynamoDBFullAccesswithDataPipeline": (("lambda:*",), ANYWHERE),
    "AdministratorAccess-Amplify": (("lambda:InvokeFunction",), ANYWHERE),
    "DataScientist": (("lambda:InvokeFunction",), ANYWHERE),
    "SystemAdministrator": (("lambda:InvokeFunction",), ANYWHERE),
}
"""Of execute-api and lambda, what the policies that allow any of it to any function or API do allow, and where."""

_ARN = re.compile(r"arn:(?:[\w-]+|\$\{AWS::Partition\}|\*):iam::aws:policy/(?:.*/)?(?P<name>[^/]+)")


def aws_name(written: Text, *, bare: bool) -> str | None:
    """The name of AWS's own policy that a text means; None for anything else.

    A SAM template may have the `bare` name, `AWSLambdaRole`, where others must have the ARN.
    """
    found = _ARN.fullmatch(str(written))
    if found is not None:
        return found["name"]
    name = written.literal
    return name.rpartition("/")[2] if bare and name and ":" not in name else None


def statements_of(name: str, span: Span) -> list[Statement]:
    """What AWS's own policy `name` allows of execute-api and lambda, as statements at `span`; empty for nothing."""
    if name not in _ALLOWED:
        return []
    actions, resources = _ALLOWED[name]
    return [
        Statement(
            span=span,
            effect="Allow",
            actions=tuple(Text((one,), span) for one in actions),
            resources=tuple(Text((one,), span) for one in resources),
        )
    ]
