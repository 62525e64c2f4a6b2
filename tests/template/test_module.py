"""A template with the nested stacks whose templates lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import mapping
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.module import DEEPEST, MOST_MODULES, Module, load
from wsconform.template.nodes import plain
from wsconform.template.source import parse, read

NEST = """\
Resources:
  {name}:
    Type: {type}
    Properties:
      {property}: {file}
"""
LEAF = "Resources: {Api: {Type: 'AWS::ApiGatewayV2::Api'}}\n"


def nest(file: str, name: str = "Chat", kind: str = "AWS::CloudFormation::Stack", **parameters: str) -> str:
    written = NEST.format(
        name=name, type=kind, property="Location" if "Application" in kind else "TemplateURL", file=file
    )
    if parameters:
        written += "      Parameters:\n" + "".join(f"        {key}: {value}\n" for key, value in parameters.items())
    return written


def loaded(folder: Path, text: str, given: dict[str, str] | None = None, /, **files: str) -> Module:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content)
    (folder / "root.yaml").write_text(text)
    return load(read(folder / "root.yaml"), given or {})


@pytest.mark.parametrize("kind", ["AWS::CloudFormation::Stack", "AWS::Serverless::Application"])
@pytest.mark.parametrize("file", ["child.yaml", "./child.yaml"])
def test_a_nested_stack_is_read(tmp_path: Path, kind: str, file: str) -> None:
    root = loaded(tmp_path, nest(file, kind=kind), child=LEAF)
    assert root.unread == {}
    child = root.children["Chat"]
    assert child.parent is root
    assert (root.prefix, child.prefix) == ("", "Chat/")
    assert (root.logical_id, child.logical_id) == ("", "Chat")
    assert list(child.resources) == ["Api"]
    assert str(child.span_of("Api")).endswith("child.yaml:1:13")


def test_a_path_is_taken_from_the_folder_of_its_own_template(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "leaf.yaml").write_text(LEAF)
    (tmp_path / "sub" / "child.yaml").write_text(nest("leaf.yaml", "Inner"))
    root = loaded(tmp_path, nest("sub/child.yaml"))
    assert [module.prefix for module in root.lineage()] == ["", "Chat/", "Chat/Inner/"]
    assert root.children["Chat"].children["Inner"].logical_id == "Inner"


def test_a_file_address(tmp_path: Path) -> None:
    (tmp_path / "leaf.yaml").write_text(LEAF)
    root = loaded(tmp_path, nest(f"file://{tmp_path}/leaf.yaml"))
    assert list(root.children) == ["Chat"]


@pytest.mark.parametrize(
    "place",
    [
        "https://bucket.s3.amazonaws.com/child.yaml",
        "s3://bucket/child.yaml",
        "http://[",
        "!Sub child.yaml",
        "!Ref Template",
        "[child.yaml]",
        "{ApplicationId: arn, SemanticVersion: 1.0.0}",
        "3",
        "null",
    ],
)
def test_what_is_no_file_beside_the_template_is_left_alone(tmp_path: Path, place: str) -> None:
    root = loaded(tmp_path, nest(place), child=LEAF)
    assert root.children == {}
    assert root.unread == {}


@pytest.mark.parametrize("properties", ["Properties: [a]", "Properties: a", "Metadata: {}"])
def test_a_nested_stack_of_any_shape(tmp_path: Path, properties: str) -> None:
    root = loaded(tmp_path, f"Resources:\n  A:\n    Type: AWS::CloudFormation::Stack\n    {properties}\n")
    assert root.children == {}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    error = loaded(tmp_path, nest("child.yaml")).unread["Chat"]
    assert error.is_missing


@pytest.mark.parametrize("file", ['"a\\0b"', "x" * 5_000, '""', "."])
def test_a_name_that_no_file_can_have(tmp_path: Path, file: str) -> None:
    assert loaded(tmp_path, nest(file)).unread["Chat"].message


def test_a_file_that_is_no_template(tmp_path: Path) -> None:
    error = loaded(tmp_path, nest("child.yaml"), child="Resources: [").unread["Chat"]
    assert not error.is_missing
    assert "child.yaml" in error.path


def test_a_stack_that_nests_itself(tmp_path: Path) -> None:
    assert "nests itself" in loaded(tmp_path, nest("root.yaml")).unread["Chat"].message
    (tmp_path / "link.yaml").symlink_to(tmp_path / "root.yaml")
    assert "nests itself" in loaded(tmp_path, nest("link.yaml")).unread["Chat"].message
    root = loaded(tmp_path, nest("child.yaml"), child=nest("root.yaml", "Back"))
    assert "nests itself" in root.children["Chat"].unread["Back"].message


def test_a_link_that_leads_to_itself(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("link.yaml")
    assert "too many levels" in loaded(tmp_path, nest("link.yaml")).unread["Chat"].message


def test_the_same_template_nested_twice_is_no_circle(tmp_path: Path) -> None:
    twice = nest("child.yaml", "One") + nest("child.yaml", "Two").removeprefix("Resources:\n")
    root = loaded(tmp_path, twice, child=LEAF)
    assert list(root.children) == ["One", "Two"]
    assert root.children["One"].source is root.children["Two"].source


def test_deeper_nesting_than_bounded(tmp_path: Path) -> None:
    files = {f"n{number}": nest(f"n{number + 1}.yaml") for number in range(DEEPEST + 2)}
    root = loaded(tmp_path, nest("n0.yaml"), **files)
    modules = list(root.lineage())
    assert len(modules) == DEEPEST
    assert "deep" in modules[-1].unread["Chat"].message


def test_a_stack_that_multiplies_at_every_level_is_bounded(tmp_path: Path) -> None:
    def many(file: str) -> str:
        one = nest(file).removeprefix("Resources:\n")
        return "Resources:\n" + "".join(one.replace("Chat", f"N{number}") for number in range(9))

    files = {f"n{number}": many(f"n{number + 1}.yaml") for number in range(DEEPEST - 2)}
    root = loaded(tmp_path, many("n0.yaml"), **files, **{f"n{DEEPEST - 2}": LEAF})
    modules = list(root.lineage())
    assert len(modules) == MOST_MODULES
    assert any("more than" in error.message for module in modules for error in module.unread.values())


def test_arguments_are_what_the_parent_passes(tmp_path: Path) -> None:
    root = loaded(tmp_path, nest("child.yaml", Key="send", Api="!Ref Api"), child=LEAF)
    passed = root.children["Chat"].arguments
    assert {name: plain(value) for name, value in passed.items()} == {"Key": "send", "Api": {"Ref": "Api"}}
    broken = nest("child.yaml") + "      Parameters: [a]\n"
    assert loaded(tmp_path, broken).children["Chat"].arguments == {}


LOOPING = """\
Parameters:
  Keys: {Type: CommaDelimitedList, Default: "d"}
