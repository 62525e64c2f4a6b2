"""A route of the chat on the checks' pages, written as a test wants it."""

PARAMETER = """
Parameters:
  Given:
    Type: String
"""
"""A parameter of which nothing is known."""
CUSTOM = ("AuthorizationType: CUSTOM", "AuthorizerId: !Ref DoorAuthorizer")


def route(key: str, *lines: str, name: str = "ConnectRoute") -> str:
    """The route, under the name of another resource or in the place of `$connect`, with more properties."""
    body = "".join(f"      {line}\n" for line in lines)
    return f"""
Resources:
  {name}:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref ChatApi
      RouteKey: {key}
      Target: !Sub integrations/${{ChatIntegration}}
{body}"""
