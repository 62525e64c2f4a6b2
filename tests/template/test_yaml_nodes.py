"""YAML as templates use it: values, places, and what is refused."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.errors import TemplateError
from wsconform.template.nodes import Mapping, Node, Scalar, Sequence, Span, plain, walk
from wsconform.template.source import Source, parse


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def _each_loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With libyaml, and as where it is missing."""
    monkeypatch.setattr("wsconform.template.yaml_nodes._Loader", getattr(yaml, request.param))


def source(text: str) -> Source:
    return parse(text.encode(), "t.yaml")


def values(text: str) -> object:
    return plain(source(text).root)


def extent(span: Span) -> str:
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def places(text: str) -> dict[str, str]:
    """The extents of all nodes by path; a key's own under its path with `@`."""
    found: dict[str, str] = {}

    def visit(node: Node, path: str) -> None:
        found[path] = extent(node.span)
        if isinstance(node, Mapping):
            for key, value in node.entries.items():
                if key in node.key_spans:
                    found[f"{path}/{key}@"] = extent(node.key_spans[key])
                visit(value, f"{path}/{key}")
        elif isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                visit(item, f"{path}/{index}")

    visit(source(text).root, "")
    return found


def attempt(text: str) -> Source | TemplateError:
    try:
        return source(text)
    except TemplateError as error:
        return error


def refused(text: str) -> TemplateError:
    error = attempt(text)
    assert isinstance(error, TemplateError)
    assert error.path == "t.yaml"
    return error