Resources:
  Fn::ForEach::Routes:
    - Key
    - !Ref Keys
    - Route${Key}: {Type: "AWS::ApiGatewayV2::Route"}
"""


class TestLoops:
    @pytest.mark.parametrize(("given", "names"), [({}, ["Routed"]), ({"Keys": "a, b"}, ["Routea", "Routeb"])])
    def test_in_the_root_template_go_over_the_value_given_or_the_default(
        self, tmp_path: Path, given: dict[str, str], names: list[str]
    ) -> None:
        assert list(loaded(tmp_path, LOOPING, given).resources) == names

    @pytest.mark.parametrize(
        ("passed", "names"),
        [
            ({}, ["Routed"]),
            ({"Keys": "x,y"}, ["Routex", "Routey"]),
            ({"Keys": "!Ref Own"}, ["Routep", "Routeq"]),
            ({"Keys": "!Ref Unknown"}, []),
            ({"Keys": "!ImportValue Keys"}, []),
        ],
    )
    def test_in_a_nested_one_go_over_what_is_passed(
        self, tmp_path: Path, passed: dict[str, str], names: list[str]
    ) -> None:
        parameters = "Parameters:\n  Own: {Type: String, Default: 'p,q'}\n  Unknown: {Type: String}\n"
        root = loaded(tmp_path, parameters + nest("child.yaml", **passed), child=LOOPING)
        assert list(root.children["Chat"].resources) == names

    def test_over_what_is_read_from_ssm_are_left(self, tmp_path: Path) -> None:
        from_ssm = LOOPING.replace("CommaDelimitedList", "AWS::SSM::Parameter::Value<CommaDelimitedList>")
        assert list(loaded(tmp_path, from_ssm).resources) == []


def test_a_section_is_a_map_or_empty() -> None:
    root = parse(b"Resources: {A: {Type: T}}\nConditions: [a]\n", "t.yaml")
    module = load(root, {})
    assert list(module.section("Resources")) == ["A"]
    assert module.section("Conditions") == {}
    assert module.section("Outputs") == {}


JSON = st.recursive(
    st.none() | st.integers() | st.sampled_from(["child.yaml", "t.yaml", "a\0", "://", "file://", "~", "/"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["Ref", "a"]), inner, max_size=2),
)


@given(place=JSON, parameters=JSON)
def test_any_nested_stack_is_loaded_or_left(place: object, parameters: object) -> None:
    properties = {"TemplateURL": place, "Parameters": parameters}
    source = parse(b"Resources: {}", "t.yaml")
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
    root = mapping({"Resources": {"A": nested}})
    module = load(type(source)("t.yaml", (), root), {})
    assert list(module.resources) == ["A"]
