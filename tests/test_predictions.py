"""Predicted intervals: rounding outwards, bins, columns, and what cannot be read."""

import re
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvratio.simulate.predictions import bins, columns, common, predict, relative
from kvratio.simulate.workloads import Requests
from kvratio.theory.checks import InputError

OUTPUTS = st.lists(st.integers(1, 2000), min_size=1, max_size=20).map(tuple)


def test_one_interval_for_all_may_miss_the_truth() -> None:
    assert common(Requests("s", (1, 9)), 2, 5) == [(2, 5), (2, 5)]


def test_bins_by_hand() -> None:
    outputs = Requests("s", (1, 10, 11, 20, 21, 99))
    low, high = (1, 10), (11, 20)
    assert bins(outputs, 2, top=20) == [low, low, high, high, high, high]


@given(OUTPUTS, st.integers(1, 40), st.integers(0, 3000))
def test_bins_partition_what_lies_below_the_top(
    outputs: tuple[int, ...], count: int, more: int
) -> None:
    top = count + more
    every = bins(Requests("s", tuple(range(1, top + 1))), count, top)
    edges = sorted(set(every))
    assert len(edges) == count
    assert edges[0][0] == 1
    assert edges[-1][1] == top
    assert all(a[1] + 1 == b[0] for a, b in pairwise(edges))
    assert all(low <= o <= high for o, (low, high) in enumerate(every, start=1))
    widths = [high - low + 1 for low, high in edges]
    assert max(widths) - min(widths) <= 1
    for o, interval in zip(outputs, bins(Requests("s", outputs), count, top), strict=True):
        assert interval == (every[o - 1] if o <= top else edges[-1])


@given(OUTPUTS, st.integers(1, 40))
def test_bins_reach_the_longest_output_by_default(outputs: tuple[int, ...], count: int) -> None:
    intervals = bins(Requests("s", outputs), count)
    assert all(low <= o <= high for o, (low, high) in zip(outputs, intervals, strict=True))
    assert len({high - low for low, high in intervals}) == 1


def test_as_many_bins_as_anyone_asks_for() -> None:
    assert bins(Requests("s", (3,)), 10**12) == [(3, 3)]


@given(OUTPUTS, st.fractions(0, 3))
def test_relative_intervals_are_the_smallest_whole_ones_around(
    outputs: tuple[int, ...], x: Fraction
) -> None:
    for o, (low, high) in zip(outputs, relative(Requests("s", outputs), x), strict=True):
        assert low <= o <= high
        assert high - 1 < (1 + x) * o <= high
        assert low == 1 or low <= (1 - x) * o < low + 1
        assert low > 1 or (1 - x) * o < 2


def test_decimal_shares_are_exact() -> None:
    """1.1 * 10 is 11, where doubles give 11.000000000000002."""
    assert predict("relative:0.1", Requests("s", (10,))) == [(9, 11)]


NUMBERS = {
    "low": tuple(map(Fraction, ("2.5", "-3", "9", "0"))),
    "high": tuple(map(Fraction, ("7.2", "0.4", "4.1", "-1"))),
}


def test_columns_are_rounded_outwards_uncrossed_and_at_least_one() -> None:
    source = Requests("s", (1, 1, 1, 1), columns=NUMBERS)
    expected = [(2, 8), (1, 1), (4, 9), (1, 1)]
    assert columns(source, "low", "high") == expected
    assert columns(source, "high", "low") == expected
    assert predict("columns:low,high", source) == expected


def test_without_a_prediction_the_support_or_the_longest_output_is_known() -> None:
    assert predict(None, Requests("s", (3, 7))) == [(1, 7), (1, 7)]
    assert predict(None, Requests("s", (3, 7), support=(2, 9))) == [(2, 9), (2, 9)]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("", "L:U, bins:K"),
        ("5", "L:U, bins:K"),
        ("a:b", "L:U, bins:K"),
        ("1:2:3", "L:U, bins:K"),
        ("bins", "L:U, bins:K"),
        ("bins:a", "L:U, bins:K"),
        ("bins:1:2:3", "L:U, bins:K"),
        ("bins:0", "bins: .*got 0"),
        ("bins:5:4", "top: .*got 4"),
        ("0:5", "lower end: .*got 0"),
        ("5:1", "upper end: .*got 1"),
        ("relative:", "relative: .*got ''"),
        ("relative:-0.1", r"relative: .*got '-0\.1'"),
        ("relative:1e999999999", "an exact rational number"),
        ("columns:low", "L:U, bins:K"),
        ("columns:low,high,low", "L:U, bins:K"),
        ("columns:low,p90", "columns: expected a numeric column of s: high, low, got 'p90'"),
    ],
)
def test_bad_predictions_are_named(spec: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        predict(spec, Requests("s", (1, 1, 1, 1), columns=NUMBERS))
    assert re.search(words, str(caught.value))
