"""The fluid forms against the paper, against each other, and under rewriting of the input."""

import doctest
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import kvratio.theory.bound
import kvratio.theory.forms
import kvratio.theory.formula
import kvratio.theory.matrices
import kvratio.theory.model
from kvratio.theory.checks import InputError
from kvratio.theory.forms import (
    A_L,
    A_MAX,
    A_MIN,
    A_MIN_STAGGERED,
    A_RANDOM,
    AREA,
    H_SF,
    Form,
    effect,
    geometric_caps,
    ratio,
    slicing,
    stages,
    tel,
    volume,
)
from kvratio.theory.matrices import coefficient, factors_float, matrix, matrix_float

DOUBLING = slicing(geometric_caps(64))
ANY_LENGTHS = [H_SF, AREA, A_RANDOM, A_MAX, A_MIN, A_MIN_STAGGERED, DOUBLING]
SCALING = [H_SF, A_RANDOM, A_MAX, A_MIN]  # made of lengths only; volumes have the + 1 of a step
named = pytest.mark.parametrize("form", ANY_LENGTHS, ids=lambda form: form.name)

prompts = st.fractions(0, 50, max_denominator=3)
histograms = st.dictionaries(st.integers(1, 30), st.integers(0, 9), min_size=1).filter(
    lambda shares: any(shares.values())
)


@pytest.mark.parametrize(
    "module",
    [
        kvratio.theory.forms,
        kvratio.theory.matrices,
        kvratio.theory.bound,
        kvratio.theory.formula,
    ],
)
def test_examples_of_the_documentation(module: object) -> None:
    assert doctest.testmod(module).failed == 0


def lemma_2(shares: dict[int, Fraction], s: Fraction, l: int, u: int) -> Fraction:  # noqa: E741
    """The numerator of the paper's Lemma 2, written independently of the stages."""

    def x(i: int) -> Fraction:
        return Fraction(shares.get(i, 0))

    total = Fraction(0)
    for k in range(l, u + 1):
        d = s + l if k == l else Fraction(1)
        upto = range(k, u + 1)
        work = sum(i * x(i) for i in upto)
        wait = sum((d + 2 * (i - k)) / (s + i) * x(i) for i in upto)
        total += d * work * wait
    return total


@given(histograms, prompts)
def test_a_min_is_lemma_2(shares: dict[int, int], s: Fraction) -> None:
    exact = {k: Fraction(x) for k, x in shares.items()}
    assert tel(A_MIN, shares, s) == lemma_2(exact, s, min(shares), max(shares))


def test_corollary_1_follows_from_lemma_2_for_general_lengths() -> None:
    s, i, j = sympy.symbols("s i j", positive=True)
    printed = i**2 / (i * j) * ((i + j) ** 2 / 2 - i**2)
    assert sympy.cancel(coefficient(A_MIN).subs(s, 0) - printed) == 0
    assert sympy.cancel(coefficient(H_SF).subs(s, 0) - i**2) == 0


def test_the_coefficient_of_a_min_does_not_depend_on_the_interval() -> None:
    assert {str(symbol) for symbol in coefficient(A_MIN).free_symbols} == {"s", "i", "j"}


@named
@pytest.mark.parametrize("s", [Fraction(0), Fraction(1), Fraction(7, 2)])
def test_matrix_arrays_and_stages_say_the_same(form: Form, s: Fraction) -> None:
    low, high = 2, 9
    exact = matrix(form, s, low, high)
    weights = [Fraction(3 * k % 5, 7) for k in range(low, high + 1)]
    shares = dict(zip(range(low, high + 1), weights, strict=True))
    by_matrix = sum(
        a * b * q
        for a, row in zip(weights, exact, strict=True)
        for b, q in zip(weights, row, strict=True)
    )
    assert by_matrix == tel(form, shares, s, (low, high))
    assert all(exact[i][j] == exact[j][i] for i in range(8) for j in range(8))
    np.testing.assert_allclose(matrix_float(form, float(s), low, high), np.array(exact, float))
    times, waits = factors_float(form, float(s), low, high)
    x = np.array(weights, float)
    assert (times @ x) @ (waits @ x) == pytest.approx(float(by_matrix))


def test_the_volume_is_that_of_the_model() -> None:
    for s in range(5):
        for k in range(1, 9):
            assert volume(k, Fraction(s)) == kvratio.theory.model.volume(s, k)


@named
def test_requests_are_conserved(form: Form) -> None:
    """Every request completes exactly once, and what is left is what has not completed."""
    s, low, high = Fraction(3), 2, 12
    for length in range(low, high + 1):
        left = Fraction(1)
        for stage in stages(form, low, high):
            one = effect(form, stage, length, s)
            assert one.left == left - one.done
            left = one.left
        assert left == 0


def test_a_form_that_loses_requests_is_noticed() -> None:
    broken = Form("broken", "", A_MIN.caps, H_SF.ends, A_MIN.passes)
    with pytest.raises(AssertionError):
        test_requests_are_conserved(broken)


