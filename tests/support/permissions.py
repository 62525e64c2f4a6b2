"""Permissions, and who needs them, on the chat of the checks' pages, written as a test wants them."""

LAMBDA = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
"""What the URI of a function begins with."""
SOURCE = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
HANDLER = """
      Runtime: python3.13
      Handler: index.handler
      Timeout: 10
      InlineCode: |
        def handler(event, context):
            return {"statusCode": 200}
"""


def permission(  # noqa: PLR0913 (the properties of a permission)
    name: str = "ChatPermission",
    *,
    function: str = "!Ref ChatFunction",
    source: str | None = "${ChatApi}/*",
    principal: str = "apigateway.amazonaws.com",
    action: str = "lambda:InvokeFunction",
    more: str = "",
) -> str:
    """A permission: for API Gateway to invoke the chat's function for any route, unless said otherwise."""
    arn = "" if source is None else f"      SourceArn: !Sub {SOURCE}{source}\n"
    return f"""
  {name}:
    Type: AWS::Lambda::Permission
    Properties:
      Action: {action}
      FunctionName: {function}
      Principal: {principal}
{arn}{more}"""


def integration(uri: str, mark: str = "", name: str = "ChatIntegration") -> str:
    """An integration with the function of a URI."""
    return f"""
  {name}:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref ChatApi
      IntegrationType: AWS_PROXY
      IntegrationUri: {uri}{mark}
"""


def function(more: str, name: str = "ChatFunction") -> str:
    """A function with another property, and all that it has to have."""
    return f"\n  {name}:\n    Type: AWS::Serverless::Function\n    Properties:\n      {more}{HANDLER}"
