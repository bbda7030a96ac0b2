"""Thresholds of WAIT and Nested WAIT: those there are, those there cannot be, and bad input."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate.wait import segment_ends
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
