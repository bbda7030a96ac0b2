"""A_min on general lengths: the theorems against exact maxima, and the linear-time algorithms."""

from fractions import Fraction
from math import log
from typing import Any

import pytest

from kvratio.theory import general, general_variants, survival
from kvratio.theory.adversary import Problem, worst_case
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.forms import A_MIN, A_MIN_STAGGERED, AREA, H_SF, ratio, tel, volume
from kvratio.theory.secular import enclosure, secular_root

# Regression: the maxima of a first look (../shared/theory-notes.md), to their printed digits.
NOTES = [
    (0, 20, "h-sf", 1.912),
    (0, 100, "h-sf", 2.333),
    (0, 400, "h-sf", 2.690),
    (0, 1000, "h-sf", 2.924),
    (1, 400, "h-sf", 2.87),
    (10, 400, "h-sf", 3.78),
    (100, 400, "h-sf", 6.24),
    (1000, 400, "h-sf", 9.22),
    (0, 20, "area", 2.87),
    (0, 100, "area", 3.79),
    (0, 400, "area", 4.54),
    (0, 1000, "area", 5.03),
]
STAGGERED_NOTES = [
    (0, 20, "h-sf", 1.808),
    (0, 100, "h-sf", 2.195),
    (0, 400, "h-sf", 2.532),
    (0, 1000, "h-sf", 2.757),
    (0, 20, "area", 2.62),
    (0, 100, "area", 3.46),
    (0, 400, "area", 4.18),
    (0, 1000, "area", 4.65),
]
POLICY_NOTES = [
    *(("a-min", *row) for row in NOTES),
    *(("a-min-staggered", *row) for row in STAGGERED_NOTES),
]
CASES = [
    (Fraction(0), 1, 2),
    (Fraction(0), 1, 30),
    (Fraction(0), 7, 40),
    (Fraction(3), 1, 30),
    (Fraction(5, 2), 4, 25),
    (Fraction(1000), 2, 30),
]


@pytest.mark.parametrize(("policy", "s", "upper", "benchmark", "printed"), POLICY_NOTES)
def test_the_maxima_of_the_notes(
    policy: str, s: int, upper: int, benchmark: str, printed: float
) -> None:
    low = survival.worst_case(s, 1, upper, benchmark, policy).ratio
    digits = len(str(printed).split(".")[1])
    assert abs(float(low) - printed) <= 0.6 * 10**-digits


@pytest.mark.parametrize(("s", "l", "u"), CASES)
def test_the_enclosure_holds_the_maximum(s: Fraction, l: int, u: int) -> None:  # noqa: E741
    low, high = enclosure(s, l, u)
    top = survival.upper_bound(s, l, u).bound
    assert low <= top * (1 + Fraction(1, 10**11))
    assert survival.worst_case(s, l, u).ratio <= high
    assert high - low <= Fraction(u - l) / (2 * (s + u)) + Fraction(1, 10**11)


@pytest.mark.parametrize(("s", "l", "u"), CASES)
def test_the_tails_of_the_theorem_reach_the_lower_side(
    s: Fraction,
    l: int,  # noqa: E741
    u: int,
) -> None:
    root = secular_root(s, l, u)[0]
    tails = {l: 1 / (root * l + s)}
    tails |= {k: 1 / (root * (s + 2 * k - 1) + s) for k in range(l + 1, u + 1)}
    shares = {k: tails[k] - tails.get(k + 1, Fraction(0)) for k in tails}
    assert min(shares.values()) > 0
    assert ratio(A_MIN, H_SF, shares, s) >= (1 + root) / 2


def test_without_prompts_lambda_is_an_odd_harmonic_sum() -> None:
    for low, high in ((1, 50), (6, 90)):
        below, above = secular_root(0, low, high)
        exact = 1 + sum(Fraction(1, 2 * k - 1) for k in range(low + 1, high + 1))
        assert below <= exact <= above
        bottom, top = enclosure(0, low, high)
        assert 1 + log((2 * high + 1) / (2 * low + 1)) / 4 <= bottom + Fraction(1, 10**12)
        assert top <= 1.5 + log(high / low) / 4


def test_long_prompts_reach_the_square_root() -> None:
    low, high = enclosure(10**7, 1, 100)
    assert abs(low - Fraction(11, 2)) < Fraction(1, 1000)
    assert high - low < Fraction(1, 10_000)
    two_lengths = ratio(A_MIN, H_SF, {1: 10, 100: 1}, 10**7)  # shares as the theorem says
    assert abs(two_lengths - Fraction(11, 2)) < Fraction(1, 1000)


