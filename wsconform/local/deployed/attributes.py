"""What `!Ref` and `!GetAtt` of a resource come to in a deployment.

Source: AWS CloudFormation User Guide, "Return values" of each resource type. The ids are made up; for a type that is
not told of here a name is made up, and its ARN of it.
"""

from __future__ import annotations

from wsconform.local.deployed.account import made_id, physical_name, url_suffix
from wsconform.local.deployed.model import Account

_PART_ID, _API_ID = 7, 10
_NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Serverless::SimpleTable": "TableName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
NAMED_BY = _NAMES | {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::IAM::Role": "RoleName",
}
"""The property that names a resource, by its type."""
_ARN_OF = {
    "AWS::DynamoDB::Table": "dynamodb:{place}:table/{name}",
    "AWS::Events::EventBus": "events:{place}:event-bus/{name}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::Kinesis::Stream": "kinesis:{place}:stream/{name}",
    "AWS::Lambda::LayerVersion": "lambda:{place}:layer:{name}:1",
    "AWS::Logs::LogGroup": "logs:{place}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{place}:{name}",
    "AWS::SQS::Queue": "sqs:{place}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{place}:secret:{name}",
    "AWS::Serverless::LayerVersion": "lambda:{place}:layer:{name}:1",
    "AWS::Serverless::SimpleTable": "dynamodb:{place}:table/{name}",
    "AWS::StepFunctions::StateMachine": "states:{place}:stateMachine:{name}",
}
_REF_IS_ARN = frozenset(
    {
        "AWS::IAM::ManagedPolicy",
        "AWS::Lambda::LayerVersion",
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::Serverless::LayerVersion",
        "AWS::StepFunctions::StateMachine",
    }
)


def name_of(account: Account, resource_id: str, kind: str, given: str) -> str:
    """The name of a resource: `given` by the template, else made up."""
    made = given or physical_name(account, resource_id)
    return made.lower() if kind == "AWS::S3::Bucket" else made


def attribute_of(  # noqa: PLR0913 (each by its name)
    account: Account, resource_id: str, *, kind: str, attribute: str, name: str, path: str = "/"
) -> str:
    """The text of an attribute of a resource of type `kind`; `name` is what it is called, `path` that of a role."""
    if kind == "AWS::ApiGatewayV2::Api":
        made = made_id(account, resource_id, _API_ID)
        return made if attribute == "Ref" else f"wss://{made}.execute-api.{account.region}.{url_suffix(account)}"
    if kind.startswith("AWS::ApiGatewayV2::"):
        return made_id(account, resource_id, _PART_ID)
    if kind == "AWS::Lambda::Version" or attribute.startswith("Version"):
        return "1"
    if kind == "AWS::IAM::Role" and attribute == "Arn":
        return f"arn:{account.partition}:iam::{account.id}:role{path}{name}"
    arn = _arn(account, kind, name)
    if attribute == "Ref" and kind == "AWS::SQS::Queue":
        return f"https://sqs.{account.region}.{url_suffix(account)}/{account.id}/{name}"
    if attribute == "Arn" or attribute.endswith("Arn") or (attribute == "Ref" and kind in _REF_IS_ARN):
        return arn
    return name


def _arn(account: Account, kind: str, name: str) -> str:
    place = f"{account.region}:{account.id}"
    known = _ARN_OF.get(kind)
    if known is None:
        service = kind.split("::")[1].lower() if kind.count("::") > 1 else "cloudformation"
        known = f"{service}:{{place}}:{{name}}"
    return f"arn:{account.partition}:{known.format(place=place, account=account.id, name=name)}"
