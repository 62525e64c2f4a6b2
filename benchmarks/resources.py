"""Parts that the templates of the benchmarks are made of."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]

NOTHING = "def handler(event, context):\n    return {'statusCode': 200}\n"


def sub(text: str) -> dict[str, str]:
    """What CloudFormation puts together."""
    return {"Fn::Sub": text}


def function(api: str, code: str = NOTHING) -> Resource:
    """A function that may push to the connections of an API."""
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Timeout": 10,
            "InlineCode": code,
            "Policies": [
                {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "execute-api:ManageConnections",
                            "Resource": sub(
                                "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                                f"${{{api}}}/v1/POST/@connections/*"
                            ),
                        }
                    ]
                }
            ],
        },
    }


def uri(function: str) -> dict[str, str]:
    """How an integration or an authorizer names a function."""
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function}.Arn}}/invocations"
    )


def permission(function: str, source: str) -> Resource:
    """API Gateway may invoke a function, for what `source` names: an API's id and what follows it in an ARN."""
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": function},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": sub(f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{source}"),
        },
    }


def as_yaml(template: dict[str, Any]) -> str:
    """The template as block-style YAML."""
    import yaml

    return yaml.safe_dump(template, sort_keys=False, width=120)
