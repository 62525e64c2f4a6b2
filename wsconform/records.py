"""Dataclasses at a fifth of the cost. A run makes some ninety, which took more of its start than anything else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["record"]


def _record(
    *, frozen: bool = False, slots: bool = False, kw_only: bool = False, eq: bool = True
) -> Callable[[type], Any]:
    """`dataclasses.dataclass`, which compiles up to six methods for each class. Here that is `__init__` alone.

    That nobody sets a field of a frozen one is seen to by the type checker, and costs nothing where one is made.
    """

    def make(cls: type) -> Any:  # noqa: ANN401 (the class again)
        made: Any = dataclasses.dataclass(repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
        made.__repr__ = _repr
        if eq:
            compared = [one.name for one in dataclasses.fields(made) if one.compare]
            values = attrgetter(*compared) if compared else _no_values
            made.__eq__ = lambda one, other: (
                values(one) == values(other) if other.__class__ is one.__class__ else NotImplemented
            )
            made.__hash__ = (lambda one: hash(values(one))) if frozen else None
        return made

    return make


@recursive_repr()
def _repr(one: Any) -> str:  # noqa: ANN401 (of any class)
    values = (f"{field.name}={getattr(one, field.name)!r}" for field in dataclasses.fields(one) if field.repr)
    return f"{type(one).__qualname__}({', '.join(values)})"


def _no_values(_: object) -> tuple[()]:
    return ()


if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    record = _record
