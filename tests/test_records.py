"""Records do what dataclasses do."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import pytest

from wsconform.records import record


@record(frozen=True, slots=True)
class Place:
    """A place."""

    file: str
    line: int = 1
    seen: list[str] = field(default_factory=list, compare=False)


@record(frozen=True, slots=True)
class Spot:
    file: str
    line: int = 1


@record(frozen=True, slots=True)
class Guarded:
    name: str
    secret: str = field(repr=False)


@record(frozen=True, slots=True)
class Nowhere:
    pass


@record(slots=True)
class Pile:
    items: list[str] = field(default_factory=list)


@record(eq=False)
class Owner:
    name: str
    owned: list[Owner] = field(default_factory=list)

    @cached_property
    def upper(self) -> str:
        return self.name.upper()


@record(eq=False)
class Nested(Owner):
    within: str = ""


@record(frozen=True, slots=True, kw_only=True)
class Checked:
    size: int

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("less than nothing")


def test_a_frozen_one_is_told_by_its_values() -> None:
    assert Place("a", 2) == Place("a", 2, ["x"])
    assert Place("a", 2) != Place("a")
    assert hash(Place("a", 2)) == hash(Place("a", 2, ["x"]))
    assert len({Nowhere(), Nowhere()}) == 1


def test_no_other_class_equals_it() -> None:
    others: tuple[object, ...] = (Spot("a", 1), ("a", 1, []))
    assert Place("a", 1) not in others


def test_one_of_a_class_made_of_it_equals_its_like_only() -> None:
    class Corner(Place):
        pass

    assert Corner("a") == Corner("a")
    others: tuple[object, ...] = (Place("a"),)
    assert Corner("a") not in others


def test_it_can_be_copied_and_sent_to_another_process() -> None:
    made = Place("a", 2, ["x"])
    for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 (its own)
        assert (again, again.seen) == (made, ["x"])


def test_one_that_changes_has_no_hash() -> None:
    assert Pile(["a"]) == Pile(["a"])
    with pytest.raises(TypeError):
        hash(Pile())


def test_without_eq_each_is_only_itself() -> None:
    assert Owner("a") != Owner("a")
    assert len({Owner("a"), Owner("a")}) == 2


def test_fields_are_those_of_the_base_and_its_own() -> None:
    nested = Nested("a", [], "b")
    assert (nested.within, nested.upper) == ("b", "A")
    assert [one.name for one in fields(nested)] == ["name", "owned", "within"]


def test_it_shows_like_a_dataclass() -> None:
    @dataclass(frozen=True)
    class Plain:
        file: str
        line: int

    shown = repr(Plain("a", 2)).replace("Plain", "Spot").rpartition(".")[2]
    assert repr(Spot("a", 2)) == shown
    owner = Owner("a")
    owner.owned.append(owner)
    assert repr(owner) == "Owner(name='a', owned=[...])"


def test_it_does_not_show_what_is_kept_from_view() -> None:
    assert repr(Guarded("a", "swordfish")) == "Guarded(name='a')"


def test_it_can_be_replaced_and_checked() -> None:
    assert replace(Spot("a", 2), line=3) == Spot("a", 3)
    made: Any = Checked
    with pytest.raises(ValueError, match="less than nothing"):
        made(size=-1)
    with pytest.raises(TypeError):
        made(1)
    assert not hasattr(Checked(size=1), "__dict__")
