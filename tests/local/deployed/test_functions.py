"""What Lambda is told of each function, and where its code lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deploying import BASE, chat, deployed, function, refused

from wsconform.check.page import whole_template

FUNCTION = """Resources:
  ChatFunction:
    Type: {type}
    Properties:
      Runtime: nodejs22.x
      Handler: app.handler
{more}
"""


def with_function(more: str, file: Path, kind: str = "AWS::Serverless::Function", metadata: str = "") -> str:
    indented = "".join(f"      {line}\n" for line in more.splitlines())
    text = FUNCTION.format(type=kind, more=indented)
    if metadata:
        text += f"    Metadata: {metadata}\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    return whole_template(text.replace("\n\n", "\n"), BASE)


def test_what_is_not_said_has_lambdas_default(tmp_path: Path) -> None:
    template = whole_template(
        "Resources:\n  ChatFunction:\n    Type: AWS::Serverless::Function\n"
        '    Properties: {Runtime: python3.13, Handler: index.handler, InlineCode: "x = 1"}\n',
        BASE,
    )
    made = function(deployed(template, file=tmp_path / "template.yaml"), "ChatFunction")
    assert (made.timeout, made.memory, made.runtime, made.handler) == (3, 128, "python3.13", "index.handler")
    assert made.code.inline == "x = 1"


def test_globals_count() -> None:
    template = whole_template(
        "Globals:\n  Function: {Timeout: 9, MemorySize: 512, Environment: {Variables: {LOG: debug}}}\nResources: {}\n",
        BASE,
    )
    made = deployed(template)
    assert (function(made, "DoorFunction").timeout, function(made, "DoorFunction").memory) == (5, 512)
    assert function(made, "DoorFunction").environment == {"LOG": "debug"}


@pytest.mark.parametrize(
    ("kind", "name"), [("AWS::Serverless::Function", "CodeUri"), ("AWS::Lambda::Function", "Code")]
)
def test_a_folder_or_archive_lies_beside_the_template(kind: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "stack" / "template.yaml"
    (tmp_path / "stack" / "src").mkdir(parents=True)
    (tmp_path / "stack" / "code.zip").write_bytes(b"")
    role = "Role: arn:aws:iam::123456789012:role/any\n" if kind == "AWS::Lambda::Function" else ""
    for place in ("src/", "./src", "code.zip", "../stack/src"):
        made = deployed(with_function(f"{role}{name}: {place}", file, kind), file=file)
        code = function(made, "ChatFunction").code
        assert code.folder == (tmp_path / "stack" / place).resolve()
        assert not code.unusable


def test_a_lone_source_file_is_packaged_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("exports.handler = async () => ({statusCode: 200})\n")
    file = tmp_path / "template.yaml"
    assert function(deployed(with_function("CodeUri: app.js", file), file=file), "ChatFunction").code.folder == tmp_path


def test_an_asset_of_cdk_is_named_in_the_metadata(tmp_path: Path) -> None:
    (tmp_path / "asset.1234").mkdir()
    file = tmp_path / "stack.template.yaml"
    more = "Role: arn:aws:iam::123456789012:role/any\nCode: {S3Bucket: assets, S3Key: 1234.zip}"
    metadata = "{aws:asset:path: asset.1234, aws:asset:property: Code}"
    template = with_function(more, file, "AWS::Lambda::Function", metadata)
    assert function(deployed(template, file=file), "ChatFunction").code.folder == tmp_path / "asset.1234"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("CodeUri: s3://bucket/key.zip", 'at "s3://bucket/key.zip"'),
        ("CodeUri: {Bucket: a, Key: b}", "lies in S3"),
        ("CodeUri: build/", "does not lie beside the template"),
        ("CodeUri: !ImportValue x", "is told when the stack is deployed"),
    ],
)
def test_code_out_of_reach_is_told(more: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    assert reason in function(deployed(with_function(more, file), file=file), "ChatFunction").code.unusable


def test_a_container_image_cannot_be_run(tmp_path: Path) -> None:
    template = whole_template(
        "Resources:\n  ChatFunction:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {PackageType: Image, ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/chat}\n",
        BASE,
    )
    assert "container image" in function(deployed(template, file=tmp_path / "t.yaml"), "ChatFunction").code.unusable


def test_what_is_built_has_to_be_built_first(tmp_path: Path) -> None:
    for folder, unusable in (("", True), (".aws-sam/build", False)):
        file = tmp_path / folder / "template.yaml"
        (file.parent / "ChatFunction").mkdir(parents=True)
        template = with_function("CodeUri: ChatFunction", file, metadata="{BuildMethod: esbuild}")
        code = function(deployed(template, file=file), "ChatFunction").code
        assert bool(code.unusable) is unusable
        assert ("sam build" in code.unusable) is unusable


LAYERED = """Resources:
  Tools:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: tools/}
  Plain:
    Type: AWS::Lambda::LayerVersion
    Properties: {Content: plain.zip}
  Gone:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: gone/}
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "x = 1"
      Layers: [!Ref Tools, !Ref Plain, !Ref Gone, "arn:aws:lambda:us-east-1:111122223333:layer:theirs:1"]
