"""What a check is, and the registry of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wsconform.check.finding import Fault, Inconclusive, Severity
from wsconform.check.registry import Check, PackError, Registry, UnknownNameError, check, filling, unknown_name
from wsconform.template.nodes import Span
from wsconform.wiring.model import Route

PLACE = Span("t.yaml", 1, 1, 1, 2)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that `check` fills."""
    found = Registry()
    token = filling.set(found)
    yield found
    filling.reset(token)


def register(name: str, said: tuple[object, ...] = ()) -> None:
    @check(name, on=Route, severity=Severity.ERROR, area="routes", why="it breaks", source="https://example.com")
    def body(_: Route) -> Iterator[Fault]:
        """Something holds.

        And more is said of it.
        """
        for one in said:
            if isinstance(one, BaseException):
                raise one
            assert isinstance(one, Fault)
            yield one


def test_a_check_is_registered_with_what_it_says_of_itself(registry: Registry) -> None:
    register("something-holds")
    (found,) = registry
    assert isinstance(found, Check)
    assert len(registry) == 1
    assert registry.get("something-holds") is found
    assert (found.name, found.summary, found.on, found.severity) == (
        *("something-holds", "Something holds."),
        *(Route, Severity.ERROR),
    )
    assert (found.area, found.why, found.source) == ("routes", "it breaks", "https://example.com")
    assert (found.any_protocol, found.in_every_world) == (False, False)
    assert found.file == Path(__file__)
    assert found.page == Path(__file__).with_suffix(".md")


def test_the_function_stays_as_it_is() -> None:
    token = filling.set(Registry())

    def body(_: Route) -> list[Fault]:
        """Something holds."""
        return []

    registered = check("a-b", on=Route, severity=Severity.NOTE, area="a", why="w", source="s")(body)
    filling.reset(token)
    assert registered is body


def test_a_check_says_faults_and_ends_where_it_cannot_tell(registry: Registry) -> None:
    fault = Fault(at=PLACE, message="wrong")
    register("cannot-tell", (fault, Inconclusive("who knows", PLACE), fault))
    said = list(registry.get("cannot-tell").run(None))
    assert said[0] is fault
    assert isinstance(said[1], Inconclusive)
    assert (said[1].reason, said[1].at, len(said)) == ("who knows", PLACE, 2)


def test_what_breaks_a_check_is_not_hidden(registry: Registry) -> None:
    register("breaks-down", (ValueError("oh"),))
    with pytest.raises(ValueError, match="oh"):
        list(registry.get("breaks-down").run(None))


@pytest.mark.parametrize("name", ["Upper-Case", "one", "under_score", "-a-b", "a-", "a--b", "", "1-a", "a b"])
@pytest.mark.usefixtures("registry")
def test_a_name_is_in_kebab_case(name: str) -> None:
    with pytest.raises(PackError, match="kebab-case"):
        register(name)


@pytest.mark.parametrize("name", ["a-b", "tls-1.2-only", "route-keys-unique"])
def test_names_that_are(name: str, registry: Registry) -> None:
    register(name)
    assert registry.get(name).name == name


@pytest.mark.parametrize("docstring", [None, "", "\n   \n"])
@pytest.mark.usefixtures("registry")
def test_a_check_states_its_requirement(docstring: str | None) -> None:
    def body(_: Route) -> list[Fault]:
        return []

    body.__doc__ = docstring
    with pytest.raises(PackError, match="docstring"):
        check("a-b", on=Route, severity=Severity.NOTE, area="a", why="w", source="s")(body)


@pytest.mark.usefixtures("registry")
def test_what_decorates_no_function() -> None:
    with pytest.raises(PackError, match="must decorate a function"):
        check("a-b", on=Route, severity=Severity.NOTE, area="a", why="w", source="s")(len)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"on": "Route"}, "on of the check 'a-b' must be a class, and is 'Route'"),
        ({"severity": "error"}, "severity of the check 'a-b' must be a Severity, and is 'error'"),
        ({"effect": "refused"}, "effect of the check 'a-b' must be an Effect, and is 'refused'"),
        ({"why": None}, "why of the check 'a-b' must be text, and is None"),
    ],
)
def test_an_argument_of_another_type(given: dict[str, Any], said: str) -> None:
    fields: dict[str, Any] = {"on": Route, "severity": Severity.NOTE, "area": "a", "why": "w", "source": "s"}
    with pytest.raises(PackError, match=said):
        check("a-b", **{**fields, **given})


@pytest.mark.usefixtures("registry")
def test_a_name_is_taken_once() -> None:
    register("a-b")
    with pytest.raises(PackError, match='"a-b"'):
        register("a-b")


def test_names_and_globs_select(registry: Registry) -> None:
    for name in ("route-a", "route-b", "stage-a"):
        register(name)
    assert registry.select([]) == set()
    assert registry.select(["route-*"]) == {"route-a", "route-b"}
    assert registry.select(["stage-a", "*-a"]) == {"route-a", "stage-a"}


@pytest.mark.parametrize("name", ["rout-a", "rout-*"])
def test_an_unknown_name_gets_the_nearest(name: str, registry: Registry) -> None:
    register("route-a")
    with pytest.raises(UnknownNameError, match='did you mean "route-a"'):
        registry.select([name])
    if "*" not in name:
        with pytest.raises(UnknownNameError, match='no check "rout-a"'):
            registry.get(name)


def test_an_unknown_name_that_nothing_resembles() -> None:
    said = unknown_name("check", "zzz", ["route-a"])
    assert '"zzz"' in said
    assert "mean" not in said