@named
def test_one_length_is_one_pipeline(form: Form) -> None:
    """Equal requests, all of the lower bound: every policy is H-SF or its staggered version."""
    expected = {A_MIN_STAGGERED: AREA, AREA: AREA}.get(form, H_SF)
    if form is not DOUBLING:  # slicing must discover even a certain length
        assert tel(form, {5: 1}, 2) == tel(expected, {5: 1}, 2)
    assert tel(slicing((5,)), {5: 1}, 2) == tel(AREA, {5: 1}, 2)


@given(histograms, prompts)
def test_no_form_is_below_the_area_bound(shares: dict[int, int], s: Fraction) -> None:
    for form in ANY_LENGTHS:
        assert ratio(form, AREA, shares, s) >= 1


@given(histograms, prompts, st.integers(2, 5))
def test_scaling_all_lengths_with_the_prompt(shares: dict[int, int], s: Fraction, c: int) -> None:
    scaled = {c * k: x for k, x in shares.items()}
    for form in SCALING:
        assert tel(form, scaled, c * s) == c**2 * tel(form, shares, s)


@given(histograms, prompts, st.integers(2, 9))
def test_counts_and_shares_give_one_ratio(shares: dict[int, int], s: Fraction, c: int) -> None:
    for form in ANY_LENGTHS:
        assert tel(form, {k: c * x for k, x in shares.items()}, s) == c**2 * tel(form, shares, s)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), prompts, st.randoms())
def test_permuting_and_merging_requests(lengths: list[int], s: Fraction, rng: object) -> None:
    shuffled = list(lengths)
    rng.shuffle(shuffled)
    merged = {k: lengths.count(k) for k in lengths}
    permuted = {k: shuffled.count(k) for k in shuffled}
    assert all(tel(f, merged, s) == tel(f, permuted, s) for f in ANY_LENGTHS)


@given(histograms, prompts)
def test_lengths_of_share_zero_change_nothing(shares: dict[int, int], s: Fraction) -> None:
    hull = (min(shares), max(shares))
    padded = {k: shares.get(k, 0) for k in range(hull[0], hull[1] + 1)}
    assert all(tel(f, shares, s, hull) == tel(f, padded, s) for f in ANY_LENGTHS)


def test_a_l_is_theorem_7() -> None:
    l, u, x, y = 3, 7, Fraction(2, 3), Fraction(1, 3)  # noqa: E741
    a = Fraction(l, u)
    printed = u**2 * (a**2 * x**2 + 3 * a**2 * x * y + (2 * a**2 + 1) * y**2)
    assert tel(A_L, {l: x, u: y}, 0) == printed
    assert len(matrix(A_L, 0, l, u)) == 2


@given(st.sets(st.integers(1, 40), min_size=1, max_size=6), histograms, prompts)
def test_slicing_simulated_request_by_request(
    caps: set[int], shares: dict[int, int], s: Fraction
) -> None:
    """Independent account: each completion waits for the earlier stages and half of its own."""
    ladder = sorted(caps | {max(shares)})
    clock = total = Fraction(0)
    for after, cap in pairwise([0, *ladder]):
        taking = {k: x for k, x in shares.items() if k > after}
        length_of_stage = sum((x * volume(min(k, cap), s) for k, x in taking.items()), Fraction(0))
        done = sum(x for k, x in taking.items() if k <= cap)
        total += done * (clock + length_of_stage / 2)
        clock += length_of_stage
    assert tel(slicing(ladder), shares, s) == 2 * total


@pytest.mark.parametrize(
    ("shares", "s", "within", "word"),
    [
        ({}, 0, None, "at least one length"),
        ({1: 0}, 0, None, "at least one positive share"),
        ({1: -1, 2: 3}, 0, None, "at least 0"),
        ({1: 0.5}, 0, None, "an exact rational number"),
        ({0: 1}, 0, None, "at least 1"),
        ({1: 1}, -1, None, "s: .*got -1"),
        ({3: 1}, 0, (4, 2), "u: .*got 2"),
        ({5: 1}, 0, (1, 4), "at most 4"),
    ],
)
def test_bad_input_is_named(
    shares: dict[int, int], s: int, within: tuple[int, int] | None, word: str
) -> None:
    with pytest.raises(InputError, match=word):
        tel(A_MIN, shares, s, within)


def test_forms_refuse_what_they_are_not_defined_for() -> None:
    with pytest.raises(InputError, match="the lengths 1 and 4 only"):
        tel(A_L, {1: 1, 2: 1, 4: 1}, 0)
    with pytest.raises(InputError, match="a last cap of at least u = 9"):
        tel(slicing((1, 2, 4)), {9: 1}, 0)
    with pytest.raises(InputError, match="strictly ascending"):
        slicing((2, 2))
    with pytest.raises(InputError, match="rational function"):
        coefficient(DOUBLING)
    with pytest.raises(InputError, match="rational function"):
        coefficient(A_MIN_STAGGERED)
