"""Worlds: the ways in which a template's conditions can come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import combinations, islice, product

from wsconform.records import record

MOST_COMBINATIONS = 4_096
"""How many ways to choose are tried while looking for worlds that differ."""
MOST_PAIRED, FEW = 80, 2
"""Features that are tried in pairs to say in which worlds something holds; clauses of these that are few enough."""


@record(frozen=True, slots=True)
class World:
    """One way in which the conditions come out.

    `features` are the conditions and chosen parameters by which worlds differ; `choices` is one way to get there.
    """

    features: tuple[tuple[str, str], ...]
    choices: dict[str, str | None] = field(compare=False, hash=False)

    def __str__(self) -> str:
        return " and ".join(_clause(name, value) for name, value in self.features)


AS_GIVEN = World(features=(), choices={})
"""The world of parameter values and defaults: all that is left to choose once a stack is deployed."""


def _clause(name: str, value: str) -> str:
    return f"{name} is {value}"


def reachable(
    domains: Mapping[str, Sequence[str | None]],
    features: Callable[[dict[str, str | None]], tuple[tuple[str, str], ...]],
    most: int,
    tries: int = MOST_COMBINATIONS,
) -> tuple[tuple[World, ...], bool]:
    """The worlds that differ in their features, nearest to the defaults first; and whether there may be more.

    The first value of each domain is its default. At most `most` worlds are looked for, in at most `tries` ways to
    choose.
    """
    found: dict[tuple[tuple[str, str], ...], World] = {}
    ways = _by_distance(domains)
    for choices in islice(ways, tries):
        key = features(choices)
        if key not in found:
            if len(found) == most:
                return tuple(found.values()), True
            found[key] = World(features=key, choices=choices)
    return tuple(found.values()), next(ways, None) is not None


def _by_distance(domains: Mapping[str, Sequence[str | None]]) -> Iterator[dict[str, str | None]]:
    """Every way to choose, those with the fewest departures from the defaults first."""
    default = {name: values[0] for name, values in domains.items()}
    free = [name for name, values in domains.items() if len(values) > 1]
    for distance in range(len(free) + 1):
        for names in combinations(free, distance):
            for values in product(*(domains[name][1:] for name in names)):
                yield default | dict(zip(names, values, strict=True))


def describe(holding: Collection[World], everywhere: Sequence[World]) -> tuple[str, ...]:
    """In which worlds something holds, in few words: empty where it holds in all of them.

    Together the clauses hold in exactly the worlds of `holding`: each names what sets some of these apart from the
    rest (`IsProd is false`, or several such joined by `and`), and none of them can be spared.
    """
    wanted_worlds = set(holding)
    wanted = _bits(world in wanted_worlds for world in everywhere)
    if wanted == (1 << len(everywhere)) - 1:
        return ()
    where = {
        feature: _bits(feature in world.features for world in everywhere)
        for feature in dict.fromkeys(feature for world in everywhere for feature in world.features)
    }
    candidates = [clause for clause in _short_clauses(where) if clause.worlds & ~wanted == 0]
    chosen = _cover(candidates, wanted)
    if len(chosen) > FEW or _union(chosen) != wanted:
        candidates += [
            _shortened(world, where, wanted) for index, world in enumerate(everywhere) if wanted >> index & 1
        ]
        chosen = _cover(candidates, wanted)
    order = {name: index for index, name in enumerate(dict.fromkeys(name for name, _ in where))}
    return tuple(
        " and ".join(_clause(*feature) for feature in sorted(clause.features, key=lambda feature: order[feature[0]]))
        for clause in chosen
    )


@record(frozen=True, slots=True)
class _Clause:
    """Some features, and the worlds that have them all: one bit for each."""

    features: tuple[tuple[str, str], ...]
    worlds: int


def _bits(answers: Iterable[bool]) -> int:
    return sum(1 << index for index, answer in enumerate(answers) if answer)


def _cover(candidates: Sequence[_Clause], wanted: int) -> list[_Clause]:
    """Few of the candidates that together hold in all `wanted` worlds, as far as these do; none to spare."""
    chosen: list[_Clause] = []
    left = wanted & _union(candidates)
    while left:
        best = max(candidates, key=lambda clause: ((clause.worlds & left).bit_count(), -len(clause.features)))
        chosen.append(best)
        left &= ~best.worlds
    for clause in tuple(chosen):
        others = [other for other in chosen if other is not clause]
        if clause.worlds & ~_union(others) == 0:
            chosen = others
    return chosen


def _union(clauses: Iterable[_Clause]) -> int:
    together = 0
    for clause in clauses:
        together |= clause.worlds
    return together


def _short_clauses(where: Mapping[tuple[str, str], int]) -> list[_Clause]:
    """The clauses of one feature and, where these are not too many, of two."""
    clauses = [_Clause((feature,), worlds) for feature, worlds in where.items()]
    if len(where) <= MOST_PAIRED:
        pairs = combinations(tuple(clauses), 2)
        clauses += [_Clause(one.features + other.features, one.worlds & other.worlds) for one, other in pairs]
    return [clause for clause in clauses if clause.worlds]


def _shortened(world: World, where: Mapping[tuple[str, str], int], wanted: int) -> _Clause:
    """The features of one world without those that need not be said to stay within the `wanted` ones."""
    features = list(world.features)
    for feature in sorted(world.features, key=lambda feature: (where[feature] & wanted).bit_count()):
        rest = [other for other in features if other != feature]
        if _shared(rest, where) & ~wanted == 0:
            features = rest
    return _Clause(tuple(features), _shared(features, where))


def _shared(features: Iterable[tuple[str, str]], where: Mapping[tuple[str, str], int]) -> int:
    shared = -1
    for feature in features:
        shared &= where[feature]
    return shared
