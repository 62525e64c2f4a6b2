"""The functions behind WebSocket APIs, by the values that they share."""

from __future__ import annotations

from collections.abc import Callable

from wsconform.template.nodes import Span
from wsconform.wiring.model import Api, Function, Wiring

Among = Callable[[Api], list[Function]]


def all_behind(api: Api) -> list[Function]:
    """The functions behind an API's integrations and authorizers."""
    return api.functions


def sharing(function: Function, name: str, among: Among) -> list[Function]:
    """The functions that have the very value of a property which `function` has: itself, or all those of Globals.

    They are the ones `among` the functions of all APIs; the first of them is the one for a finding to name.
    """
    value = function.value(name)
    if value is None:
        return []
    wiring = function.wiring
    found = wiring.once((sharing, name, among), lambda: _by_value(wiring, name, among))
    return found.get(value.span, [])


def _by_value(wiring: Wiring, name: str, among: Among) -> dict[Span, list[Function]]:
    found: dict[Span, list[Function]] = {}
    for function in {one.id: one for api in wiring.apis for one in among(api)}.values():
        value = function.value(name)
        if value is not None:
            found.setdefault(value.span, []).append(function)
    return found
