"""Symbolic texts: equal meaning, equal parts."""

from __future__ import annotations

import itertools

import pytest
from building import SPAN
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.nodes import Span
from wsconform.template.values import (
    ABSENT,
    Atom,
    Attribute,
    Map,
    Part,
    Pseudo,
    Seq,
    Text,
    Unresolved,
    Value,
    atoms,
    pieces,
    split,
    text,
    texts,
)

ROUTE, REGION, SECRET = Attribute("Route"), Pseudo("AWS::Region"), Unresolved("Secret", "it has no default")
ATOMS: st.SearchStrategy[Atom] = st.sampled_from([ROUTE, Attribute("F", "Arn"), REGION, SECRET])
PARTS: st.SearchStrategy[list[Part]] = st.lists(st.text("ab/", max_size=3) | ATOMS, max_size=6)


@given(PARTS)
def test_a_text_is_in_normal_form(parts: list[Part]) -> None:
    found = text(parts, SPAN).parts
    literals = [isinstance(part, str) for part in found]
    assert "" not in found
    assert (True, True) not in itertools.pairwise(literals)
    assert "".join(map(str, found)) == "".join(map(str, parts))


@given(PARTS, PARTS)
def test_how_it_was_put_together_does_not_show(one: list[Part], other: list[Part]) -> None:
    together = text([*one, *other], SPAN)
    in_two_steps = text([*text(one, SPAN).parts, *text(other, SPAN).parts], Span("elsewhere", 2, 2, 2, 2))
    assert together.same(in_two_steps)


@given(PARTS, st.text("ab/", min_size=1, max_size=2), st.integers(-1, 3))
def test_split_cuts_the_literal_stretches_only(parts: list[Part], separator: str, limit: int) -> None:
    whole = text(parts, SPAN)
    stand_ins = {atom: chr(0xE000 + index) for index, atom in enumerate(dict.fromkeys(atoms(whole)))}

    def written(value: Text) -> str:
        return "".join(part if isinstance(part, str) else stand_ins[part] for part in value.parts)

    expected = written(whole).split(separator, limit) if limit >= 0 else written(whole).split(separator)
    assert [written(piece) for piece in split(whole, separator, limit)] == expected


def test_what_a_text_says_of_itself() -> None:
    assert text([], SPAN).literal == ""
    assert text(["a", "b"], SPAN).literal == "ab"
    assert text(["a", ROUTE], SPAN).literal is None
    assert text([ROUTE], SPAN).literal is None
    assert text([ROUTE], SPAN).atom == ROUTE
    assert text(["a", ROUTE], SPAN).atom is None
    assert text(["a"], SPAN).atom is None
    assert text([REGION, "a", SECRET], SPAN).unresolved == SECRET
    assert text([REGION, "a"], SPAN).unresolved is None


def test_what_no_deployment_will_tell() -> None:
    assert Unresolved(f"{ABSENT}map:a.b", "it has no such entry").is_absent
    assert not SECRET.is_absent


def test_a_text_reads_as_fn_sub_writes_it() -> None:
    parts: list[Part] = ["a-", ROUTE, Attribute("F", "Arn"), REGION, SECRET]
    assert str(text(parts, SPAN)) == "a-${Route}${F.Arn}${AWS::Region}${Secret}"


def test_atoms_and_texts_come_in_reading_order() -> None:
    one, other = text(["a", ROUTE], SPAN), text([REGION, SECRET], SPAN)
    inner = Map({"k": Seq((other,), SPAN)}, {}, SPAN)
    value: Value = Seq((one, inner, text([], SPAN)), SPAN)
    assert list(atoms(value)) == [ROUTE, REGION, SECRET]
    assert list(texts(value)) == [one, other, text([], SPAN)]


def test_a_map_knows_where_its_keys_stand() -> None:
    place = Span("t.yaml", 3, 3, 3, 4)
    here = Map({"k": text(["v"], SPAN)}, {"k": place}, SPAN)
    assert here.key_span("k") == place
    assert here.key_span("other") == SPAN
    assert here.get("other") is None


CHOSEN = {
    Attribute("F", "Arn"): "arn:aws:lambda:eu-west-1:1:function:f",
    REGION: "eu-west-1",
    Pseudo("AWS::AccountId"): "111122223333",
    Pseudo("AWS::StackId"): "arn:aws:x:y/z,1",
    ROUTE: "a/b-c.d",
    SECRET: "a,b",
}


@given(st.lists(st.sampled_from(["a", ",", ":", "/", "-", *CHOSEN]), max_size=6), st.sampled_from([*",:/-", "1", "/a"]))
def test_pieces_are_those_of_any_deployment(parts: list[Part], separator: str) -> None:
    def deployed(value: Text) -> str:
        return "".join(part if isinstance(part, str) else CHOSEN[part] for part in value.parts)

    whole = text(parts, SPAN)
    found = pieces(whole, separator)
    assert found is None or [deployed(piece) for piece in found] == deployed(whole).split(separator)


@pytest.mark.parametrize(
    ("part", "separator", "are_told"),
    [
        (REGION, "/", True),
        (REGION, "-", False),
        (Pseudo("AWS::AccountId"), "-", True),
        (Pseudo("AWS::StackId"), "-", False),
        (ROUTE, ",", True),
        (ROUTE, "/", False),
        (Attribute("F", "Arn"), ",", True),
        (Attribute("Zone", "NameServers"), ",", False),
        (SECRET, ",", False),
    ],
)
def test_pieces_are_told_where_no_separator_can_hide(part: Part, separator: str, *, are_told: bool) -> None:
    assert (pieces(text(["x", part], SPAN), separator) is not None) == are_told
