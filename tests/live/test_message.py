"""Messages are made up so that the local stage's own choice of a route comes to the key."""

import itertools
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wsconform.live.message import selecting
from wsconform.local.deployed.model import DeployedRoute
from wsconform.local.gateway.assumptions import Assumptions
from wsconform.local.gateway.selection import Selector
from wsconform.wiring.selection import Selection, Variable, parse_selection

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,5}", fullmatch=True)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(".".join)
VARIABLES = PATHS.map("${{request.body.{}}}".format)
STATIC = st.text(st.characters(exclude_characters="${}\\"), max_size=4)
EXPRESSIONS = st.lists(VARIABLES | STATIC, min_size=1, max_size=4).map("".join) | PATHS.map("$request.body.{}".format)


def parsed(expression: str) -> Selection:
    found = parse_selection(expression)
    assert isinstance(found, Selection)
    return found


def comes_to(selection: Selection, key: str, message: str) -> bool:
    """Whether the local stage takes a message to the route of a key."""
    routes = {key: DeployedRoute(key=key, label="Route")}
    chosen = Selector(selection, routes, Assumptions()).choose(message)
    return chosen.route is not None and chosen.key == key


def clash(selection: Selection) -> bool:
    """Whether what two of its variables stand for cannot differ, or not both be text."""
    paths = [f"{piece.path}." for piece in selection.pieces if isinstance(piece, Variable)]
    return any(one.startswith(other) for one, other in itertools.permutations(paths, 2))


@given(EXPRESSIONS, st.text(min_size=1, max_size=12).filter(lambda key: not key.startswith("$")))
@example("${request.body.a}-${request.body.b}", "x-y-z")
@example("${request.body.a}${request.body.a.b}", "key")
@example("${request.body.a}/${request.body.a}", "one/two")
def test_a_message_selects_the_key_it_was_made_for(expression: str, key: str) -> None:
    selection = parsed(expression)
    message = selecting(selection, key)
    if message is None:
        assert not selection.yields(key) or clash(selection)
    else:
        assert comes_to(selection, key, message)


@given(PATHS, st.text(min_size=1, max_size=12).filter(lambda key: not key.startswith("$")))
def test_a_plain_expression_has_a_message_for_every_key(path: str, key: str) -> None:
    selection = parsed(f"$request.body.{path}")
    message = selecting(selection, key)
    assert message is not None
    assert comes_to(selection, key, message)


@pytest.mark.parametrize(
    ("expression", "key", "message"),
    [
        ("$request.body.action", "test", {"action": "test"}),
        ("${request.body.a.b}/${request.body.a.c}", "chat/join", {"a": {"b": "chat", "c": "join"}}),
        ("${request.body.action}-v1", "test-v1", {"action": "test"}),
        ("${request.body.action}-v1", "test", None),
        ("fixed", "fixed", {}),
        ("fixed", "other", None),
        ("$request.body.items[0].kind", "test", None),
        ("$request.body..kind", "test", None),
        ("${request.body.a}${request.body.a.b}", "test", None),
        ("${request.body.a}/${request.body.a}", "same/same", {"a": "same"}),
        ("${request.body.a}/${request.body.a}", "one/two", None),
    ],
)
def test_what_is_made_up(expression: str, key: str, message: dict[str, object] | None) -> None:
    made_up = selecting(parsed(expression), key)
    assert (None if made_up is None else json.loads(made_up)) == message
