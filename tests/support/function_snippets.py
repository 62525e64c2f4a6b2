"""Functions as snippets: resources of a template in YAML, to be set into the sound stack of the pages."""

from textwrap import indent

ARN = "!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
SILENT = "def handler(event, context):\n    return {'statusCode': 200}\n"
INLINE_SILENT = f"InlineCode: |\n{indent(SILENT, '  ')}"
PUSHES = """
import boto3

def handler(event, context):
    context = event["requestContext"]
    url = f"https://{context['domainName']}/{context['stage']}"
    client = boto3.client("apigatewaymanagementapi", endpoint_url=url)
    client.post_to_connection(ConnectionId=context["connectionId"], Data=b"received")
    return {"statusCode": 200}
"""


def snippet(*resources: str) -> str:
    """Some resources as a template."""
    return "Resources:\n" + "".join(resources)


def function(*properties: str, name: str = "ChatFunction", metadata: str = "", mark: str = "") -> str:
    """An `AWS::Serverless::Function`; `mark` follows its name."""
    head = f"  {name}: {mark}".rstrip() + "\n    Type: AWS::Serverless::Function\n"
    if metadata:
        head += f"    Metadata:\n{indent(metadata, ' ' * 6)}\n"
    return f"{head}    Properties:\n" + "".join(indent(one.strip("\n"), " " * 6) + "\n" for one in properties)


def python_function(*properties: str, code: str = PUSHES, name: str = "ChatFunction", mark: str = "") -> str:
    """A function whose Python code stands in the template."""
    inline = f"InlineCode: |\n{indent(code.strip(), '  ')}"
    return function("Runtime: python3.13", "Handler: index.handler", inline, *properties, name=name, mark=mark)


def unread_function(*properties: str, name: str = "ChatFunction", mark: str = "") -> str:
    """A function whose code is out of reach."""
    code = "CodeUri: s3://bucket/chat.zip"
    return function("Runtime: python3.13", "Handler: index.handler", code, *properties, name=name, mark=mark)


def statement(resource: str, action: str = "execute-api:ManageConnections", effect: str = "Allow") -> str:
    """A function's `Policies` with one statement."""
    return f"""
Policies:
  - Version: "2012-10-17"
    Statement:
      - Effect: {effect}
        Action: {action}
        Resource: {resource}
"""


def role(*properties: str, name: str = "ChatRole", service: str = "lambda.amazonaws.com", mark: str = "") -> str:
    """An `AWS::IAM::Role`."""
    return f"""
  {name}: {mark}
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {{Service: {service}}}
            Action: sts:AssumeRole
""" + "".join(indent(one.strip("\n"), " " * 6) + "\n" for one in properties)


def inline_policy(resource: str) -> str:
    """A role's `Policies` that allow it to push."""
    return f"""
Policies:
  - PolicyName: push
    PolicyDocument:
      Statement:
        Effect: Allow
        Action: execute-api:ManageConnections
        Resource: {resource}
"""


def attached_policy(kind: str, target: str, resource: str = f"{ARN}${{ChatApi}}/*", condition: str = "") -> str:
    """A policy as a resource of its own, `PushPolicy`, that allows what it is attached to to push."""
    return f"""
  PushPolicy:
    Type: AWS::IAM::{kind}
    {condition}
    Properties:
      {target}
      PolicyName: push
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: execute-api:ManageConnections
            Resource: {resource}
"""
