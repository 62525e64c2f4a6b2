"""Worlds: the ways in which a template's conditions can come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product

MOST_COMBINATIONS = 4_096
"""How many ways to choose are tried while looking for worlds that differ."""


@dataclass(frozen=True, slots=True)
class World:
    """One way in which the conditions come out.

    `features` are the conditions and chosen parameters by which worlds differ; `choices` is one way to get there.
    """

    features: tuple[tuple[str, str], ...]
    choices: dict[str, str | None] = field(compare=False, hash=False)

    def __str__(self) -> str:
        return " and ".join(_clause(name, value) for name, value in self.features)


def _clause(name: str, value: str) -> str:
    return f"{name} is {value}"


def reachable(
    domains: Mapping[str, Sequence[str | None]],
    features: Callable[[dict[str, str | None]], tuple[tuple[str, str], ...]],
    most: int,
) -> tuple[tuple[World, ...], bool]:
    """The worlds that differ in their features, nearest to the defaults first; and whether there may be more.

    The first value of each domain is its default.
    """
    found: dict[tuple[tuple[str, str], ...], World] = {}
    ways = _by_distance(domains)
    for choices in islice(ways, MOST_COMBINATIONS):
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
    """In which worlds something holds, in the fewest words: empty where it holds in all of them.

    One clause that tells all of them from the rest where there is one (`IsProd is false`), else two joined by
    `and`, else each world by itself.
    """
    inside = [world for world in everywhere if world in set(holding)]
    if len(inside) == len(everywhere):
        return ()
    clauses: dict[tuple[str, str], set[int]] = {}
    for index, world in enumerate(everywhere):
        for feature in world.features:
            clauses.setdefault(feature, set()).add(index)
    wanted = {index for index, world in enumerate(everywhere) if world in set(holding)}
    for feature, worlds in clauses.items():
        if worlds == wanted:
            return (_clause(*feature),)
    for one, other in combinations(clauses, 2):
        if clauses[one] & clauses[other] == wanted:
            return (f"{_clause(*one)} and {_clause(*other)}",)
    shared = [feature for feature, worlds in clauses.items() if worlds >= wanted and len(worlds) < len(everywhere)]
    kept = {name for name, _ in shared}
    varying = [
        tuple((name, value) for name, value in world.features if name not in kept or (name, value) in shared)
        for world in inside
    ]
    return tuple(" and ".join(_clause(*feature) for feature in features) for features in varying)
