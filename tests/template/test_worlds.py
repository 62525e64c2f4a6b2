"""Worlds: finding those that differ, and saying in which of them something holds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsconform.template.worlds import MOST_COMBINATIONS, World, describe, reachable

Features = tuple[tuple[str, str], ...]


def worlds_of(*names: str) -> list[World]:
    """Every combination of some conditions."""
    ways = product(("true", "false"), repeat=len(names))
    return [World(tuple(zip(names, values, strict=True)), {}) for values in ways]


def selected(clause: str, world: World) -> bool:
    return all(tuple(part.split(" is ", 1)) in world.features for part in clause.split(" and "))


class TestReachable:
    def test_the_defaults_come_first_and_the_nearest_next(self) -> None:
        domains = {"A": ("0", "1", "2"), "B": ("x", "y"), "C": ("only",)}
        worlds, more = reachable(domains, lambda choices: tuple((n, str(v)) for n, v in choices.items()), 10)
        assert [tuple(world.choices.values()) for world in worlds] == [
            ("0", "x", "only"),
            *(("1", "x", "only"), ("2", "x", "only"), ("0", "y", "only")),
            *(("1", "y", "only"), ("2", "y", "only")),
        ]
        assert not more

    def test_ways_to_choose_that_come_to_the_same_are_one_world(self) -> None:
        domains = {"Env": ("dev", "prod", None)}
        worlds, more = reachable(domains, lambda choices: (("IsProd", str(choices["Env"] == "prod")),), 10)
        assert [world.features for world in worlds] == [(("IsProd", "False"),), (("IsProd", "True"),)]
        assert [world.choices for world in worlds] == [{"Env": "dev"}, {"Env": "prod"}]
        assert not more

    def test_without_choices_there_is_one_world(self) -> None:
        worlds, more = reachable({}, lambda _: (), 1)
        assert worlds == (World((), {}),)
        assert not more

    def test_the_bound_on_worlds_is_said_to_be_met(self) -> None:
        domains = dict.fromkeys("ABC", ("0", "1"))

        def features(choices: dict[str, str | None]) -> Features:
            return tuple((name, str(value)) for name, value in choices.items())

        worlds, more = reachable(domains, features, 7)
        assert (len(worlds), more) == (7, True)
        worlds, more = reachable(domains, features, 8)
        assert (len(worlds), more) == (8, False)

    def test_the_bound_on_ways_to_choose_is_said_to_be_met(self) -> None:
        domains = {f"P{number}": ("0", "1") for number in range(40)}
        tried = []

        def features(choices: dict[str, str | None]) -> Features:
            tried.append(choices)
            return ()

        assert reachable(domains, features, 8) == ((World((), {}),), True)
        assert len(tried) == MOST_COMBINATIONS
        tried.clear()
        assert reachable(domains, features, 8, tries=5)[1]
        assert len(tried) == 5
        assert not reachable({"A": ("0", "1")}, features, 8, tries=2)[1]


class TestDescribe:
    AB = worlds_of("A", "B")
    ABC = worlds_of("A", "B", "C")

    def test_nothing_is_said_where_it_holds_everywhere(self) -> None:
        assert describe(self.AB, self.AB) == ()
        assert describe([World((), {})], [World((), {})]) == ()

    @pytest.mark.parametrize("clause", ["A is true", "B is false", "A is true and B is false"])
    def test_one_clause_where_one_does(self, clause: str) -> None:
        for worlds in (self.AB, self.ABC):
            assert describe([world for world in worlds if selected(clause, world)], worlds) == (clause,)

    def test_either_of_two(self) -> None:
        holding = [world for world in self.ABC if selected("A is true", world) or selected("B is false", world)]
        assert sorted(describe(holding, self.ABC)) == ["A is true", "B is false"]

    def test_one_or_the_other(self) -> None:
        holding = [world for world in self.AB if selected("A is true", world) != selected("B is true", world)]
        assert sorted(describe(holding, self.AB)) == ["A is false and B is true", "A is true and B is false"]

    def test_three_at_once(self) -> None:
        assert describe(self.ABC[:1], self.ABC) == ("A is true and B is true and C is true",)

    def test_what_no_world_reaches_needs_no_telling_apart(self) -> None:
        prod, test, dev = (
            World((("IsProd", p), ("IsTest", t)), {}) for p, t in (("yes", "no"), ("no", "yes"), ("no", "no"))
        )
        assert describe([prod], [prod, test, dev]) == ("IsProd is yes",)
        assert describe([dev], [prod, test, dev]) == ("IsProd is no and IsTest is no",)
        assert describe([test, dev], [prod, test, dev]) == ("IsProd is no",)

    def test_a_clause_that_others_make_needless_is_not_said(self) -> None:
        where = {"Middle": (2, 3, 4, 5), "Left": (1, 2, 3), "Right": (4, 5, 6)}
        worlds = [
            World(tuple((name, "true" if number in inside else "false") for name, inside in where.items()), {})
            for number in range(7)
        ]
        assert sorted(describe(worlds[1:], worlds)) == ["Left is true", "Right is true"]

    @given(st.data())
    def test_the_clauses_select_exactly_the_worlds_given_and_none_can_be_spared(self, data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from(["A", "B", "C", "N/D", "E"]), min_size=1, max_size=5, unique=True))
        row = st.tuples(*(st.sampled_from(["true", "false", "unknown"]) for _ in names))
        rows = data.draw(st.lists(row, min_size=1, max_size=20, unique=True))
        worlds = [World(tuple(zip(names, values, strict=True)), {}) for values in rows]
        holding = data.draw(st.lists(st.sampled_from(worlds), min_size=1, unique=True))
        clauses = describe(holding, worlds)

        def told_by(some: tuple[str, ...]) -> list[World]:
            return [world for world in worlds if any(selected(clause, world) for clause in some)]

        if len(holding) == len(worlds):
            assert clauses == ()
            return
        assert told_by(clauses) == [world for world in worlds if world in holding]
        for index, clause in enumerate(clauses):
            assert told_by(clauses[:index] + clauses[index + 1 :]) != told_by(clauses)
            parts = clause.split(" and ")
            shorter = [" and ".join(parts[:at] + parts[at + 1 :]) for at in range(len(parts) if len(parts) > 1 else 0)]
            assert all(any(world not in holding for world in told_by((one,))) for one in shorter)

    def test_many_features(self) -> None:
        names = [f"C{number}" for number in range(100)]
        rows = [["true" if at == number else "false" for at in range(100)] for number in range(100)]
        worlds = [World(tuple(zip(names, row, strict=True)), {}) for row in rows]
        assert describe(worlds[3:4], worlds) == ("C3 is true",)
        assert sorted(describe(worlds[3:5], worlds)) == ["C3 is true", "C4 is true"]
        assert describe(worlds[:3] + worlds[4:], worlds) == ("C3 is false",)
        assert describe(worlds[5:], worlds) == (" and ".join(f"C{number} is false" for number in range(5)),)


def test_a_world_reads_as_its_features() -> None:
    assert str(World((("IsProd", "true"), ("Env", '"prod"')), {})) == 'IsProd is true and Env is "prod"'


def test_worlds_are_equal_by_their_features() -> None:
    assert World((("A", "true"),), {"P": "1"}) == World((("A", "true"),), {"P": "2"})
    assert len({World((("A", "true"),), {"P": "1"}), World((("A", "true"),), {})}) == 1