@pytest.mark.usefixtures("_each_loader")
class TestPlaces:
    def test_block_style(self) -> None:
        assert places("Name: chat\nTags:\n  - one\n  -  Key: two\n\n# the end\nLast:\n") == {
            "": "1:1-7:6",
            "/Name@": "1:1-1:5",
            "/Name": "1:7-1:11",
            "/Tags@": "2:1-2:5",
            "/Tags": "3:3-4:14",
            "/Tags/0": "3:5-3:8",
            "/Tags/1": "4:6-4:14",
            "/Tags/1/Key@": "4:6-4:9",
            "/Tags/1/Key": "4:11-4:14",
            "/Last@": "7:1-7:5",
            "/Last": "7:6-7:6",
        }

    def test_flow_style(self) -> None:
        assert places("A: [x, {B: 'y',\n  C: []} , D: z ]\n") == {
            "": "1:1-2:18",
            "/A@": "1:1-1:2",
            "/A": "1:4-2:18",
            "/A/0": "1:5-1:6",
            "/A/1": "1:8-2:9",
            "/A/1/B@": "1:9-1:10",
            "/A/1/B": "1:12-1:15",
            "/A/1/C@": "2:3-2:4",
            "/A/1/C": "2:6-2:8",
            "/A/2": "2:12-2:16",
            "/A/2/D@": "2:12-2:13",
            "/A/2/D": "2:15-2:16",
        }

    def test_a_short_form_covers_tag_and_value_and_its_argument_the_value(self) -> None:
        assert places("A: !Ref Api\nB: !Join [x, !Ref  Y]\n") == {
            "": "1:1-2:22",
            "/A@": "1:1-1:2",
            "/A": "1:4-1:12",
            "/A/Ref": "1:9-1:12",
            "/B@": "2:1-2:2",
            "/B": "2:4-2:22",
            "/B/Fn::Join": "2:10-2:22",
            "/B/Fn::Join/0": "2:11-2:12",
            "/B/Fn::Join/1": "2:14-2:21",
            "/B/Fn::Join/1/Ref": "2:20-2:21",
        }

    def test_the_value_of_a_tag_may_begin_below_it(self) -> None:
        found = places("A: !Sub\n\n  # why\n  x y\nB: !Join\n  - /\n  - - z\nC: !Transform\n  Name: n\n")
        assert found["/A"] == "1:4-4:6"
        assert found["/A/Fn::Sub"] == "4:3-4:6"
        assert found["/B"] == "5:4-7:8"
        assert found["/B/Fn::Join"] == "6:3-7:8"
        assert found["/B/Fn::Join/1"] == "7:5-7:8"
        assert found["/C/Fn::Transform"] == "9:3-9:10"

    def test_both_parts_of_a_dotted_getatt_stand_where_the_tag_does(self) -> None:
        found = places("A: !GetAtt Fn.Arn\nB: !GetAtt [Fn, Arn]\n")
        assert {found[path] for path in found if path.startswith("/A/") or path == "/A"} == {"1:4-1:18"}
        assert found["/B/Fn::GetAtt"] == "2:12-2:21"
        assert found["/B/Fn::GetAtt/1"] == "2:17-2:20"

    def test_the_long_form(self) -> None:
        assert places("A:\n  Fn::GetAtt: Fn.Arn\n") == {
            "": "1:1-2:21",
            "/A@": "1:1-1:2",
            "/A": "2:3-2:21",
            "/A/Fn::GetAtt@": "2:3-2:13",
            "/A/Fn::GetAtt": "2:15-2:21",
        }

    def test_a_block_scalar_ends_with_its_last_line_of_text(self) -> None:
        found = places("A: |\n  b\n   c\n\n\n# no part of it\nB: !Sub >-\n  d\n\nC:\n  D: |+\n    e\n  E: |\n")
        assert found["/A"] == "1:4-3:5"
        assert found["/B"] == "7:4-8:4"
        assert found["/B/Fn::Sub"] == "7:9-8:4"
        assert found["/C/D"] == "11:6-12:6"
        assert found["/C/E"] == "13:6-13:7"

    def test_a_block_scalar_at_the_end_of_the_file(self) -> None:
        assert places("A: |\n  one")["/A"] == "1:4-2:6"
        assert places("A: |\n  one\n\n")["/A"] == "1:4-2:6"

    def test_scalars_over_several_lines(self) -> None:
        found = places("A: one\n  two\n\nB: 'three\n  four'\n? |\n  C\n: five\n")
        assert found["/A"] == "1:4-2:6"
        assert found["/B"] == "4:4-5:8"
        assert found["/C\n@"] == "6:3-7:4"
        assert found["/C\n"] == "8:3-8:7"

    def test_what_has_an_anchor_begins_behind_it(self) -> None:
        found = places("A: &a one\nB: &b !Ref two\nC: &d\n  D: three\nE: !Sub &e\n  four\n")
        assert found["/A"] == "1:7-1:10"
        assert found["/B"] == "2:4-2:15"
        assert found["/B/Ref"] == "2:12-2:15"
        assert found["/C"] == "4:3-4:11"
        assert found["/E/Fn::Sub"] == "6:3-6:7"

    def test_an_alias_stands_where_it_is_written_and_its_parts_where_they_are(self) -> None:
        found = places("A: &a [one]\nB: *a\nC: &c two\nD: *c\nE: &e {F: 3}\nG: *e\n")
        assert found["/B"] == "2:4-2:6"
        assert found["/B/0"] == "1:8-1:11"
        assert found["/D"] == "4:4-4:6"
        assert found["/G"] == "6:4-6:6"
        assert found["/G/F@"] == "5:8-5:9"

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_line_ends(self, end: str) -> None:
        text = "A: x\nB: |\n  y\n\nC: !Sub z\n"
        assert places(text.replace("\n", end)) == places(text)

    def test_characters_count_not_bytes_and_a_byte_order_mark_not_at_all(self) -> None:
        found = places("\ufeffÄ: [é, 😀, z]\n")
        assert found["/Ä@"] == "1:1-1:2"
        assert found["/Ä/2"] == "1:11-1:12"

    def test_an_empty_key_at_the_end(self) -> None:
        assert places("A: 1\n? ") == {
            "": "1:1-2:3",
            "/A@": "1:1-1:2",
            "/A": "1:4-1:5",
            "/@": "2:2-2:2",
            "/": "2:3-2:3",
        }

    def test_an_empty_argument(self) -> None:
        assert places("A: !Ref\nB: [!Ref , x]\n")["/A/Ref"] == "1:8-1:8"


