"""Template files as such: finding, decoding, telling apart, and what a place in one is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Mapping, Node, Span, child, plain, walk
from wsconform.template.source import Source, looks_like_websocket, parse, read

TEMPLATE = """\
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat  # wsconform: ignore[x] the name is fine
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    DependsOn: [Api, Auth]
    Properties:
      ApiId: !Ref Api
      AuthorizerId: !GetAtt Auth.Id
      Target: !Join
        - /
        - - integrations
          - !Ref Connect
"""


def source(text: str, name: str = "t.yaml") -> Source:
    return parse(text.encode(), name)


def refused(data: bytes, name: str = "t.yaml") -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        parse(data, name)
    return caught.value


def node(found: Source, *path: str) -> Node:
    below = child(found.root, *path)
    assert below is not None
    return below


class TestRead:
    def test_a_file_is_called_as_it_was_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "t.yaml").write_text(TEMPLATE)
        monkeypatch.chdir(tmp_path / "sub")
        for found in (read("../sub/t.yaml"), read(tmp_path / "sub" / "t.yaml", "../sub/t.yaml")):
            assert found.path == "../sub/t.yaml"
            assert {below.span.file for below in walk(found.root)} == {"../sub/t.yaml"}
            assert found.lines == tuple(TEMPLATE.splitlines())
        assert read(Path("t.yaml")).path == "t.yaml"

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        (tmp_path / "template.yaml").touch()
        with pytest.raises(TemplateError, match="no such file") as caught:
            read(tmp_path / "tempalte.yaml")
        assert caught.value.span is None
        assert caught.value.path == str(tmp_path / "tempalte.yaml")
        assert caught.value.fix == f'did you mean "{tmp_path / "template.yaml"}"?'

    @pytest.mark.parametrize("path", ["quite-another", "neither/folder/nor.yaml"])
    def test_a_file_that_nothing_resembles(self, tmp_path: Path, path: str) -> None:
        (tmp_path / "template.yaml").touch()
        with pytest.raises(TemplateError, match="no such file") as caught:
            read(tmp_path / path)
        assert caught.value.fix == "check its path"

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(TemplateError, match="a folder"):
            read(tmp_path)

    def test_a_name_that_no_file_can_have(self) -> None:
        with pytest.raises(TemplateError, match="cannot be read: embedded null"):
            read("a\0b")

    def test_a_file_name_that_is_too_long(self) -> None:
        with pytest.raises(TemplateError, match=r"cannot be read: file name too long"):
            read("x" * 5000)

    def test_a_file_that_may_not_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: str, _flags: int, *_: object) -> int:
            raise PermissionError(13, os.strerror(13), path)

        monkeypatch.setattr(os, "open", refuse)
        with pytest.raises(TemplateError, match="permission denied") as caught:
            read(tmp_path / "t.yaml")
        assert caught.value.path == str(tmp_path / "t.yaml")

    def test_a_pipe_that_something_writes_to(self) -> None:
        readable, writable = os.pipe()
        os.write(writable, TEMPLATE.encode())
        os.close(writable)
        try:
            assert read(f"/dev/fd/{readable}").lines == tuple(TEMPLATE.splitlines())
        finally:
            os.close(readable)

    def test_a_pipe_that_nothing_writes_to_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "t.yaml")
        with pytest.raises(TemplateError, match="a pipe, and nothing is written to it"):
            read(tmp_path / "t.yaml")

    def test_a_link_that_leads_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "t.yaml").symlink_to("gone.yaml")
        with pytest.raises(TemplateError, match=r'the link leads to "gone\.yaml", where no file is') as caught:
            read(tmp_path / "t.yaml")
        assert caught.value.fix == "mend the link"

    def test_a_file_without_end_is_not_read_to_its_end(self) -> None:
        with pytest.raises(TemplateError, match="larger than 4 MB"):
            read("/dev/zero")


class TestBytes:
    @pytest.mark.parametrize("data", [b"", b"\n", b"  \r\n\t", b"\xef\xbb\xbf"])
    def test_an_empty_file(self, data: bytes) -> None:
        for name in ("t.yaml", "t.json"):
            error = refused(data, name)
            assert str(error).startswith(f"{name}:1:1: the file is empty")

    def test_ten_megabytes(self) -> None:
        assert "larger than 4 MB" in refused(b"a: 1\n" * 2_000_000).message

    def test_a_nul_byte(self) -> None:
        error = refused(b"A: 1\r\nB: \x00\n")
        assert str(error).startswith("t.yaml:2:4: the file holds a NUL byte")

    @pytest.mark.parametrize("name", ["t.yaml", "t.json"])
    def test_other_encodings(self, name: str) -> None:
        error = refused("A: é\nBé: ".encode() + b"\xfc", name)
        assert str(error).startswith(f"{name}:2:5: byte 0xfc is not UTF-8")
        for encoding in ("UTF-16", "UTF-32"):
            assert encoding in refused(TEMPLATE.encode(encoding), name).message

    def test_a_byte_order_mark_is_no_part_of_the_text(self) -> None:
        found = parse(b"\xef\xbb\xbf" + TEMPLATE.encode(), "t.yaml")
        assert found.lines[0] == "Resources:"
        assert str(found.root.key_span("Resources")) == "t.yaml:1:1"
        assert parse(b'\xef\xbb\xbf{"A": 1}', "t.json").root.span.column == 1

    def test_lines_are_those_that_places_count(self) -> None:
        assert source("A: 1\r\nB: 'x\u2028y'\rC: 2\n\n").lines == ("A: 1", "B: 'x", "y'", "C: 2", "")
        assert source('{"A":\r\n"x\u2028y"}').lines == ('{"A":', '"x\u2028y"}')

    @given(st.binary(max_size=60), st.sampled_from(["t.yaml", "t.json"]))
    def test_any_bytes_are_a_template_or_refused(self, data: bytes, name: str) -> None:
        try:
            found: Source | TemplateError = parse(data, name)
        except TemplateError as error:
            found = error
        assert found.path == name


class TestKind:
    @pytest.mark.parametrize(
        ("text", "name", "kind"),
        [
            ("A: 1", "t.yaml", "yaml"),
            ("A: 1", "t.template", "yaml"),
            ('{"A": 1}', "t.json", "json"),
            ('\n {"A": 1}', "t.yaml", "json"),
            ('{"A": 1}', "t.template", "json"),
            ("{A: 1}", "t.template", "yaml"),
            ('{"A": !Ref b, }', "t.template", "yaml"),
        ],
    )
    def test_json_is_told_by_its_text(self, text: str, name: str, kind: str) -> None:
        found = source(text, name)
        assert found.format == kind
        assert found.root.get("A")

    def test_whichever_was_meant_speaks(self) -> None:
        assert "no JSON" in refused(b'{"A": 1', "t.template").message
        assert "no YAML" in refused(b"{A: 1", "t.template").message
        assert "no JSON" in refused(b"A: 1", "t.JSON").message


class TestShape:
    @pytest.mark.parametrize(
        ("text", "place", "message"),
        [
            ("- a\n", "1:1", "a template is a map, and this is a list"),
            ("word\n", "1:1", "a template is a map, and this is text"),
            ("12\n", "1:1", 'a template is a map, and this is "12", a number'),
            ("true\n", "1:1", 'a template is a map, and this is "true", a boolean'),
            ("~\n", "1:1", "the file holds no value"),
            ("A: 1\nResources:\n", "2:1", '"Resources" must be a map, and is nothing'),
            ("Resources: [a]\n", "1:1", '"Resources" must be a map, and is a list'),
            ("Resources: {Api: text}\n", "1:13", 'resource "Api" must be a map, and is text'),
            ("Resources:\n  Api:\n", "2:3", 'resource "Api" must be a map, and is nothing'),
            ("Resources:\n  Api: {Properties: {}}\n", "2:3", 'resource "Api" has no "Type"'),
            ("Resources:\n  A: {Type: !Ref T}\n", "2:7", 'resource "A" must have text as its "Type", and has a map'),
            ("Resources:\n  A: {Type: 1}\n", "2:7", 'resource "A" must have text as its "Type", and has "1", a'),
        ],
    )
    def test_what_cannot_be_a_template(self, text: str, place: str, message: str) -> None:
        error = refused(text.encode())
        assert str(error).startswith(f"t.yaml:{place}: {message}")
        assert error.fix

    def test_json_is_held_to_the_same(self) -> None:
        assert str(refused(b'{"Resources": {"Api": null}}', "t.json")).startswith('t.json:1:16: resource "Api" must be')
        assert str(refused(b"[]", "t.json")).startswith("t.json:1:1: a template is a map, and this is a list")

    @pytest.mark.parametrize(
        "text",
        [
            "Description: no resources of its own\n",
            "Resources: {}\n",
            "Resources: {'Fn::ForEach::Routes': [Key, [a], {'Route${Key}': {Type: T}}]}\n",
            "Resources: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s3://b/k}}}\n",
            "Base: &b {Type: T}\nResources: {A: {<<: *b}}\n",
        ],
    )
    def test_what_can(self, text: str) -> None:
        assert plain(source(text).root)


class TestComments:
    def comments(self, text: str) -> list[tuple[int, int, str]]:
        return list(source(text).comments("wsconform:"))

    def test_place_and_text(self) -> None:
        assert self.comments(TEMPLATE) == [(5, 19, " wsconform: ignore[x] the name is fine")]
        assert self.comments("# wsconform: a\n   #wsconform: b\nA: 1\t# wsconform: c # d\n") == [
            (1, 1, " wsconform: a"),
            (2, 4, "wsconform: b"),
            (3, 6, " wsconform: c # d"),
        ]

    def test_only_what_contains_the_text(self) -> None:
        assert self.comments("A: 1 # other\n") == []
        assert self.comments("A: 1 # other\nB: 'wsconform:' # other\n'wsconform:': 1 # other\n") == []

    @pytest.mark.parametrize(
        "text",
        [
            'A: "b # wsconform: c"\n',
            "A: 'b # wsconform: c'\n",
            "A: 'b\n  # wsconform: c\n  d'\n",
            "'A # wsconform:': b\n",
            "A: |\n  b\n  # wsconform: c\n  d\n",
            "A: !Sub |\n  # wsconform: c\n",
            "A: b#wsconform:c\n",
            "A: [x, 'b # wsconform: c', !Sub 'd # wsconform: e']\n",
            "A: &a ['b\n  # wsconform: c', \"d # wsconform: e\"]\nB: *a\n",
        ],
    )
    def test_within_scalars_there_are_none(self, text: str) -> None:
        assert self.comments(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            "A: | # wsconform: yes\n  b # wsconform: no\n",
            "A: !Sub | # wsconform: yes\n  b # wsconform: no\n",
            "A: |\n  b # wsconform: no\n # wsconform: yes\nB: 1\n",
            "A: 'b # wsconform: no' # wsconform: yes\n",
            "A: 'b # wsconform: no\n  c'  # wsconform: yes\n",
            "A: !GetAtt 'B.C' # wsconform: yes\n",
            "A: !Sub # wsconform: yes\n  'b # wsconform: no'\n",
            "A: [b, 'c # d' , e # wsconform: yes\n ]\n",
            "A: b#c # wsconform: yes\n",
            "A: # wsconform: yes\n  B: 1\n",
            "A: b # c 'wsconform: yes\n",
        ],
    )
    def test_behind_scalars_there_are(self, text: str) -> None:
        found = self.comments(text)
        assert len(found) == 1
        assert found[0][2].endswith("wsconform: yes")

    def test_json_has_none(self) -> None:
        assert list(source('{"A": " # wsconform: x"}').comments("wsconform:")) == []


class TestPathAt:
    def test_of_a_value(self) -> None:
        found = source(TEMPLATE)
        route = ("Resources", "ConnectRoute")
        for path in (route, (*route, "Type"), (*route, "Properties"), (*route, "Properties", "AuthorizerId")):
            assert found.path_at(node(found, *path).span) == "/".join(path)

    def test_of_a_key(self) -> None:
        found = source(TEMPLATE)
        properties = node(found, "Resources", "ConnectRoute", "Properties")
        assert isinstance(properties, Mapping)
        assert found.path_at(properties.key_span("Target")) == "Resources/ConnectRoute/Properties/Target"

    @pytest.mark.parametrize(
        ("line", "column", "path"),
        [
            (1, 1, "Resources"),
            (1, 10, "Resources"),
            (4, 16, "Resources/Api/Properties"),
            (5, 11, "Resources/Api/Properties/Name"),
            (5, 22, "Resources"),
            (8, 16, "Resources/ConnectRoute/DependsOn"),
            (8, 22, "Resources/ConnectRoute/DependsOn/1"),
            (10, 14, "Resources/ConnectRoute/Properties/ApiId"),
            (10, 19, "Resources/ConnectRoute/Properties/ApiId/Ref"),
            (11, 29, "Resources/ConnectRoute/Properties/AuthorizerId"),
            (12, 15, "Resources/ConnectRoute/Properties/Target"),
            (13, 11, "Resources/ConnectRoute/Properties/Target/Fn::Join/0"),
            (15, 13, "Resources/ConnectRoute/Properties/Target/Fn::Join/1/1"),
            (99, 1, ""),
        ],
    )
    def test_of_a_place(self, line: int, column: int, path: str) -> None:
        found = source(TEMPLATE)
        assert found.path_at(Span("t.yaml", line, column, line, column)) == path

    def test_in_another_file(self) -> None:
        assert source(TEMPLATE).path_at(Span("u.yaml", 1, 1, 1, 2)) == ""

    def test_yaml_and_json_agree(self) -> None:
        found = source('{"Resources": {"A": {"Type": "T", "Properties": {"P": [{"Ref": "B"}]}}}}', "t.json")
        items = node(found, "Resources", "A", "Properties", "P")
        assert found.path_at(items.span) == "Resources/A/Properties/P"
        assert [found.path_at(below.span) for below in walk(items)] == [
            "Resources/A/Properties/P",
            "Resources/A/Properties/P/0",
            "Resources/A/Properties/P/0/Ref",
        ]

    def test_what_aliases_repeat_is_where_it_is_defined(self) -> None:
        found = source("A: &a {x: {y: 1}}\nB: *a\nC: {<<: *a}\nD:\n")
        assert found.path_at(node(found, "B", "x", "y").span) == "A/x/y"
        assert found.path_at(node(found, "B").span) == "B"
        assert found.path_at(node(found, "C", "x").span) == "A/x"
        assert found.path_at(node(found, "D").span) == "D"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (TEMPLATE, True),
        ('{"Resources":{"A":{"Type":"AWS::ApiGatewayV2::Api"}}}', True),
        ("{Resources: {A: {Type: AWS::Serverless::WebSocketApi}}}", True),
        ("Resources:\n  Chat: {Type: AWS::CloudFormation::Stack}\n", True),
        ("Resources:\n  Chat: {Type: AWS::Serverless::Application}\n", True),
        ("\ufeff'Resources' :\n  Chat: {Type: AWS::Serverless::Application}\n", True),
        ("Resources:\n  A: {Type: AWS::ApiGateway::RestApi}\n", False),
        ("Resources:\n  A: {Type: AWS::CloudFormation::StackSet}\n", False),
        ("OtherResources:\n  A: {Type: AWS::ApiGatewayV2::Api}\n", False),
        ("services:\n  chat: AWS::ApiGatewayV2::Api\n", False),
        ("\0\1", False),
        ("", False),
    ],
)
def test_what_may_have_a_websocket_api(data: str, expected: bool) -> None:  # noqa: FBT001
    assert looks_like_websocket(data.encode()) is expected
