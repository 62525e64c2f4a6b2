"""The elements whose properties have their form from CloudFormation."""

from collections.abc import Iterator

from wsconform.wiring.element import Element
from wsconform.wiring.model import Wiring


def elements_of(wiring: Wiring) -> Iterator[Element]:
    """The APIs, what belongs to them, and the permissions for them, each once."""
    found: dict[str, Element] = {}
    for api in wiring.apis:
        for one in (api.element, *api.parts(), *api.permissions):
            if one is not None:
                found[one.id] = one
    yield from found.values()


def type_name(element: Element) -> str:
    """The last word of an element's type, as in `Route`."""
    return element.resource.type.rpartition(":")[2]
