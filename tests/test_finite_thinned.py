"""Thinned A_min at finite size: its expected latency and its evictions against the bound."""

from fractions import Fraction
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvratio.simulate.kernel import run as kernel
from kvratio.simulate.policies import POLICIES
from kvratio.theory.checks import InputError
from kvratio.theory.finite.policies import mean_bound
from kvratio.theory.finite.thinned import a_min_thinned, bounds, cuts, smallest_memory, terms
from kvratio.theory.forms import A_MIN, batch_charge, tel
from kvratio.theory.model import Instance

THINNED = POLICIES["a-min-thinned"]
SEEDS = 12


def instance(counts: dict[int, int], s: int, memory: int) -> Instance:
    outputs = [k for k, n in counts.items() for _ in range(n)]
    return Instance.of(memory, outputs, prompt=s, interval=(min(outputs), max(outputs)))


@pytest.mark.parametrize(
    ("counts", "s", "memory"),
    [({1: 900, 2: 900}, 0, 60), ({1: 2000, 2: 2000}, 0, 600), ({2: 400, 3: 400}, 4, 700)],
)
def test_means_over_seeds_are_below_the_bound(counts: dict[int, int], s: int, memory: int) -> None:
    """Latency, and the number of cuts: 4 standard errors above the mean are still below."""
    case, found = instance(counts, s, memory), terms(counts, s, memory, min(counts))
    assert found is not None
    runs = [kernel(case, THINNED, seed) for seed in range(SEEDS)]
    for values, bound in (
        ([float(r.tel) for r in runs], found.latency),
        ([float(len(r.schedule) - case.n) for r in runs], found.cuts),
    ):
        assert fmean(values) + 4 * stdev(values) / SEEDS**0.5 < bound
    assert mean_bound("a-min-thinned", case) == found.latency


def test_without_overflows_a_request_is_cut_as_often_as_derived() -> None:
    """All fit for good: no slot is ever short, so only chance of the policy's own cuts."""
    counts = {1: 100, 5: 300}
    case = instance(counts, 2, 2800)
    runs = [kernel(case, THINNED, seed) for seed in range(SEEDS)]
    mean = fmean(len(r.schedule) - case.n for r in runs)
    expected = float(300 * cuts(2, 1, 5))
    assert mean == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("s", "b", "o"), [(0, 1, 4), (3, 2, 6), (1, 5, 5)])
def test_a_life_holds_its_charge_on_average(s: int, b: int, o: int) -> None:
    """Played by hand, class after class; equals c(o) where it begins with its lower end."""
    rng, total, plays = Random(1), 0, 40_000
    for _ in range(plays):
        bound = b
        while True:
            made = 0
            while made < o and (made < bound or rng.random() < Fraction(s + made, s + made + 1)):
                made += 1
                total += s + max(bound, made)
            if made == o:
                break
            bound = made + 1
    assert total / plays == pytest.approx(batch_charge(o, s), rel=0.03)


@settings(max_examples=60, deadline=None)
@given(
    counts=st.dictionaries(st.integers(1, 3), st.integers(1, 10**6), min_size=1, max_size=3),
    s=st.integers(0, 5),
    memory=st.integers(10, 10**7),
)
def test_the_bound_is_above_the_form_and_tends_to_it(
    counts: dict[int, int], s: int, memory: int
) -> None:
    low = min(counts)
    found = terms(counts, s, memory, low)
    if found is None:
        return
    form = tel(A_MIN, counts, s, (low, max(counts))) / (2 * memory)
    assert found.latency > form
    far = 10**16
    many = {k: n * far * 10**6 for k, n in counts.items()}
    limit = terms(many, s, far, low)
    assert limit is not None
    assert limit.latency < Fraction(101, 100) * tel(A_MIN, many, s, (low, max(counts))) / (2 * far)


def test_nothing_is_lost_where_all_lengths_are_equal() -> None:
    """l = u: no cut, no overflow; 1 % less of the form, or no e, is below a run."""
    case = instance({1: 400}, 1, 5)
    tel_ = kernel(case, THINNED).tel
    bound = a_min_thinned(case)
    assert tel_ <= bound
    own = case.n
    assert tel_ > own + (bound - own) * Fraction(99, 100)
    assert tel_ > own + (bound - own) * Fraction(4, 5)  # 4/5 = (M - P + 1)/M


def test_sizes() -> None:
    assert smallest_memory(1, 2, 0, Fraction(1, 100)) == 2**24
    wide = [smallest_memory(1, 100, 0, Fraction(1, x)) for x in (10, 20, 100)]
    assert wide == sorted(wide)


def test_the_theorem_is_derived() -> None:
    assert [b.obtained for b in bounds()] == ["derived"]


def test_conditions() -> None:
    assert mean_bound("a-min-thinned", Instance.of(9, [1, 9])) is None  # M too small
    with pytest.raises(InputError, match="memory: expected more tokens"):
        a_min_thinned(Instance.of(9, [1, 9]))
    with pytest.raises(InputError, match="lower ends"):
        a_min_thinned(Instance.of(9, [2, 2], interval=[(1, 2), (2, 2)]))
    with pytest.raises(InputError, match="lower: expected at most 1, an output, got 2"):
        a_min_thinned(Instance.of(9, [1, 1], interval=(2, 2)))
