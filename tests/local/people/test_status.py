"""The status page shows what is there, and nothing that acts."""

import json
import urllib.request
from pathlib import Path

import websocket
from standing import TEMPLATE, write_template

from wsconform.local.stage import LocalStage

EVIL = "</script><script>alert(1)</script><b>"
FUNCTION = """\
  Evil:
    Type: AWS::Lambda::Function
    Properties:
      Code: {ZipFile: "def handler(event, context):\\n    print(event['body'])\\n    return {'statusCode': 200}\\n"}
      Handler: index.handler
      Runtime: python3.13
      Role: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/role
      Environment: {Variables: {TOKEN: tell-nobody}}
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub >-
        arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Evil.Arn}/invocations
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Evil
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Chat}/*
"""
WITH_FUNCTION = TEMPLATE.replace(
    TEMPLATE[TEMPLATE.index("  Mock:") : TEMPLATE.index("  Deployment:")], FUNCTION
).replace(", MockResponse]", "]")


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 (the stage's own)
        return str(answer.read().decode())


def test_what_functions_say_is_shown_as_text(tmp_path: Path) -> None:
    with LocalStage(write_template(tmp_path, WITH_FUNCTION)) as stage:
        client = websocket.create_connection(stage.endpoints[0].ws, timeout=20)
        client.send(EVIL)
        while not any(EVIL in line for line in stage.logs("Evil")) or stage.happenings[-1].what.kind != "result":
            client.ping()
        page = get(stage.endpoints[0].status)
        state = json.loads(get(f"{stage.endpoints[0].status}.wsconform/state.json"))
        client.close()

    assert EVIL not in page
    assert "alert(1)" in page  # as data
    assert page.count("</script>") == 1
    (log,) = state["logs"]
    assert log["function"] == "Evil"
    assert EVIL in log["lines"]
    (connection,) = state["connections"]
    assert (connection["api"], connection["stage"], connection["source"]) == ("Chat", "v1", "127.0.0.1")
    assert [one["kind"] for one in state["events"]] == ["result", "invoke", "message", "connect"]
    assert "tell-nobody" not in page + json.dumps(state)
