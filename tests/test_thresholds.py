"""A_l with a threshold: the form, its closed sums, the best threshold and the suprema."""

import doctest
from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest
import sympy

from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.forms import (
    A_L,
    A_MAX,
    A_MIN,
    A_RANDOM,
    AREA,
    H_SF,
    OWN,
    SLOTS,
    promotion,
    ratio,
    tel,
)
from kvratio.theory.lengths import geometric, linear_geometric
from kvratio.theory.matrices import matrix
from kvratio.theory.ratios import endless_thresholds, thresholds
from kvratio.theory.ratios.coverings import BestThreshold, p, precision, scaled
from kvratio.theory.ratios.endless import FAMILIES, GEOMETRIC, LINEAR
from kvratio.theory.ratios.endless_means import switch
from kvratio.theory.ratios.thresholds import READINGS, benchmark, promoted
from tests.endless_sums import ratios

LAWS = {GEOMETRIC: geometric, LINEAR: linear_geometric}
NAMES = ("thresholds", "coverings", "endless_promotion", "endless_thresholds", "endless_slots")


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_the_documentation(name: str) -> None:
    assert doctest.testmod(import_module(f"kvratio.theory.ratios.{name}")).failed == 0


# the form


@pytest.mark.parametrize("readings", READINGS)
@pytest.mark.parametrize(
    ("l", "u", "s"), [(1, 2, 0), (3, 7, 0), (3, 7, 5), (10, 11, Fraction(1, 2))]
)
def test_threshold_l_on_two_lengths_is_algorithm_6(readings, l, u, s) -> None:  # noqa: E741
    form = promotion(l, *readings)
    for short in (0, 1, 5):
        shares = {l: short, u: 2}
        assert tel(form, shares, s, (l, u)) == tel(A_L, shares, s, (l, u))


def test_threshold_u_promotes_nobody() -> None:
    for s in (0, 3):
        assert matrix(promotion(6, SLOTS, SLOTS), s, 2, 6) == matrix(A_MAX, s, 2, 6)
        assert matrix(promotion(6, OWN, OWN), s, 2, 6) == matrix(A_RANDOM, s, 2, 6)


