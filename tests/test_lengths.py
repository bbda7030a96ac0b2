"""Distributions of lengths: probabilities, moments, truncation and sampling agree."""

import doctest
from fractions import Fraction

import pytest

import kvratio.theory.lengths
from kvratio.theory.checks import InputError
from kvratio.theory.lengths import (
    Lengths,
    explicit,
    geometric,
    linear_geometric,
    two_point,
    uniform,
)

FINITE = [
    two_point(3, 11, "2/7"),
    uniform(2, 9),
    explicit({1: 5, 4: 0, 6: 2}),
    two_point(4, 4, "1/2"),
]
ENDLESS = [geometric("2/3"), linear_geometric("3/5")]
every = pytest.mark.parametrize("lengths", FINITE + ENDLESS, ids=repr)


def test_examples_of_the_documentation() -> None:
    assert doctest.testmod(kvratio.theory.lengths).failed == 0


@every
def test_survival_is_the_sum_of_the_tail(lengths: Lengths) -> None:
    assert lengths.survival(lengths.low) == 1
    for k in range(20):
        assert lengths.survival(k) - lengths.survival(k + 1) == lengths.pmf(k)


@pytest.mark.parametrize("lengths", FINITE, ids=repr)
def test_moments_of_finite_distributions(lengths: Lengths) -> None:
    shares = lengths.shares()
    assert sum(shares.values()) == 1
    assert sum(k * x for k, x in shares.items()) == lengths.mean
    assert sum(k**2 * x for k, x in shares.items()) == lengths.second_moment
    assert lengths.variance >= 0


@pytest.mark.parametrize("lengths", ENDLESS, ids=repr)
def test_moments_of_endless_distributions(lengths: Lengths) -> None:
    """The partial sum to N misses at most a geometric tail: P(k + 1) k'^2 <= c P(k) k^2, c < 1."""
    n = 150
    terms = [k**2 * lengths.pmf(k) for k in range(1, n + 1)]
    assert terms[-1] < terms[-2]
    c = terms[-1] / terms[-2]  # the ratio of successive terms only falls
    rest = terms[-1] * c / (1 - c)
    assert 0 < lengths.second_moment - sum(terms) < rest < Fraction(1, 10**15)
    first = lengths.mean - sum(k * lengths.pmf(k) for k in range(1, n + 1))
    assert 0 < first < rest


@every
def test_truncation_is_conditioning(lengths: Lengths) -> None:
    cut = lengths.truncated(5)
    kept = 1 - lengths.survival(6)
    assert all(cut.pmf(k) == lengths.pmf(k) / kept for k in range(1, 6))
    assert cut.survival(6) == 0


@pytest.mark.parametrize(
    ("build", "word"),
    [
        (lambda: geometric(0), "above 0"),
        (lambda: geometric("3/2"), "below 1"),
        (lambda: geometric(0.5), "an exact rational"),
        (lambda: linear_geometric(1), "below 1"),
        (lambda: two_point(5, 4, "1/2"), "u: .*got 4"),
        (lambda: two_point(0, 4, "1/2"), "l: .*got 0"),
        (lambda: uniform(3, 2), "u: .*got 2"),
        (lambda: explicit({}), "at least one length"),
        (lambda: explicit({2: -1}), "at least 0"),
        (lambda: geometric("1/2").shares(), "truncate it first"),
        (lambda: uniform(3, 5).truncated(2), "at least 3"),
    ],
)
def test_bad_input_is_named(build: object, word: str) -> None:
    with pytest.raises(InputError, match=word):
        build()
