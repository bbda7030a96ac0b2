"""Thresholds of WAIT and Nested WAIT: those there are, those there cannot be, and bad input."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate.iteration import Batch, IterationTime
from kvratio.simulate.wait import _period, segment_ends
from kvratio.simulate.wait.schedulers import NestedWait, Wait
from kvratio.simulate.wait.thresholds import (
    RequestType,
    memory_of_nested,
    memory_of_wait,
    nested_for_budget,
    wait_for_budget,
    wait_thresholds,
)
from kvratio.theory.checks import InputError

ONE = Fraction(1)


def test_overload_has_no_thresholds() -> None:
    """Proposition 1: rate x d1 x volume of 1 or more cannot be stable, with any thresholds."""
    kind = RequestType(10, 10, Fraction(100))  # volume 155
    unstable = [kind]
    d1 = 1 / (kind.rate * kind.held())
    assert wait_thresholds(unstable, lambda n: 1 + d1 * memory_of_wait(unstable, n), 10**6) is None
    assert wait_thresholds(unstable, lambda n: 1 + d1 / 2 * memory_of_wait(unstable, n), 10**6)
    assert (
        wait_thresholds(unstable, lambda n: 1 + d1 / 2 * memory_of_wait(unstable, n), 100) is None
    )


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9)), min_size=1, max_size=4),
    st.integers(60, 3000),
)
def test_thresholds_for_a_budget_use_it(rows: list[tuple[int, int]], memory: int) -> None:
    lengths = np.cumsum([o for _, o in rows]).tolist()
    kinds = [RequestType(3, o, Fraction(rate)) for o, (rate, _) in zip(lengths, rows, strict=True)]
    for choose, held in ((wait_for_budget, memory_of_wait), (nested_for_budget, memory_of_nested)):
        n = choose(kinds, memory)
        assert min(n) >= 1
        ones = (1,) * len(kinds)
        assert held(kinds, n) <= memory or held(kinds, ones) > memory or choose(kinds, 1) == n


def test_bad_thresholds_are_refused() -> None:
    for bad in (
        lambda: Wait([], lambda *_: 0),
        lambda: Wait([0], lambda *_: 0),
        lambda: NestedWait([1, 1], [4]),
        lambda: NestedWait([1, 1], [4, 4]),
        lambda: nested_for_budget([RequestType(1, 4, ONE), RequestType(1, 4, ONE)], 99),
        lambda: wait_for_budget([], 99),
        lambda: wait_thresholds([RequestType(1, 1, Fraction(0))], lambda _: ONE, 9),
    ):
        with pytest.raises(InputError):
            bad()


def test_few_lengths_are_their_own_segments() -> None:
    """Rare ones too, which no tenth of the requests ends at."""
    assert segment_ends([1] * 50 + [2, 3]) == [1, 2, 3]


def test_only_the_first_segment_starts_in_an_iteration() -> None:
    """Types of 2 and 5 tokens, prompts of 10, thresholds 3 and 2, by hand. WAIT: 3 and 2 start in
    every iteration, and 3 x 2 + 2 x 5 run. Nested: 3 start, and 3 x 2 + 2 x 3 run."""
    kinds = [RequestType(10, 2, ONE), RequestType(10, 5, ONE)]
    times = IterationTime(fixed=10**6, token=10**4, sample=3 * 10**5, cache=10**5, pair=10**3)
    for nested, batch in (
        (False, Batch(16, 5, 3 * (11 + 12) + 2 * (11 + 12 + 13 + 14 + 15), 50, 5 * 55)),
        (True, Batch(12, 3, 3 * (11 + 12) + 2 * (13 + 14 + 15), 30, 3 * 55)),
    ):
        expected = Fraction(times.nanoseconds(batch), 10**9)
        assert _period(kinds, times, nested)((3, 2)) == expected


def test_thresholds_of_the_largest_scale() -> None:
    """Types of 1 and 2 tokens at rates 1 and 4, no prompts: scale B has B / 5 and 4 B / 10 of them,
    rounded down, at least one, which hold 1 and 1 + 2 tokens each."""
    kinds = [RequestType(0, 1, ONE), RequestType(0, 2, 4 * ONE)]
    scales = [(max(1, b // 5), max(1, 2 * b // 5)) for b in range(1, 500)]
    for memory in range(4, 200):
        assert (
            wait_for_budget(kinds, memory) == [n for n in scales if n[0] + 3 * n[1] <= memory][-1]
        )
