"""What libyaml and the reader refuse: with its place, and with what to do about it."""

from __future__ import annotations

import pytest
import yaml

from wsconform.template.errors import TemplateError
from wsconform.template.source import parse


def refused(text: str) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        parse(text.encode(), "t.yaml")
    assert caught.value.path == "t.yaml"
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "message", "fix"),
    [
        ("A:\n\tB: 1\n", "2:1", "tab", "spaces"),
        ("A: 1\n\tB: 2\n", "2:1", "tab", "spaces"),
        ("A: 1\nB: 2\nA: 3\n", "3:1", "first at line 1, column 1, and again at line 3, column 1", "remove one"),
        ("A: {b: 1, 'b': 2}\n", "1:11", 'key "b" stands twice', "rename"),
        ("A: !Foo x\n", "1:4", 'tag "!Foo"', "quote"),
        ("A: !ref x\n", "1:4", 'tag "!ref"', '"!Ref"'),
        ("A: !Fn::GetAt [x, y]\n", "1:4", 'tag "!Fn::GetAt"', '"!GetAtt"'),
        ("A:\n- !Joim\n  B: 1\n", "2:3", 'tag "!Joim"', '"!Join"'),
        ("A: !!binary aGk=\n", "1:4", 'tag "!!binary"', "quote"),
        ("A: !!timestamp 2012-10-17\n", "1:4", 'tag "!!timestamp"', "quote"),
        ("A: !!set {x}\n", "1:4", 'tag "!!set"', "quote"),
        ("A: !!python/object:os.system {}\n", "1:4", 'tag "!!python/object:os.system"', "quote"),
        ("A: !<Ref> x\n", "1:4", 'tag "Ref"', '"!Ref"'),
        ("A: !Base64 !Sub x\n", "1:12", "expected key", '"Fn::Base64: !Sub …"'),
        ("A: !Ref !Sub x\n", "1:9", "expected key", '"Ref: !Sub …"'),
        ("A: !GetAtt {B: c}\n", "1:4", "before a map", "Resource.Attribute"),
        ("!Ref A: 1\n", "1:1", '"!Ref" cannot be a key', "text"),
        ("[a, b]: 1\n", "1:1", "a list cannot be a key", "quote"),
        ("A: {{b: c}: 1}\n", "1:5", "a map cannot be a key", "quote"),
        ("A: &a [x]\nB: {*a : 1}\n", "2:5", "a list cannot be a key", "quote"),
        ("A: &a {x: 1}\nB: {*a : 1}\n", "2:5", "a map cannot be a key", "quote"),
        ("A: &a [*a]\n", "1:8", "within the value that it repeats", "write the value out"),
        ("A: &a {B: *a}\n", "1:11", "within the value that it repeats", "write the value out"),
        ("A: &name x\nB: *nam\n", "2:4", 'alias "*nam"', '"*name"'),
        ("A: *b\n", "1:4", 'alias "*b"', "anchor"),
        ("A: *\n", "1:5", "expected alphabetic", "quote"),
        ("A: {<<: 1}\n", "1:5", "merge key", "map"),
        ("A: {<<: !Ref B}\n", "1:5", "merge key", "map"),
        ("A: {<<: [{x: 1}, y]}\n", "1:5", "merge key", "map"),
        ("A: 1\n---\nB: 2\n", "2:1", "second document", "---"),
        ("%TAG !e! tag:example.com,2000:\n---\nA: 1\n", "1:1", '"%TAG"', "remove"),
        ("A: 1\n...\n%TAG !e! x:\n", "3:1", '"%TAG"', "remove"),
        ("A: - b\n", "1:4", "sequence entries are not allowed", "next line"),
        ("A: b: c\n", "1:5", "mapping values are not allowed", "quote"),
        ("A: 'x\nB: 1\n", "3:1", "begins at line 1, column 4", "close"),
        ("A: [1\nB: 2\n", "2:2", "begins at line 1, column 4", "bracket"),
        ("A: @x\n", "1:4", "cannot start any token", '"@"'),
        ("A: `x`\n", "1:4", "cannot start any token", '"`"'),
        ('A: "\\d"\n', "1:5", "escape", "single quotes"),
        ('A: "\\ud83d\\ude00"\n', "1:7", "escape", "the character itself"),
        ("- a\nb: 1\n", "2:1", "'-'", "indentation"),
        (" A: 1\nB: 2\n", "2:1", "document start", "first line"),
        ("A: 1\nword\nB: 2\n", "3:1", "':'", "indent"),
        ("A: 1\nB: x\x07\n", "2:5", "U+0007", "\\U00000007"),
        ("# only\n# comments\n", "1:1", "no value", "Resources"),
        ("---\n", "1:4", "no value", "Resources"),
        ("%FOO\nA: 1\n", "1:5", "directive", ""),
        ("%YAML 9.9\n---\nA: 1\n", "1:1", "incompatible", "YAML 1.1"),
        ("A: ? b\n", "1:4", "mapping keys are not allowed", "quote"),
    ],
)
def test_refused_with_place_and_remedy(text: str, place: str, message: str, fix: str) -> None:
    error = refused(text)
    assert str(error).startswith(f"t.yaml:{place}: ")
    assert message in error.message
    assert fix in error.fix
    assert error.message[0].islower() or error.message[0] == '"'
    assert not error.message.endswith(".")


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("A:\n\tB: 1\n", "2:1", "tab"),
        ("A: 'x\nB: 1\n", "3:1", "begins at line 1, column 4"),
        ("A: 1\nB: x\x07\n", "2:5", "U+0007"),
        ("A: &a [*a]\n", "1:8", "within the value that it repeats"),
    ],
)
def test_refused_with_and_without_libyaml(
    text: str, place: str, message: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsconform.template.yaml_nodes._Loader", getattr(yaml, loader))
    error = refused(text)
    assert str(error).startswith(f"t.yaml:{place}: ")
    assert message in error.message


def test_an_escape_that_is_no_character(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "escape" in refused('A: "\\UFFFFFFFF"\n').message
    monkeypatch.setattr("wsconform.template.yaml_nodes._Loader", yaml.SafeLoader)
    assert "no YAML" in refused('A: "\\UFFFFFFFF"\n').message


def test_what_is_quoted_back_is_short() -> None:
    name = "x" * 100_000
    for text in ("A: !{0} 1\n", "A: *{0}\n", "{{? {0} : 1, ? {0} : 2}}", '{{"{0}": 1, "{0}": 2}}'):
        assert len(str(refused(text.format(name)))) < 400
