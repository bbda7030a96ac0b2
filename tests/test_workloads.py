"""Built-in workloads: their laws against exact theory, their bytes, and their limits."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

from kvratio.simulate import workloads
from kvratio.simulate.workloads import LMSYS_OUTPUT, LMSYS_PROMPT, Requests, synthetic
from kvratio.theory import lengths
from kvratio.theory.checks import InputError

SCALE = 1 << 63


class Scripted(np.random.Generator):
    """A generator whose draws are given: laws are then seen without chance."""

    def __init__(self, *draws: Any) -> None:
        super().__init__(np.random.PCG64(0))
        self.draws = list(draws)

    def integers(self, *_: Any, **__: Any) -> Any:
        return self.draws.pop(0)


@pytest.mark.parametrize("q", [Fraction(1, 5), Fraction(3, 7), Fraction(0), Fraction(1)])
def test_two_point_is_long_in_exactly_the_share_q_of_all_draws(q: Fraction) -> None:
    every = Scripted(np.arange(q.denominator))
    drawn = workloads.two_point(every, q.denominator, 5, 20, q).tolist()
    assert Fraction(drawn.count(20), len(drawn)) == q
    assert drawn.count(5) + drawn.count(20) == len(drawn)


def test_histogram_has_exactly_its_weights_over_all_draws() -> None:
    weights = {4: 3, 9: 0, 1: 2}
    drawn = workloads.histogram(Scripted(np.arange(5)), 5, weights)
    assert Counter(drawn.tolist()) == {4: 3, 1: 2}


@pytest.mark.parametrize("q", ["1/2", "9/10", "3/7", "99/100", "1/1000"])
@pytest.mark.parametrize("name", ["geometric", "linear_geometric"])
def test_inversion_splits_at_the_exact_cumulative_probabilities(name: str, q: str) -> None:
    """The draws below 2^63 P(o <= k), rounded up, and no others, give lengths up to k."""
    law = getattr(lengths, name)(q)
    thresholds = []
    while not thresholds or thresholds[-1] < SCALE:
        beyond = law.survival(len(thresholds) + 2)  # P(o > k) with k = len + 1
        thresholds.append(SCALE - int(beyond * SCALE))
    around = [t - d for t in thresholds for d in (1, 0)][:-1]  # 2^63 itself is never drawn
    rng = Scripted(np.array(around, dtype=np.uint64))
    drawn = getattr(workloads, name)(rng, len(around), Fraction(q)).tolist()
    # of two equal thresholds, the length between them has no draw at all
    expected = [1 + sum(t <= draw for t in thresholds) for draw in around[:: len(around) // 40 + 1]]
    assert drawn[:: len(around) // 40 + 1] == expected
    assert drawn[0] == 1


def chi_square(sample: Sequence[int], law: lengths.Lengths) -> float:
    """The p-value of a sample; lengths with fewer than 10 expected draws are pooled."""
    n, counts = len(sample), Counter(sample)
    observed, expected = [], []
    k = law.low
    while law.survival(k) * n >= 20 and law.survival(k + 1) * n >= 10:
        observed.append(counts.pop(k, 0))
        expected.append(float(law.pmf(k) * n))
        k += 1
    observed.append(sum(counts.values()))
    expected.append(float(law.survival(k) * n))
    kept = [(o, e) for o, e in zip(observed, expected, strict=True) if e or o]
    return float(chisquare(*zip(*kept, strict=True)).pvalue)


LAWS = {
    "two-point:l=5,u=20,q=0.2": lengths.two_point(5, 20, "1/5"),
    "geometric:q=0.9": lengths.geometric("9/10"),
    "linear-geometric:q=0.9": lengths.linear_geometric("9/10"),
    "uniform:l=50,u=90": lengths.uniform(50, 90),
    "survival:u=4": lengths.explicit({1: 70, 2: 14, 3: 6, 4: 15}),
    "histogram:5=8,20=2,7=0": lengths.explicit({5: 8, 20: 2}),
}


@pytest.mark.parametrize("spec", LAWS)
def test_samples_follow_their_law(spec: str) -> None:
    p_value = chi_square(synthetic(spec, 20_000, seed=1).output, LAWS[spec])
    assert 1e-4 < p_value < 1 - 1e-9


def test_the_chi_square_test_can_fail() -> None:
    sample = synthetic("geometric:q=0.9", 20_000, seed=1).output
    assert chi_square(sample, lengths.geometric("91/100")) < 1e-6
    assert chi_square(sample, lengths.linear_geometric("9/10")) < 1e-6


def exact_law(bins: Sequence[tuple[int, int]]) -> lengths.Explicit:
    """Weight over bins, uniform within each; bins are (last length, weight)."""
    firsts = [1, *(last + 1 for last, _ in bins)]
    return lengths.explicit(
        {
            k: Fraction(weight, last - first + 1)
            for first, (last, weight) in zip(firsts, bins, strict=False)
            for k in range(first, last + 1)
        }
    )


# arXiv 2508.14544, section 6: shortest, longest, median, mean, variance
PUBLISHED = {"output": (1, 883, 43, 85, 9702), "prompt": (1, 468, 11, 41, 4961)}
FITTED = {"output": LMSYS_OUTPUT, "prompt": LMSYS_PROMPT}
WORST_ERROR = Fraction(2, 10_000)  # of mean and variance, as stated beside the tables


@pytest.mark.parametrize("column", PUBLISHED)
def test_lmsys_meets_the_published_statistics(column: str) -> None:
    law = exact_law(FITTED[column])
    low, high, median, mean, variance = PUBLISHED[column]
    assert (law.low, law.high) == (low, high)
    assert law.survival(median) > Fraction(1, 2) >= law.survival(median + 1)
    assert abs(law.mean / mean - 1) <= WORST_ERROR
    assert abs(law.variance / variance - 1) <= WORST_ERROR


@pytest.mark.parametrize("column", PUBLISHED)
def test_lmsys_samples_follow_the_fitted_law(column: str) -> None:
    sample = getattr(synthetic("lmsys", 20_000, seed=2), column)
    assert 1e-4 < chi_square(sample, exact_law(FITTED[column])) < 1 - 1e-9


def test_bins_are_drawn_by_weight_and_filled_from_first_to_last_length() -> None:
    bins = ((2, 1), (7, 2))
    for offset, expected in ((np.zeros(3, int), [2, 7, 7]), (np.array([1, 4, 4]), [1, 3, 3])):
        assert workloads.binned(Scripted(np.arange(3), offset), 3, bins).tolist() == expected


def test_poisson_arrivals_are_ordered_uniform_and_leave_the_lengths_alone() -> None:
    timed, batch = (synthetic(f"geometric:q=0.9{r}", 20_000, seed=5) for r in (",rate=4", ""))
    assert timed.output == batch.output
    assert batch.arrival is None
    assert timed.arrival is not None
    assert list(timed.arrival) == sorted(timed.arrival)
    assert timed.arrival[0] >= 0
    assert timed.arrival[-1] < 5000  # 20,000 requests at 4 a second
    counts = Counter(int(second // 100) for second in timed.arrival)
    assert 1e-4 < chisquare([counts[k] for k in range(50)]).pvalue < 1 - 1e-9


SUPPORTS = {
    "two-point:l=5,u=20,q=0.2": (5, 20),
    "uniform:l=50,u=90": (50, 90),
    "survival:u=4": (1, 4),
    "histogram:5=8,20=2,70=0": (5, 20),
    "geometric:q=0.9": None,
    "lmsys": None,
}


@pytest.mark.parametrize("spec", SUPPORTS)
def test_the_support_is_known_where_it_is_finite(spec: str) -> None:
    assert synthetic(spec, 1, seed=0).support == SUPPORTS[spec]


def test_only_lmsys_has_prompts() -> None:
    assert set(synthetic("geometric:q=0.9", 50, seed=0).prompt or ()) == {0}
    assert min(synthetic("lmsys", 50, seed=0).prompt or ()) >= 1


ALL = (*LAWS, "lmsys", "lmsys:rate=3/7", "geometric:q=1/3,rate=1000")


def test_regression_bytes_of_all_workloads() -> None:
    """Pinned: a change here changes the numbers of everyone who reported a seed."""
    drawn = [synthetic(spec, 500, seed) for spec in ALL for seed in (0, 1)]
    content = repr([(r.output, r.prompt, r.arrival and [*map(str, r.arrival)]) for r in drawn])
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert digest == "aff04d7bc354bf0e33b446f11e7e0f25da269158a1239477327c97f994614efc"


def test_same_seed_same_requests_and_another_seed_others() -> None:
    for spec in ALL:
        assert synthetic(spec, 200, seed=3) == synthetic(spec, 200, seed=3)
        assert synthetic(spec, 200, seed=3).output != synthetic(spec, 200, seed=4).output


BAD = [
    ("nothing", "one of geometric, histogram"),
    ("", "one of geometric"),
    ("two-point", "exactly the keys l, q, u"),
    ("two-point:l=5,u=20", "exactly the keys l, q, u"),
    ("two-point:l=5,u=20,q=0.2,x=1", "exactly the keys l, q, u"),
    ("two-point:l=5,u=20,q=0.2,", "NAME:key=value"),
    ("two-point:l=5,l=6,u=20,q=0.2", "each key once"),
    ("two-point:l=5,u=4,q=0.2", "u: .*got 4"),
    ("two-point:l=0,u=4,q=0.2", "l: .*got 0"),
    ("two-point:l=a,u=4,q=0.2", "a whole number"),
    ("two-point:l=5,u=20,q=1.2", "at most 1"),
    ("two-point:l=5,u=20,q=0.1234567890123456789012345", "denominator"),
    ("two-point:l=5,u=99999999999999999999,q=0.5", "at most 1000000000"),
    ("uniform:l=5,u=99999999999999999999", "at most 1000000000"),
    ("geometric:q=1", "below 1"),
    ("geometric:q=0", "above 0"),
    ("geometric:q=nan", "an exact rational number"),
    ("geometric:q=1e-999999999", "an exact rational number"),
    ("geometric:q=0.9999999", "tail vanishes"),
    ("geometric:q=0.9,rate=0", "rate: .*got '0'"),
    ("geometric:q=0.9,rate=1e-30", "rate: .*got '1e-30'"),
    ("histogram:", "positive sum of weights"),
    ("histogram:5=0", "positive sum of weights"),
    ("histogram:5=-1", "at least 0"),
    ("histogram:0=1", "at least 1"),
    ("histogram:a=1", "length of workload"),
    ("histogram:5=1.5", "a whole number"),
    ("histogram:5=8,05=3", "each length once"),
    ("histogram:5=9223372036854775807,6=1", "at most 9223372036854775807"),
    ("histogram:99999999999999999999=1", "at most 1000000000"),
    ("lmsys:q=1", r"exactly the keys \(none\)"),
]


@pytest.mark.parametrize(("spec", "words"), BAD)
def test_bad_workloads_are_named(spec: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        synthetic(spec, 5, seed=0)
    assert re.search(words, str(caught.value))


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (-1, 0), (10**12, 0), (5, -1)])
def test_counts_and_seeds_are_checked(count: int, seed: int) -> None:
    with pytest.raises(InputError):
        synthetic("lmsys", count, seed)


def test_timed_steps_are_the_floor_of_second_times_rate_exactly() -> None:
    """0.1 * 30 is 3 exactly, where doubles give 3.0000000000000004 or 2.9999999999999996."""
    seconds = tuple(map(Fraction, ("0", "0.1", "0.0999999", "0.2", "1.7")))
    source = Requests("s", (1,) * 5, (0,) * 5, seconds)
    assert source.instance(9, (1, 2), rate=Fraction(30)).arrival == (0, 3, 2, 6, 51)
    assert source.instance(9, (1, 2), rate=Fraction(10, 3)).arrival == (0, 0, 0, 0, 5)
    assert source.instance(9, (1, 2)).arrival == (0,) * 5


def test_what_an_instance_needs_is_asked_for() -> None:
    with pytest.raises(InputError, match="a common prompt length"):
        Requests("s", (3,)).instance(9, (1, 3))
    with pytest.raises(InputError, match="arrival times"):
        Requests("s", (3,)).instance(9, (1, 3), prompt=1, rate=Fraction(1))
    assert Requests("s", (3,), (4,)).instance(9, (1, 3), prompt=1).prompt == (1,)
