"""Mapping templates: their language, their variables and their bounds."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrations import message

from wsconform.local.gateway.integration import velocity
from wsconform.local.gateway.integration.mapping import MappingError, mapped

DOCUMENT = {
    "text": 'a"b',
    "yes": True,
    "none": None,
    "number": 2.5,
    "items": [{"n": "x", "v": 1}, {"n": "y", "v": 2}],
    "map": {"k1": "v1", "k2": "v2"},
}
CONTEXT = message(DOCUMENT, stage_variables={"env": "dev"}, headers={"X-Room": "a"}, query={"q": "1", "r": "2"})


def made(template: str) -> str:
    return mapped(template, json.dumps(DOCUMENT), CONTEXT)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("$input.body", json.dumps(DOCUMENT)),
        ("$input.json('$.items')", '[{"n":"x","v":1},{"n":"y","v":2}]'),
        ("$input.json('$.text')", '"a\\"b"'),
        ("$input.json('$.nowhere')", '""'),
        ("$input.path('$.text')", 'a"b'),
        ("$input.path('$.items[1].n')", "y"),
        ("$input.path('$.items[*].n')", "[x, y]"),
        ("$input.path('$').items[0].n", "x"),
        ("$input.path('$.items').size()", "2"),
        ("$input.path('$.nowhere')", ""),
        ("$input.params('q')$input.params('x-room')$input.params('none')", "1a"),
        ("#foreach($k in $input.params().querystring.keySet())$k#if($foreach.hasNext),#end#end", "q,r"),
        ("${context.connectionId}/$context.stage/$context.authorizer.principalId", "R1kmxc2VNjMCFIA=/v1/alice"),
        ("$stageVariables.env$stageVariables.none", "dev"),
        ("$util.escapeJavaScript($input.json('$.text'))", '\\"a\\\\\\"b\\"'),
        ("$util.escapeJavaScript('é/😀')", "\\u00E9\\/\\uD83D\\uDE00"),
        ("$util.parseJson('{\"a\": [1, 2]}').a[1]", "2"),
        ("$util.urlEncode('a b&c/é*')|$util.urlDecode('a+b%26')", "a+b%26c%2F%C3%A9*|a b&"),
        ("$util.base64Encode('é')|$util.base64Decode('w6k=')", "w6k=|é"),
    ],
)
def test_variables(template: str, text: str) -> None:
    assert made(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain $5.00 #fff {}", "plain $5.00 #fff {}"),
        ("[$nothing][$!nothing][${nothing}][$input.nothing][$input.path('$').map.nothing]", "[][][][][]"),
        (
            "#set($m = $input.path('$'))$m.yes/$m.none/$m.number/$m.map/$m.items",
            "true//2.5/{k1=v1, k2=v2}/[{n=x, v=1}, {n=y, v=2}]",
        ),
        ("#set($x = 1 + 2 * 3)$x/#set($x = 7 / 2)$x/#set($x = -7 / 2)$x/#set($x = 7 % 2)$x", "7/3/-3/1"),
        ('#set($x = "id-$context.stage")$x', "id-v1"),
        ("#set($x = 'id-$context.stage')$x", "id-$context.stage"),
        ("#set($x = 1)#set($x = $x + 'a')$x", "1a"),
        ("#set($m = {})#set($ignored = $m.put('a', 1))$m.a$m", "1{a=1}"),
        ("#set($l = [])#set($ignored = $l.add('a'))$l.get(0)$l.size()$l.isEmpty()", "a1false"),
        (
            "#set($s = 'abc')$s.toUpperCase()$s.length()$s.substring(1)$s.indexOf('c')$s.replaceAll('(b)', '[$1]')",
            "ABC3bc2a[b]c",
        ),
        ("#set($s = 'a,b,,')#foreach($p in $s.split(','))<$p>#end", "<a><b>"),
        ("#if($input.path('$').yes)1#{else}2#end#if($input.path('$').none)1#{else}2#end#if('')1#{else}2#end", "121"),
        ("#if(1 > 2)a#elseif('a' == 'a' && !$nothing)b#{else}c#end", "b"),
        ("#if($context.stage == 'v1' || 1 == 2)a#end#if(1 == '1')b#end#if(true == 1)c#end", "ab"),
        ("#foreach($e in $input.path('$').map.entrySet())$e.key=$e.value,$e.getKey();#end", "k1=v1,k1;k2=v2,k2;"),
        ("#foreach($v in $input.path('$').map)$v;#end#foreach($v in $nothing)x#end", "v1;v2;"),
        ("#foreach($i in [1..3])$i$foreach.index$foreach.count#if($foreach.first)!#end#end", "101!212323"),
        ("#foreach($i in [1..9])#if($i == 3)#break#end$i#end.", "12."),
        ("#foreach($i in [1..2000])x#end", "x" * 1000),
        ("#macro(twice $x)$x$x#end#twice('a')", "aa"),
        ("#define($d)hi#end$d", "hi"),
        ("a#* b *#c## d\ne", "ace"),
        ("a#stop b", "a"),
        ("#set($context.mine = 'x')$context.mine", "x"),
    ],
)
def test_the_language(template: str, text: str) -> None:
    assert made(template) == text


@pytest.mark.parametrize(
    "name", ["$input.__class__", "$input.body.upper()", "$input.body.format('x')", "$context.keys", "$util.nope('a')"]
)
def test_pythons_own_names_mean_nothing(name: str) -> None:
    assert made(f"[{name}]") == "[]"


def test_a_template_cannot_change_the_event() -> None:
    made("#set($context.connectionId = 'x')")
    assert CONTEXT.request["connectionId"] == "R1kmxc2VNjMCFIA="


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("#set($x = )", "line 1, column 11: expected expression"),
        ("#if($x", "expected"),
        ("#include('/etc/hostname')", '"#include" is no directive'),
        ("#parse('x')", '"#parse" is no directive'),
        ("#evaluate('x')", '"#evaluate" is no directive'),
        ("#nothing('x')", "no such macro: nothing"),
        ("$input.path('$').items[2].n", "the index 2 is beyond the list of 2"),
        ("$util.parseJson('{')", "$util.parseJson is given what is not JSON"),
        ("$util.base64Decode('x')", "$util.base64Decode is given what is not Base64"),
        ("$input.path()", "in $input.path()"),
        ("#foreach($i in [1..'x'])#end", "expected"),
    ],
)
def test_what_cannot_be_rendered_says_why(template: str, reason: str) -> None:
    with pytest.raises(MappingError) as refused:
        made(template)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


LOOPS = "#foreach($a in [1..1000])" * 4 + "#end" * 4
DOUBLING = '#set($x = "12345678")#foreach($i in [1..1000])#set($x = {})#end$x'


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (LOOPS, "steps"),
        ("#macro(m)#foreach($i in [1..1000])#m()#end#end#m()", "nested too deeply"),
        ("#macro(a)#foreach($i in [1..1000])x#end#end#macro(b)#foreach($j in [1..1000])#a()#end#end#b()", "steps"),
        (DOUBLING.format('"$x$x"'), "grows beyond"),
        (DOUBLING.format("$x + $x"), "grows beyond"),
        (DOUBLING.format("$x.replaceAll('1', $x)"), "grows beyond"),
        (DOUBLING.format("$x.replace('1', $x)"), "grows beyond"),
        (DOUBLING.format("$x.concat($x)"), "grows beyond"),
        (DOUBLING.format("[$x, $x]"), "nested too deeply"),
        (DOUBLING.replace("1000", "40").format("[$x, $x]"), "grows beyond"),
        ("#set($l = [1])#foreach($i in [1..1000])#set($d = $l.addAll($l))#end", "grows beyond"),
        ("#set($l = [1..1000000])", "a range is longer"),
        ("#foreach($a in [1..1000])#foreach($b in [1..90])" + "x" * 100 + "#end#end", "the output grows beyond"),
        ("#if(" + "(" * 5000 + "1" + ")" * 5000 + ")#end", "nested too deeply"),
        (" " * (velocity.MOST_TEMPLATE + 1), "the template is longer"),
    ],
)
def test_every_template_ends(template: str, reason: str) -> None:
    with pytest.raises(MappingError) as refused:
        made(template)
    assert reason in str(refused.value)


def test_numbers_stay_numbers_of_64_bits() -> None:
    assert made("#set($x = 3)#foreach($i in [1..1000])#set($x = $x * $x)#end$x").lstrip("-").isdigit()


def test_a_regular_expression_bomb_is_one_call() -> None:
    assert made("#set($s = 'aaaaaaaaaaaaaaaaaaaa!')$s.matches('(a+)+')") == "false"


PIECES = [
    *(
        "#if(",
        "#set($x = ",
        ")",
        "#end",
        "#else",
        "#foreach($i in ",
        "#macro(m)",
        "#m()",
        "#break",
        "#stop",
        "#define($d)",
    ),
    *(
        "$input.path('$')",
        "$input",
        ".items",
        "[0]",
        "['a']",
        ".size()",
        ".get(",
        "$x",
        "$!{x}",
        "${x",
        "$context",
        "|'b'}",
    ),
    *(
        "[1..5]",
        "{'a': ",
        "}",
        "'",
        '"',
        "1",
        " + ",
        " == ",
        " && ",
        "!",
        "-",
        "/",
        "%",
        "null",
        "true",
        ", ",
        "##",
        "#*",
        "*#",
    ),
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join), st.text())
def test_no_template_raises_anything_else(template: str, payload: str) -> None:
    with suppress(MappingError):
        assert isinstance(mapped(template, payload, CONTEXT), str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_comes_out_as_it_went_in(document: Any) -> None:  # noqa: ANN401
    assert json.loads(mapped("$input.json('$')", json.dumps(document), CONTEXT)) == document
    copied = mapped("#set($all = $input.json('$'))\"$util.escapeJavaScript($all)\"", json.dumps(document), CONTEXT)
    assert json.loads(json.loads(copied.replace("\\'", "'"))) == document
