from datetime import UTC, date, datetime

import pytest

from wsconform.wiring.functions.runtimes import is_known, lifecycle, may_be_newer, nearest_runtime, today


def test_today_is_that_of_the_clock_or_of_the_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")
    assert today() == date(2026, 11, 22)
    for nonsense in ("soon", "", "9" * 30, "9" * 5000):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", nonsense)
        assert today() == datetime.now(tz=UTC).date()


def test_the_life_of_a_runtime_ends_and_has_a_successor() -> None:
    life = lifecycle("nodejs8.10")
    assert life is not None
    assert (life.deprecated, life.blocked, life.successor) == (date(2020, 3, 6), date(2020, 2, 4), "nodejs24.x")
    assert lifecycle("nodejs26.x") is None
    assert lifecycle("cobol") is None


@pytest.mark.parametrize("runtime", ["nodejs24.x", "java8.al2023", "provided", "go1.x", "python3.15"])
def test_known_runtimes(runtime: str) -> None:
    assert is_known(runtime)
    assert not may_be_newer(runtime)


@pytest.mark.parametrize(
    ("runtime", "newer"),
    [
        ("nodejs28.x", True),
        ("nodejs28", False),
        ("nodejs9.x", False),
        ("python3.16", True),
        ("python4.0", False),
        ("java26", True),
        ("java29.al2023", True),
        ("dotnet12", True),
        ("ruby4.1", True),
        ("ruby1.0", False),
        ("rust1", False),
        ("", False),
    ],
)
def test_a_version_may_be_newer_than_the_table(*, runtime: str, newer: bool) -> None:
    assert not is_known(runtime)
    assert may_be_newer(runtime) is newer


@pytest.mark.parametrize(
    ("runtime", "near"),
    [("nodejs24", "nodejs24.x"), ("Python3.13", "python3.13"), ("node22.x", "nodejs22.x"), ("cobol", None)],
)
def test_the_nearest_runtime_is_one_to_make_functions_with(
    runtime: str, near: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795305600")
    assert nearest_runtime(runtime) == near
