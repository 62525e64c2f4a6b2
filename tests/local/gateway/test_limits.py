from hypothesis import given
from hypothesis import strategies as st

from wsconform.local.deployed.model import Throttle
from wsconform.local.gateway.limits import Bucket


@given(
    st.integers(1, 50),
    st.integers(1, 50),
    st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_never_more_than_the_burst_and_the_rate(rate: int, burst: int, pauses: list[float]) -> None:
    bucket = Bucket(Throttle(rate=rate, burst=burst))
    now, taken = 0.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take(now)
        assert taken <= burst + rate * now + 1e-6


def test_what_was_used_comes_back() -> None:
    bucket = Bucket(Throttle(rate=2, burst=3))
    assert [bucket.take(10) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(10.5) for _ in range(2)] == [True, False]
    assert [bucket.take(60) for _ in range(4)] == [True, True, True, False]


def test_without_a_rate_nothing_is_bound() -> None:
    bucket = Bucket(Throttle())
    assert all(bucket.take(1) for _ in range(100_000))


def test_a_throttle_of_nothing_lets_nothing_through() -> None:
    assert not Bucket(Throttle(rate=0, burst=0)).take(1)
    assert not Bucket(Throttle(rate=100, burst=0)).take(1)