"""


def test_what_a_build_may_put_there_is_awaited(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    assert function(deployed(with_function("CodeUri: dist/", file), file=file), "ChatFunction").code.awaited == (
        tmp_path / "dist",
    )
    made = deployed(whole_template(LAYERED, BASE), file=file)
    awaited = (tmp_path / "tools", tmp_path / "plain.zip", tmp_path / "gone")
    assert function(made, "ChatFunction").code.awaited == awaited


def test_layers_at_hand_come_in_order_and_others_are_told(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "plain.zip").write_bytes(b"")
    made = deployed(whole_template(LAYERED, BASE), file=tmp_path / "template.yaml")
    assert function(made, "ChatFunction").code.layers == (tmp_path / "tools", tmp_path / "plain.zip")
    assert any("runs without its layer Gone" in remark for remark in made.remarks)
    assert any("layer:theirs:1" in remark for remark in made.remarks)


def test_each_function_signs_as_its_own_role() -> None:
    made = chat(
        """Resources:
  ChatRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: chatting
      Path: /apps/
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
  ChatFunction:
    Type: AWS::Serverless::Function
    Properties:
      {Runtime: python3.13, Handler: index.handler, InlineCode: "x = 1", FunctionName: chat, Role: !GetAtt ChatRole.Arn}
"""
    )
    assert function(made, "ChatFunction").credentials.arn == "arn:aws:sts::123456789012:assumed-role/chatting/chat"
    door = function(made, "DoorFunction").credentials
    assert door.arn.startswith("arn:aws:sts::123456789012:assumed-role/local-DoorFunctionRole-")
    assert door.access_key_id != function(made, "ChatFunction").credentials.access_key_id


def test_functions_that_no_route_reaches_are_left_alone() -> None:
    made = chat(
        "Resources:\n  Nightly:\n    Type: AWS::Serverless::Function\n"
        '    Properties: {Runtime: ruby3.4, Handler: a.b, InlineCode: "x"}\n'
    )
    assert made.functions.keys() == {"ChatFunction", "DoorFunction"}


def test_a_function_of_a_nested_stack_is_labelled_by_its_way(tmp_path: Path) -> None:
    inner = whole_template("Resources: {}\n", BASE)
    (tmp_path / "inner.yaml").write_text(inner)
    outer = "Resources:\n  Rooms:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: inner.yaml}\n"
    made = deployed(outer, file=tmp_path / "outer.yaml", environment={"Rooms/ChatFunction.LOG": "x"})
    assert made.apis.keys() == {"Rooms/ChatApi"}
    assert function(made, "Rooms/ChatFunction").environment == {"LOG": "x"}
    assert function(made, "Rooms/DoorFunction").environment == {}


def test_a_nested_stack_that_is_not_there_is_told(tmp_path: Path) -> None:
    outer = "  Rooms:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: inner.yaml}\n"
    made = deployed(whole_template(f"Resources:\n{outer}", BASE), file=tmp_path / "outer.yaml")
    said = f"the nested stack Rooms is left out: {tmp_path / 'inner.yaml'}: there is no such file"
    assert any(remark.startswith(said) for remark in made.remarks)


def test_a_timeout_of_nonsense_is_refused() -> None:
    template = json.dumps({"Resources": {}})
    assert "no WebSocket API" in refused(template)
    said = refused(
        whole_template(
            "Resources:\n  ChatFunction:\n    Type: AWS::Serverless::Function\n"
            '    Properties: {Runtime: python3.13, Handler: index.handler, InlineCode: "x = 1", Timeout: soon}\n',
            BASE,
        )
    )
    assert 'the Timeout of ChatFunction is "soon"' in said
