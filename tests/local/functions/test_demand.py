"""When one more worker would serve a function's events sooner."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from wsconform.local.functions import demand
from wsconform.local.functions.demand import FEW, LONG, LONGEST_WAIT, LOOKS, PATIENCE, SLOW, Demand


@dataclass
class Time:
    """The time, in seconds, and how much of it the gateway has worked."""

    now: float = 0.0
    worked: float = 0.0

    def perf_counter(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.worked


class Looked:
    """A function's demand, looked at again and again, with a gateway that works for `share` of the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, share: float = 0.1, took: float = 0.001) -> None:
        self.share = share
        self._time = Time()
        monkeypatch.setattr(demand, "time", self._time)
        monkeypatch.setattr(demand, "PROCESSORS", 2)
        self._demand = Demand()
        for _ in range(FEW):
            self._demand.took(took)

    def helps(self, *, workers: int = 1, waited: float = PATIENCE, busy: float = 0.0) -> bool:
        self._demand.look()
        self._time.now += PATIENCE
        self._time.worked += PATIENCE * self.share
        return self._demand.helps(workers=workers, waited=waited, busy=busy)


def test_events_that_do_not_wait_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked(monkeypatch, took=SLOW)
    assert not any(looked.helps(waited=PATIENCE / 2, busy=LONG) for _ in range(2 * LOOKS))


def test_a_handler_that_waits_for_something_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Looked(monkeypatch, took=SLOW).helps(workers=5)
    assert Looked(monkeypatch).helps(workers=5, busy=LONG)


def test_a_quick_handler_gets_as_many_as_there_are_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked(monkeypatch)
    assert [looked.helps() for _ in range(LOOKS)] == [False] * (LOOKS - 1) + [True]
    assert not any(looked.helps(workers=2) for _ in range(2 * LOOKS))


def test_a_quick_handler_is_looked_at_anew_once_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked(monkeypatch)
    found = [looked.helps(waited=0.0 if number == LOOKS // 2 else PATIENCE) for number in range(LOOKS)]
    assert not any(found)


def test_who_waits_for_the_gateway_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then everything takes long, and another worker would only make it longer."""
    looked = Looked(monkeypatch, share=0.9, took=SLOW)
    assert not any(looked.helps(waited=LONGEST_WAIT) for _ in range(2 * LOOKS))
    assert looked.helps(busy=LONG)


def test_who_waits_too_long_gets_one_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Looked(monkeypatch).helps(workers=2, waited=LONGEST_WAIT)
