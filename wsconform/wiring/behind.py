"""The functions behind WebSocket APIs, by the values that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wsconform.template.nodes import Span
from wsconform.wiring.model import Api, Function


@dataclass(frozen=True, slots=True)
class Shared:
    """A property's value and the functions that have it: one, or all that take it from the Globals section."""

    at: Span
    functions: tuple[Function, ...]

    @property
    def first(self) -> Function:
        """The function that a finding names."""
        return self.functions[0]


def shared(api: Api, name: str, among: Callable[[Api], list[Function]]) -> Iterator[Shared]:
    """Each value of a property that functions `among` those of an API have.

    The functions of the other APIs are counted too, so that a value has the same first function whichever API asks.
    """
    functions = {one.id: one for other in api.wiring.apis for one in among(other)}
    mine = {one.id for one in among(api)}
    found: dict[Span, list[Function]] = {}
    for function in functions.values():
        value = function.value(name)
        if value is not None:
            found.setdefault(value.span, []).append(function)
    for span, having in found.items():
        if any(one.id in mine for one in having):
            yield Shared(span, tuple(having))