@pytest.mark.parametrize(("first", "second"), READINGS)
def test_the_form_against_its_definition_request_by_request(first: str, second: str) -> None:
    """A request waits for half of all attempts of its own stage, and all of the stage before."""
    shares, m, u, s = {1: 2, 3: 1, 4: 5, 9: 3}, 3, 9, 2

    def attempt(length: int, slot: int, reading: str) -> int:
        return length * (s + (slot if reading == SLOTS else length))

    stage_1 = sum(x * (attempt(k, m, first) if k <= m else m * (s + m)) for k, x in shares.items())
    stage_2 = sum(x * attempt(k, u, second) for k, x in shares.items() if k > m)
    waits = sum(
        x * (Fraction(stage_1, 2) if k <= m else stage_1 + Fraction(stage_2, 2))
        for k, x in shares.items()
    )
    assert tel(promotion(m, first, second), shares, s) == 2 * waits


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: promotion(0), "threshold: .*got 0"),
        (lambda: promotion("5"), "threshold: .*got '5'"),
        (lambda: promotion(5, "short"), "first: .*got 'short'"),
        (lambda: promotion(5, OWN, "long"), "second: .*got 'long'"),
        (lambda: tel(promotion(5), {1: 1, 4: 1}, 0), "at most u = 4"),
        (lambda: promoted(LINEAR.weight, SLOTS, SLOTS, False), "truncated at some u"),
    ],
)
def test_bad_input_is_one_clear_error(call, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()


# closed sums


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
@pytest.mark.parametrize("bench", [H_SF, AREA], ids=lambda b: b.name)
def test_closed_forms_are_the_exact_values(family, bench) -> None:
    for at, m, u, s in ((Fraction(2, 3), 3, 7, Fraction(5, 2)), (Fraction(1, 5), 1, 2, 0)):
        shares = LAWS[family](at).truncated(u).shares()
        for readings in READINGS:
            closed = thresholds.ratio(family.weight, readings, bench, truncated=True)
            value = closed.at({"q": sympy.Rational(at.numerator, at.denominator), "m": m, "u": u,
                               "s": sympy.Rational(Fraction(s))})  # fmt: skip
            exact = ratio(promotion(m, *readings), bench, shares, s, (1, u))
            assert value == sympy.Rational(exact.numerator, exact.denominator)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_without_an_upper_end_it_is_the_limit_of_large_u(family) -> None:
    shares = LAWS[family]("1/2").truncated(60).shares()
    for readings in READINGS[:2]:
        closed = thresholds.ratio(family.weight, readings, H_SF, truncated=False)
        value = closed.at({"q": sympy.Rational(1, 2), "m": 3, "s": 4})
        exact = ratio(promotion(3, *readings), H_SF, shares, 4)
        assert float(value) == pytest.approx(float(exact), rel=1e-12)


# the best threshold


def test_on_geometric_lengths_the_best_threshold_is_the_mean_rounded_down() -> None:
    for at in (0.1, 0.3, 0.45, 0.6, 0.77, 0.91, 0.934, 0.9903):
        best = 1 + int(np.argmin(ratios(False, (OWN, OWN), 0, at)))
        assert best == int(1 / (1 - at))


SUPREMA = {row.id: row for family in FAMILIES for row in endless_thresholds.best_suprema(family)}


@pytest.mark.parametrize("key", SUPREMA)
def test_suprema_are_never_exceeded_and_nearly_reached(key: str) -> None:
    family = GEOMETRIC if key.startswith("geometric") else LINEAR
    first = OWN if "A_l own" in key else SLOTS
    bench = H_SF if "H-SF" in key else AREA
    value = float(SUPREMA[key].value)
    for at in (0.05, 0.2, 0.37, 0.5, 0.66, 0.8, 0.9, 0.97, 0.999):
        mean = float(LAWS[family](Fraction(str(at))).mean)
        prompt = mean if key.endswith("mean") else 0
        best = ratios(family is LINEAR, (first, OWN), prompt, at, bench).min()
        assert best < value
    assert best == pytest.approx(value, rel=3e-3)


def claim(family=LINEAR, extra=0, guess: float = 2.99) -> BestThreshold:
    parts = promoted(family.weight, OWN, OWN, False)
    base = scaled(benchmark(H_SF, family.weight, False))
    return BestThreshold(scaled(parts.value) + extra, base, scaled(parts.first), guess, 8)


def steps_that_hold(of: BestThreshold) -> list[bool]:
    with precision():
        return [of._is_minimum(), of._far(), of._near()]


def test_a_false_supremum_is_refused() -> None:
    assert steps_that_hold(claim()) == [True, True, True]
    # worse for some q away from 1: a bump at q = 1/2; worse next to 1: it falls instead of rising
    assert steps_that_hold(claim(extra=8 * p**2 * (1 - p) ** 2))[1] is False
    assert steps_that_hold(claim(extra=8 * p * (1 - p) ** 40))[2] is False
    short = replace(claim(), beyond=1)  # stage 1 up to X = 1 is not yet too long
    assert steps_that_hold(short)[0] is False
    with pytest.raises(DerivationError):
        claim(extra=8 * p**2 * (1 - p) ** 2).steps()


def test_every_prompt_on_geometric_lengths() -> None:
    top = float(endless_thresholds.every_prompt().value)
    for at in (0.2, 0.5, 0.66, 0.9, 0.99):
        m = int(1 / (1 - at))
        for s in (0, 0.5, 1, 10, 100, 10**4):
            assert ratios(False, (OWN, OWN), s, at)[m - 1] < top


# no bound in slots


def test_in_slots_the_ratio_grows_at_the_stated_rate() -> None:
    at = 0.5
    growth = [ratios(False, (SLOTS, SLOTS), 0, at, u=u).min() for u in (2**10, 2**14, 2**18)]
    rate = (1 - at) * (1 + at) ** 2 / (2 * np.log(1 / at) * (1 + at**2))  # over ln u
    steps = np.diff(growth) / (4 * np.log(2))
    assert steps == pytest.approx([rate, rate], rel=0.25)  # ln ln u still matters
    fixed = [ratios(True, (OWN, SLOTS), 0, at, u=u)[4] for u in (2**12, 2**13)]
    assert fixed[1] / fixed[0] == pytest.approx(2, rel=0.05)
    own = [ratios(True, (OWN, SLOTS), 0, at, u=u).min() for u in (2**10, 2**18)]
    assert own[0] < own[1] < ratios(True, (OWN, OWN), 0, at)[-1]


def test_which_share_is_promoted_in_slots() -> None:
    """exp(2 X) = U (1 + 2 X) + 1 - 2 X for u = U times the mean."""
    at, u = 0.99, 20_000
    found = ratios(False, (SLOTS, SLOTS), 0, at, u=u)
    x, big = (1 + int(found.argmin())) * (1 - at), u * (1 - at)
    assert np.exp(2 * x) == pytest.approx(big * (1 + 2 * x) + 1 - 2 * x, rel=0.1)


# A_min and A_l change places


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_the_switch_is_where_a_min_and_a_l_meet(family) -> None:
    at = Fraction(switch(family).value)
    for shift, a_l_wins in ((Fraction(-1, 1000), True), (Fraction(1, 1000), False)):
        shares = LAWS[family](at + shift).truncated(40).shares()
        a_min, a_l = (tel(form, shares, 0) for form in (A_MIN, promotion(1, OWN, OWN)))
        assert (a_l < a_min) is a_l_wins
