"""The handler of the `test` route: answers by pushing a message to the connection that asked."""

import json
from functools import cache
from typing import Any

import boto3

REPLY = {"message": "This response was pushed from my Lambda."}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Push the reply to the caller's own connection."""
    request = event["requestContext"]
    stage = _stage_client(f"https://{request['domainName']}/{request['stage']}")
    stage.post_to_connection(ConnectionId=request["connectionId"], Data=json.dumps(REPLY).encode())
    # API Gateway expects a status, but shows it to nobody: what the client sees is what was pushed.
    return {"statusCode": 200}


@cache
def _stage_client(endpoint: str) -> Any:  # noqa: ANN401 - boto3 makes its client classes at run time
    """Make the client of a stage's `@connections` once, since making one takes longer than using it."""
    return boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
