"""The look-ahead test against a count of every future step."""

from hypothesis import example, given
from hypothesis import strategies as st

from kvratio.simulate.forecast import Forecast

# (start, prompt, assumed length) of requests that run at `NOW`, or are new with start NOW
NOW = 6
RUNNING = st.tuples(st.integers(0, NOW - 1), st.integers(0, 5), st.integers(1, 9))
NEW = st.tuples(st.just(NOW), st.integers(0, 5), st.integers(1, 9))
Request = tuple[int, int, int]


def end(request: Request) -> int:
    """Assumed completion; an overdue request is charged for its next token."""
    start, _, length = request
    return max(start + length, NOW + 1)


def held(requests: list[Request], time: int) -> int:
    """P (3): tokens at `time`, everyone holding prompt + tokens made until the assumed end."""
    return sum(s + time - start for start, s, length in requests if time <= end((start, s, length)))


def fits(requests: list[Request], new: list[Request], memory: int) -> bool:
    """Does the cache fit at every step up to the last assumed completion of the new ones?"""
    last = max(map(end, new))
    return all(held([*requests, *new], time) <= memory for time in range(NOW + 1, last + 1))


@given(st.lists(RUNNING, max_size=6), st.lists(NEW, min_size=1, max_size=6), st.integers(1, 60))
@example([(0, 0, 6)], [(NOW, 0, 1)], 8)  # overdue: 7 tokens with the next, and 1
@example([(5, 1, 4), (5, 2, 4)], [(NOW, 0, 3), (NOW, 0, 3)], 17)  # four equal ends
@example([(5, 0, 8)], [(NOW, 0, 2)], 5)  # the new one ends first
def test_admits_what_fits_at_every_step(
    running: list[Request], new: list[Request], memory: int
) -> None:
    forecast = Forecast(memory)
    for request in running:
        start, s, _ = request
        forecast.add(end(request), s - start)
    admitted: list[Request] = []
    for request in new:
        start, s, _ = request
        expected = fits([*running, *admitted], [request], memory)
        assert forecast.admit(end(request), s - start) is expected
        if expected:
            admitted.append(request)
    if admitted:  # together, as P (3) asks of the whole set, when those that run fit themselves
        last = max(map(end, admitted))
        if all(held(running, time) <= memory for time in range(NOW + 1, last + 1)):
            assert fits(running, admitted, memory)


def test_a_refused_request_leaves_no_trace() -> None:
    forecast = Forecast(memory=4)
    assert not forecast.admit(end=5, held=0)
    assert forecast.admit(end=4, held=0)


def test_only_times_up_to_the_own_end_are_charged() -> None:
    # M = 4: a request of length 4 from 0 holds 4 at time 4. One of length 2 from 0 adds 1 and 2
    # at times 1 and 2 (2 + 2 fit); one of length 3 would make time 3 hold 3 + 3.
    forecast = Forecast(memory=4)
    forecast.add(end=4, held=0)
    assert not forecast.admit(end=3, held=0)
    assert forecast.admit(end=2, held=0)
    assert not forecast.admit(end=2, held=0)


def test_a_peak_at_a_running_end_before_the_new_end() -> None:
    # s = 1, M = 6: one ends at 3 (4 tokens there). From step 2 a new one holds 2 at time 3: 6.
    # From step 1 it would hold 3 there: 7, although its own end at 5 alone holds 5.
    assert not _one_running().admit(end=5, held=1 - 1)
    assert _one_running().admit(end=6, held=1 - 2)


def _one_running() -> Forecast:
    forecast = Forecast(memory=6)
    forecast.add(end=3, held=1)
    return forecast