def test_two_lengths_and_prompts_as_in_the_notes() -> None:
    """Regression: lengths 1 and 100; P's Theorem 6 says 1.495 for every prompt."""
    for s, printed in ((1, 1.69), (10, 2.53), (100, 4.30), (1000, 5.31)):
        case = Problem("a-min", "h-sf", 1, 100, Fraction(s), lengths=(1, 100))
        assert abs(float(worst_case(case).ratio) - printed) <= 0.006


def test_staggered_starts_save_at_most_one_h_sf() -> None:
    for shares in ({1: 5, 9: 1}, {4: 3, 5: 1, 30: 2}, {20: 1}):
        for s in (0, 1, 7):
            low = min(shares)
            gap = tel(A_MIN, shares, s) - tel(A_MIN_STAGGERED, shares, s)
            factor = max(Fraction(1, 2), Fraction(low - 1, s + low))
            assert 0 <= gap <= factor * tel(H_SF, shares, s)


def test_every_result_is_derived_and_checked() -> None:
    results = [*general.bounds(), *general_variants.bounds(maxima=[])]
    kinds = {bound.id: bound.obtained for bound in results}
    assert kinds.pop("general/A_min/H-SF/trace") == "cited"  # positive definiteness is P's Lemma 3
    assert set(kinds.values()) == {"derived"}


def test_a_wrong_decomposition_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    general.decomposition.cache_clear()
    monkeypatch.setattr(general, "A_MIN", A_MIN_STAGGERED)
    with pytest.raises((DerivationError, InputError)):
        general.decomposition()


def test_a_wrong_benchmark_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(general_variants, "batch_charge", volume)
    with pytest.raises(DerivationError):
        general_variants.trace_bound()


def test_numbers_are_certified_on_both_sides() -> None:
    found = general_variants.maximum("a-min", 0, 1, 50, "area")
    assert found.obtained == "certified"
    low = survival.worst_case(0, 1, 50, "area")
    assert low.ratio == ratio(A_MIN, AREA, low.shares, 0)


@pytest.mark.parametrize("s", [Fraction(0), Fraction(7, 3), Fraction(50)])
@pytest.mark.parametrize("benchmark", ["h-sf", "area"])
@pytest.mark.parametrize("policy", survival.POLICIES)
def test_linear_time_agrees_with_the_dense_search(s: Fraction, benchmark: str, policy: str) -> None:
    fast = survival.worst_case(s, 2, 30, benchmark, policy)
    problem = Problem(policy, benchmark, 2, 30, s)
    assert problem.ratio(fast.shares) == fast.ratio
    dense = worst_case(problem).ratio
    assert dense <= survival.upper_bound(s, 2, 30, benchmark, policy).bound
    assert abs(dense - fast.ratio) < Fraction(1, 10**8)


def test_multipliers_that_prove_too_much_are_rejected() -> None:
    c = survival.Coefficients.of(0, 1, 40, "h-sf")
    honest = survival.upper_bound(0, 1, 40)
    worst = survival.worst_case(0, 1, 40).ratio
    assert honest.holds(c)
    forged = [
        survival.Multipliers(worst * (1 - Fraction(1, 10**12)), honest.rho),  # below the witness
        survival.Multipliers(honest.bound, honest.rho[:-1]),
        survival.Multipliers(honest.bound, (0,) * 40),
        survival.Multipliers(honest.bound, honest.rho[::-1]),
        survival.Multipliers(Fraction(1, 2), honest.rho),  # some g_k < 0
    ]
    assert not any(wrong.holds(c) for wrong in forged)
    assert not honest.holds(survival.Coefficients.of(1, 1, 40, "h-sf"))
    staggered = survival.upper_bound(0, 1, 40, "h-sf", "a-min-staggered")
    assert staggered.bound < worst
    assert not staggered.holds(c)


def test_where_the_linear_time_method_ends_it_says_so() -> None:
    with pytest.raises(ArithmeticError, match=r"use kvratio.theory\.adversary"):
        survival.worst_case(0, 1, 2, "area")


def test_ten_thousand_lengths_in_seconds() -> None:
    proof = survival.upper_bound(0, 1, 10_000)
    assert 0 < proof.bound - survival.worst_case(0, 1, 10_000).ratio < Fraction(1, 10**12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0, 5, "h-sf"), "l: .*got 0"),
        ((0, 5, 4, "h-sf"), "u: .*got 4"),
        ((-1, 1, 4, "h-sf"), "s: .*got -1"),
        ((0, 1, 4, "a-min"), "benchmark: .*got 'a-min'"),
        ((0, 1, 4, "h-sf", "a-max"), "policy: .*got 'a-max'"),
    ],
)
def test_bad_input(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        survival.worst_case(*arguments)
