from hypothesis import given
from hypothesis import strategies as st

from wsconform.local.gateway.timers import Timers

Steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 9), st.integers(0, 100)),
        st.tuples(st.just("cancel"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("due"), st.just(0), st.integers(0, 100)),
    ),
    max_size=300,
)


@given(Steps)
def test_timers_are_a_sorted_dictionary(steps: list[tuple[str, int, int]]) -> None:
    timers, model = Timers(), dict[int, float]()
    for what, key, at in steps:
        if what == "set":
            timers.set(key, at)
            model[key] = at
        elif what == "cancel":
            timers.cancel(key)
            model.pop(key, None)
        else:
            due = [one for one in timers.due(at) if isinstance(one, int)]
            expected = [one for one, when in model.items() if when <= at]
            assert set(due) == set(expected)
            assert [model[one] for one in due] == sorted(model[one] for one in expected)
            for one in expected:
                del model[one]
        assert len(timers) == len(model)
        assert timers.next() == min(model.values(), default=None)


def test_what_is_cancelled_takes_no_room() -> None:
    timers = Timers()
    for number in range(100_000):
        timers.set("always the same", float(number))
        timers.set(number, float(number))
        timers.cancel(number)
    assert len(timers) == 1
    assert len(timers._heap) < 200  # noqa: SLF001, nothing else shows it
