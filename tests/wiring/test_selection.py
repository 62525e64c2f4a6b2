"""Route selection expressions: which are well-formed, and which keys they come to."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.source import parse
from wsconform.template.values import Unresolved
from wsconform.wiring.element import Missing
from wsconform.wiring.reader import read_stack, read_wiring
from wsconform.wiring.selection import MalformedSelection, Selection, Variable, parse_selection, selection_of

WORDS = st.text("abcxyz/-_ .", max_size=4)


def parsed(expression: str) -> Selection:
    selection = parse_selection(expression)
    assert isinstance(selection, Selection), selection
    return selection


@pytest.mark.parametrize(
    ("expression", "pieces"),
    [
        ("$request.body.action", [Variable(".action")]),
        ("${request.body.action}", [Variable(".action")]),
        ("$request.body.data.kind", [Variable(".data.kind")]),
        ("$request.body.detail-type", [Variable(".detail-type")]),
        ("$request.body['action']", [Variable("['action']")]),
        ("$request.body.items[0].kind", [Variable(".items[0].kind")]),
        ("$request.body..action", [Variable("..action")]),
        ("${request.body.a}/${request.body.b}", [Variable(".a"), "/", Variable(".b")]),
        ("$request.body.a/$request.body.b", [Variable(".a"), "/", Variable(".b")]),
        ("v1-${request.body.action}", ["v", "1", "-", Variable(".action")]),
        ("action", list("action")),
        ("\\$default", list("$default")),
        ("{request.body.action}", list("{request.body.action}")),
    ],
)
def test_a_well_formed_expression_is_read(expression: str, pieces: list[str | Variable]) -> None:
    assert list(parsed(expression).pieces) == pieces


@pytest.mark.parametrize(
    ("expression", "problem", "instead"),
    [
        ("${request.body.action", 'opens "${"', "${request.body.action}"),
        ("$request.body.action}", "a brace that belongs to no variable", "$request.body.action"),
        ("{$request.body.action}", "a brace that belongs to no variable", "$request.body.action"),
        ("$request.body", "names no field", "$request.body.action"),
        ("${request.body}", "names no field", "$request.body.action"),
        ("$request.body.", "no JSONPath", "$request.body.action"),
        ("$request.body.{action}", "no JSONPath", "$request.body.action"),
        ("$request.header.action", 'uses "$request.header.action"', "$request.body.action"),
        ("$request.querystring.kind", 'uses "$request.querystring.kind"', "$request.body.kind"),
        ("$request.method", 'uses "$request.method"', "$request.body.method"),
        ("$context.routeKey", 'uses "$context.routeKey"', "$request.body.action"),
        ("$request.bodyaction", 'uses "$request.bodyaction"', "$request.body.bodyaction"),
        ("$Request.Body.action", 'uses "$Request.Body.action"', "$request.body.action"),
        ("$body.action", 'uses "$body.action"', "$request.body.action"),
        ("$.action", 'uses "$.action"', "$request.body.action"),
        ("$action", 'uses "$action"', "$request.body.action"),
        ("$default", 'uses "$default"', "\\$default"),
        ("$", 'a "$" that begins no variable', "$request.body.action"),
        ("${}", 'a "$" that begins no variable', "$request.body.action"),
        ("${request.method} ${request.path}", 'uses "$request.method"', "$request.body.method"),
        ("$$request.body.action", 'a "$" that begins no variable', "$request.body.action"),
        ("$request.body.a-${request.header.b}", 'uses "$request.header.b"', "$request.body.b"),
    ],
)
def test_a_malformed_expression_says_what_is_wrong(expression: str, problem: str, instead: str) -> None:
    malformed = parse_selection(expression)
    assert isinstance(malformed, MalformedSelection)
    assert problem in malformed.problem
    assert malformed.instead == instead


@pytest.mark.parametrize(
    ("expression", "key", "yields"),
    [
        ("$request.body.action", "send", True),
        ("$request.body.action", "", True),
        ("action", "action", True),
        ("action", "send", False),
        ("\\$default", "$default", True),
        ("request.body.action", "send", False),
        ("${request.body.service}/${request.body.action}", "chat/send", True),
        ("${request.body.service}/${request.body.action}", "/", True),
        ("${request.body.service}/${request.body.action}", "send", False),
        ("v1.${request.body.action}", "v1.send", True),
        ("v1.${request.body.action}", "v2.send", False),
        ("${request.body.action}-v1", "send-v1", True),
        ("ab${request.body.action}ba", "aba", False),
        ("$request.body.action ", "send", False),
    ],
)
def test_a_key_can_come_out_or_not(expression: str, key: str, yields: bool) -> None:  # noqa: FBT001
    assert parsed(expression).yields(key) is yields


@given(st.lists(WORDS, min_size=1, max_size=4), st.text("abcxyz/-_ .", max_size=8))
def test_a_key_comes_out_exactly_where_some_message_makes_it(stretches: list[str], key: str) -> None:
    selection = parsed("${request.body.x}".join(stretches))
    pattern = ".*".join(map(re.escape, stretches))
    assert selection.yields(key) is (re.fullmatch(pattern, key) is not None)


@given(st.text("$\\{}[].*'requstbody action/-", max_size=40))
def test_any_text_is_read(expression: str) -> None:
    selection = parse_selection(expression)
    if isinstance(selection, MalformedSelection):
        assert selection.problem
        assert isinstance(parse_selection(selection.instead), Selection | MalformedSelection)
    elif "$" not in expression:
        assert selection.constant == expression


def said(expression: str) -> object:
    """What an API says whose expression is written so."""
    template = f"""
Parameters:
  Given:
    Type: String
Resources:
  ChatApi:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ProtocolType: WEBSOCKET
{expression}
"""
    stack = read_stack(parse(template.encode(), "template.yaml"))
    return selection_of(read_wiring(stack.in_world(stack.worlds[0])).apis[0])


def test_the_expression_of_an_api() -> None:
    assert said("") is None
    assert said("      RouteSelectionExpression: $request.body.action") == Selection((Variable(".action"),))
    assert said("      RouteSelectionExpression: !Sub ${request.body.action}") == Missing("request")
    for unknown in ("!Ref Given", "!Ref AWS::StackName"):
        assert isinstance(said(f"      RouteSelectionExpression: {unknown}"), Unresolved)


def test_an_expression_of_variables_only_yields_any_key() -> None:
    assert parsed("$request.body.action").yields_any
    assert not parsed("a/${request.body.action}").yields_any
    assert not parsed("").yields_any
