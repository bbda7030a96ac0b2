"""Times, latencies and areas worked out by hand: what both engines share, and what is printed."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from kvratio.simulate.iteration import Batch, IterationTime
from kvratio.simulate.kernel import logs
from kvratio.simulate.kernel.build import fits
from kvratio.simulate.limits import MOST_ATTEMPTS, EvictionsError, check_attempts, patience
from kvratio.simulate.measures import Measures, _area, measure
from kvratio.simulate.policies import POLICIES
from kvratio.simulate.predictions import predict
from kvratio.simulate.timed import Distribution, Seconds
from kvratio.simulate.timing import Timing, Watch
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError
from kvratio.theory.forms import geometric_caps
from kvratio.theory.lengths import geometric
from kvratio.theory.model import Instance, Schedule, volume

SEVEN = IterationTime(fixed=7_000)  # picoseconds: every iteration takes 7 ns


def test_arrivals_are_rounded_up_to_nanoseconds() -> None:
    seconds = (Fraction(0), Fraction(1, 3), Fraction(2), Fraction(5, 10**9))
    requests = Requests("four", (1, 1, 1, 1), arrival=seconds)
    assert Timing.of(requests, SEVEN).arrival == (0, 333_333_334, 2_000_000_000, 5)
    assert Timing.of(Requests("three", (1, 1, 1)), SEVEN).arrival == (0, 0, 0)


@pytest.mark.parametrize(
    ("swap", "tokens", "nanoseconds"),
    [(None, 5, 0), (700, 0, 0), (700, 3, 3), (1_000, 4, 4), (2_500, 3, 8), (1, 1, 1)],
)
def test_swapping_is_rounded_up(swap: int | None, tokens: int, nanoseconds: int) -> None:
    assert Timing((), SEVEN, swap=swap).swapping(tokens) == nanoseconds


def test_a_watch_counts_what_passes() -> None:
    watch = Watch(SEVEN)
    assert watch.iterate(Batch(2, 1, 10, 4, 10)) == 7
    assert (watch.busy, watch.held) == (7, 7 * 10)
    assert watch.iterate(Batch(1, 0, 3, 0, 0), resting=2, swapping=5) == 19
    assert (watch.busy, watch.held) == (7 + 12, 70 + 12 * 5)
    assert watch.iterate(Batch(0, 0, 0, 0, 0), swapping=4) == 30  # a swap out, and nobody runs
    assert (watch.busy, watch.held) == (19, 130)
    assert watch.skip_to(50, cache=3) == 50
    assert watch.skip_to(60) == 60
    assert (watch.busy, watch.held) == (19, 130 + 20 * 3)
    assert watch.times == [0, 7, 19, 30, 50, 60]


def test_numbers_in_seconds() -> None:
    one = Distribution(Fraction(3 * 10**9, 2), 10**9, 2 * 10**9, 4 * 10**9)
    zero = Distribution.of(())
    half = Fraction(1, 2)
    seconds = Seconds(one, zero, zero, 2_500_000_000, Fraction(8), Fraction(3), half, half / 2)
    numbers = seconds.to_json()
    assert numbers["latency_mean_s"] == 1.5
    assert [numbers[f"latency_{p}_s"] for p in ("p50", "p95", "p99")] == [1.0, 2.0, 4.0]
    assert numbers["span_s"] == 2.5
    assert (numbers["tokens_per_second"], numbers["requests_per_second"]) == (8.0, 3.0)
    assert (numbers["busy"], numbers["mean_cache"]) == (0.5, 0.25)


def test_an_area_beyond_64_bits_is_exact() -> None:
    prompt, tokens = 1 << 41, (1 << 41) - 1
    assert _area(np.array([prompt]), np.array([tokens])) == volume(prompt, tokens) > 1 << 64
    assert _area(np.array([3, 1]), np.array([2, 5])) == 4 + 5 + 2 + 3 + 4 + 5 + 6


def test_restored_tokens_are_told_where_there_are_any() -> None:
    instance = Instance.of(10, [2], prompt=1)
    found = measure(Schedule.of([(0, 0, 2, True)]), instance)
    assert "restored_tokens" not in found.to_json()
    columns = {name: getattr(found, name) for name in found.__slots__}
    assert Measures(**{**columns, "restored_tokens": 4}).to_json()["restored_tokens"] == 4


def test_equal_steps_are_one_object_where_a_table_of_all_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three numbers: a table of less than 48 in between, and one entry more."""
    for few in (3, 4):  # fewer than three are few, and then fewer than four
        monkeypatch.setattr(logs, "FEW", few)
        for low, reach in product((300, 10**6), (0, 1, 47)):
            first, last, same = logs._shared(np.array([low + reach, low, low + reach], np.int32))
            assert (first, last, same) == (low + reach, low, low + reach)
            assert (first is same) is (few == 3)
            assert type(first) is int
        assert logs._shared(np.array([5, 53, 5])) == [5, 53, 5]
        assert logs._shared(np.array([-2, 1 << 40, -2])) == [-2, 1 << 40, -2]


def test_when_a_run_is_given_up() -> None:
    """Each of 7 output tokens may raise a bound once, and a budget of 9 is 9 steps of one token."""
    assert patience(Instance.of(9, [3, 4], prompt=2)) == 9 * 1007
    check_attempts(0)
    check_attempts(MOST_ATTEMPTS)
    with pytest.raises(EvictionsError, match="more than 10000000 attempts"):
        check_attempts(10_000_001)


@pytest.mark.parametrize(("swap", "fitting"), [(None, True), (10**11, True), (10**13, False)])
def test_swapping_all_out_and_in_fits_64_bits(swap: int | None, fitting: bool) -> None:
    instance, timing = Instance.of(10**6, [1]), Timing((0,), SEVEN, swap=swap)
    assert fits(instance, POLICIES["h-sf"], timing) is fitting


def test_a_kind_of_prediction_that_there_is_not() -> None:
    with pytest.raises(InputError, match="other:p10,p90"):
        predict("other:p10,p90", Requests("one", (5,)))


def test_caps_end_at_the_first_that_suffices() -> None:
    assert geometric_caps(8) == (1, 2, 4, 8)
    assert geometric_caps(1) == (1,)
    assert geometric_caps(10, 3) == (1, 3, 9, 27)
    with pytest.raises(InputError, match="at least 2"):
        geometric_caps(8, 1)


def test_the_second_moment_of_a_geometric_length() -> None:
    """E[o^2] = sum of k^2 (1 - q) q^(k-1)."""
    q = Fraction(2, 5)
    partial = sum(k * k * (1 - q) * q ** (k - 1) for k in range(1, 60))
    assert geometric(q).second_moment == Fraction(35, 9)
    assert 0 < Fraction(35, 9) - partial < Fraction(1, 10**18)