@pytest.mark.usefixtures("_each_loader")
class TestValues:
    @pytest.mark.parametrize(
        ("written", "value"),
        [
            ("2012-10-17", "2012-10-17"),
            ("2001-12-14 21:59:43.10", "2001-12-14 21:59:43.10"),
            ("012345678901", "012345678901"),
            ("0123", "0123"),
            ("1:30", "1:30"),
            ("1_000", "1_000"),
            ("0x1f", "0x1f"),
            ("0b1", "0b1"),
            ("0o7", "0o7"),
            ("+1", "+1"),
            ("-0", "-0"),
            ("0", 0),
            ("-12", -12),
            ("123456789012345678", 123456789012345678),
            ("1234567890123456789", "1234567890123456789"),
            ("1.10", 1.1),
            ("-1.0e+3", -1000.0),
            (".5", 0.5),
            ("1e5", "1e5"),
            ("1.0e+999", "1.0e+999"),
            (".inf", ".inf"),
            (".nan", ".nan"),
            ("10.0.0.0/16", "10.0.0.0/16"),
            ("yes", True),
            ("Off", False),
            ("y", "y"),
            ("~", None),
            ("null", None),
            ("", None),
            ('""', ""),
            ("'1'", "1"),
            ("'true'", "true"),
            ("!!str 1", "1"),
            ("! 1", "1"),
            ("!!int 1", 1),
            ("&a 1", 1),
            ("!!seq [1]", [1]),
            ("!!map {}", {}),
        ],
    )
    def test_scalars(self, written: str, value: object) -> None:
        found = values(f"A: {written}\n")
        assert found == {"A": value}
        assert isinstance(found, dict)
        assert type(found["A"]) is type(value)

    def test_keys_are_text_as_written(self) -> None:
        keys = {"200": "200", "true": "true", "2012-10-17": "2012-10-17", "~": "~", "1.10": "1.10", "'<<'": "<<"}
        keys |= {"&k key": "key", "!!str 5": "5", "? 0x1\n": "0x1"}
        assert values("".join(f"{written}: 1\n" for written in keys)) == dict.fromkeys(keys.values(), 1)

    def test_an_alias_as_key(self) -> None:
        assert values("A: &a Name\nB: {*a : x}\nC: {&c Key: y, D: *c}\n") == {
            "A": "Name",
            "B": {"Name": "x"},
            "C": {"Key": "y", "D": "Key"},
        }

    @pytest.mark.parametrize(
        ("short", "long"),
        [
            ("!Ref X", {"Ref": "X"}),
            ("!Condition X", {"Condition": "X"}),
            ("!Sub '${X}'", {"Fn::Sub": "${X}"}),
            ("!Sub 12", {"Fn::Sub": "12"}),
            ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
            ("!GetAtt A", {"Fn::GetAtt": ["A"]}),
            ("!GetAtt [A, !Ref B]", {"Fn::GetAtt": ["A", {"Ref": "B"}]}),
            ("!If [C, 1, !Ref AWS::NoValue]", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
            ("!Base64 {Ref: X}", {"Fn::Base64": {"Ref": "X"}}),
            ("!Transform {Name: AWS::Include}", {"Fn::Transform": {"Name": "AWS::Include"}}),
            ("{Fn::GetAtt: A.B}", {"Fn::GetAtt": "A.B"}),
            ("!Ref", {"Ref": ""}),
        ],
    )
    def test_intrinsics(self, short: str, long: object) -> None:
        assert values(f"A: {short}\n") == {"A": long}

    def test_aliases_repeat_values(self) -> None:
        assert values("A: &a {B: [1, !Ref C]}\nD: *a\nE: &e x\nF: [*e, *e]\nG: &a y\nH: *a\n") == {
            "A": {"B": [1, {"Ref": "C"}]},
            "D": {"B": [1, {"Ref": "C"}]},
            "E": "x",
            "F": ["x", "x"],
            "G": "y",
            "H": "y",
        }

    def test_merge_keys(self) -> None:
        text = "A: &a {x: 1, y: 2}\nB: &b {y: 3, z: 4}\nC: {<<: *a, y: 5}\nD: {y: 6, <<: [*a, *b]}\nE: {<<: {<<: *b}}\n"
        assert values(text) == yaml.safe_load(text)
        found = places(text)
        assert found["/C/x@"] == "1:8-1:9"
        assert found["/C/y"] == "3:16-3:17"

    def test_a_long_chain_of_merges_is_not_deep(self) -> None:
        links = "".join(f"A{n}: &a{n} {{<<: *a{n - 1}, k{n}: 1}}\n" for n in range(1, 200))
        found = source("A0: &a0 {k0: 1}\n" + links).root.get("A199")
        assert isinstance(found, Mapping)
        assert len(found.entries) == 200

    def test_one_document_may_be_marked(self) -> None:
        assert values("%YAML 1.1\n---\nA: 1\n...\n") == {"A": 1}


class TestBounds:
    @pytest.mark.parametrize("opening", ["[", "{", "[[{", "{a: ", "[a,", "- ", "? ", "a:\n- ", "[? "])
    @pytest.mark.parametrize("count", [101, 100_000])
    def test_any_depth_ends_in_a_message(self, opening: str, count: int) -> None:
        assert refused(f"A: {opening * count}").span

    def test_depth_is_counted(self) -> None:
        assert values("A: " + "[" * 99 + "]" * 99)
        error = refused("A: " + "[" * 100 + "]" * 100)
        assert "more than 100 levels" in error.message
        assert str(error.span) == "t.yaml:1:103"

    def test_short_forms_and_aliases_add_to_depth(self) -> None:
        assert "100 levels" in refused("A: " + "!Not [" * 50 + "]" * 50).message
        error = refused("A: &a " + "[" * 60 + "]" * 60 + "\nB: " + "[" * 60 + "*a" + "]" * 60)
        assert "100 levels" in error.message
        assert str(error.span) == "t.yaml:2:64"

    def test_merges_within_merges_are_bounded(self) -> None:
        assert "100 levels" in refused("A: " + "{<<: " * 5000).message

    def test_an_alias_bomb(self) -> None:
        lists = "".join(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise("abcdefg"))
        error = refused("a: &a [x, x, x, x, x, x, x, x, x, x]\n" + lists)
        assert "200,000 values" in error.message
        assert error.span
        assert error.span.line == 6

    def test_a_merge_bomb(self) -> None:
        keys = ", ".join(f"k{n}: 1" for n in range(1000))
        merges = "".join(f"B{n}: {{<<: *a}}\n" for n in range(300))
        assert "200,000 values" in refused(f"A: &a {{{keys}}}\n{merges}").message

    def test_a_long_text_that_many_aliases_repeat(self) -> None:
        error = refused(f"A: &a [{'x' * 100_000}]\nB: [{', '.join(['*a'] * 1000)}]\n")
        assert "aliases repeat more than 8,000,000 characters" in error.message
        assert error.span
        assert (error.span.line, error.span.column) == (2, 5 + 80 * 4)

    def test_too_many_values_written_out(self) -> None:
        assert "200,000 values" in refused("A: [" + "x," * 200_000 + "]").message


_PIECES = ["[", "]", "{", "}", "- ", "? ", ": ", ", ", "\n", "  ", "\t", "a", "1", "!Ref ", "!Sub\n", "&a ", "*a", "<<"]
_PIECES += ["'", '"', "|\n", ">-\n", "# c\n", "---\n", "...\n", "%TAG ! x\n", "!Foo ", "\\", "é", "😀", "\r", "\u2028"]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    """And whatever is read stands somewhere in the file."""
    found = attempt(text)
    if isinstance(found, TemplateError):
        assert found.message
        return
    for node in walk(found.root):
        spans = [node.span, *(node.key_spans.values() if isinstance(node, Mapping) else ())]
        for span in spans:
            assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
            assert span.end_line <= len(found.lines)
            assert span.end_column <= len(found.lines[span.end_line - 1]) + 1


# PyYAML's emitter writes YAML 1.1's own line breaks in a way that does not read back.
_TEXT = st.text(st.characters(exclude_characters="\x85\u2028\u2029", exclude_categories=["Cs"]))
_FLOW = st.sampled_from([None, True, False])
_TREES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        _TEXT,
        st.sampled_from(["2012-10-17", "0123", "1e5", "yes", "~", "<<", "!Ref x", "a: b", "a #b", "-.5", "1_0", "0x1"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=15,
)


@given(tree=_TREES, flow=_FLOW, escaped=st.booleans(), indent=st.sampled_from([None, "", "\t"]))
def test_yaml_and_json_of_the_same_tree_read_the_same(
    *, tree: object, flow: bool | None, escaped: bool, indent: str | None
) -> None:
    as_yaml = yaml.dump({"Tree": tree}, default_flow_style=flow, allow_unicode=not escaped, sort_keys=False)
    as_json = json.dumps({"Tree": tree}, indent=indent, ensure_ascii=escaped)
    assert values(as_yaml) == plain(parse(as_json.encode(), "t.json").root)


@given(tree=_TREES, flow=_FLOW)
def test_every_scalar_stands_where_it_says(*, tree: object, flow: bool | None) -> None:
    found = source(yaml.dump({"Tree": tree}, default_flow_style=flow, allow_unicode=True))
    for node in walk(found.root):
        if isinstance(node, Scalar) and node.span.line == node.span.end_line:
            written = found.lines[node.span.line - 1][node.span.column - 1 : node.span.end_column - 1]
            assert values(f"A: {written}") == {"A": node.value}


_MARKED = st.text().map(lambda text: f"{text} # wsconform: no\n# wsconform: no")


_MARKED_TREES = st.recursive(_MARKED, lambda inner: st.lists(inner) | st.dictionaries(_MARKED, inner))


@given(_MARKED_TREES, st.sampled_from("|>'\"-"))
def test_no_comment_is_found_in_scalars(tree: object, style: str) -> None:
    text = yaml.safe_dump({"A": tree}, default_style=None if style == "-" else style)
    found = source(text + "# wsconform: yes")
    assert [comment for *_, comment in found.comments("wsconform:")] == [" wsconform: yes"]
