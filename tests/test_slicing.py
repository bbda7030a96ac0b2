"""Slicing: the constants 5 and 5/2, exact maxima, and what must be rejected."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import kvratio.theory.forms
from kvratio.theory import slicing
from kvratio.theory.adversary import Problem
from kvratio.theory.adversary import worst_case as dense_worst_case
from kvratio.theory.bound import DerivationError
from kvratio.theory.checks import InputError
from kvratio.theory.forms import AREA, H_SF, geometric_caps, volume
from kvratio.theory.slicing import proved_caps
from kvratio.theory.stages import (
    Case,
    StageBound,
    _neighbours,
    _nonnegative,
    best_caps,
    upper_bound,
    worst_case,
)

# Regression: maxima of a first look (../shared/theory-notes.md), to their printed digits.
NOTES = [
    (0, 20, "h-sf", 2, 2.143),
    (0, 100, "h-sf", 2, 2.299),
    (0, 400, "h-sf", 2, 2.376),
    (0, 1000, "h-sf", 2, 2.402),
    (0, 20, "area", 2, 3.85),
    (0, 100, "area", 2, 4.37),
    (0, 400, "area", 2, 4.63),
    (0, 1000, "area", 2, 4.72),
    (1, 400, "h-sf", 2, 2.52),
    (10, 400, "h-sf", 2, 3.54),
    (100, 400, "h-sf", 2, 4.71),
    (1000, 400, "h-sf", 2, 5.32),
    (0, 400, "h-sf", 4, 2.69),
    (1, 400, "h-sf", 4, 2.76),
    (10, 400, "h-sf", 4, 3.22),
    (100, 400, "h-sf", 4, 3.92),
    (1000, 400, "h-sf", 4, 4.33),
]


@pytest.mark.parametrize(("s", "u", "benchmark", "base", "printed"), NOTES)
def test_the_maxima_of_the_notes(s: int, u: int, benchmark: str, base: int, printed: float) -> None:
    value = Case(Fraction(s), 1, u, benchmark).bound(geometric_caps(u, base))
    digits = len(str(printed).split(".")[1])
    assert abs(value - printed) <= 0.6 * 10**-digits


@pytest.mark.parametrize(
    ("s", "l", "u", "benchmark", "caps"),
    [
        (Fraction(0), 1, 20, "h-sf", geometric_caps(20)),
        (Fraction(0), 1, 40, "area", (3, 11, 40)),
        (Fraction(5, 2), 3, 30, "h-sf", (3, 8, 30)),
        (Fraction(100), 2, 25, "area", proved_caps(100, 2, 25)),
        (Fraction(0), 4, 9, "h-sf", (9,)),
    ],
)
def test_bound_witness_and_dense_search_agree(
    s: Fraction,
    l: int,  # noqa: E741
    u: int,
    benchmark: str,
    caps: tuple[int, ...],
) -> None:
    case = Case(s, l, u, benchmark)
    proof, witness = upper_bound(case, caps), worst_case(case, caps)
    problem = Problem("slicing", benchmark, l, u, s, caps)
    assert problem.ratio(witness.shares) == witness.ratio
    assert witness.ratio <= proof.bound <= witness.ratio * (1 + Fraction(1, 10**9))
    assert abs(dense_worst_case(problem).ratio - witness.ratio) < Fraction(1, 10**8)


@pytest.mark.parametrize("s", [0, 1, 13, 400, 10**5, Fraction(7, 3)])
@pytest.mark.parametrize(("l", "u"), [(1, 3000), (7, 500)])
def test_five_times_the_area_bound(s: Fraction, l: int, u: int) -> None:  # noqa: E741
    proof = upper_bound(Case(Fraction(s), l, u, "area"), proved_caps(s, l, u))
    assert proof.bound < 5
    assert upper_bound(Case(Fraction(s), l, u), proved_caps(s, l, u)).bound <= proof.bound


@pytest.mark.parametrize("u", [1, 2, 3, 17, 300, 5000])
def test_five_halves_of_h_sf(u: int) -> None:
    assert upper_bound(Case(Fraction(0), 1, u), geometric_caps(u)).bound < Fraction(5, 2)


def test_five_on_random_shares() -> None:
    generator = np.random.default_rng(5)
    for _ in range(40):
        s, low = int(generator.integers(0, 60)), int(generator.integers(1, 5))
        high = low + int(generator.integers(1, 80))
        form = kvratio.theory.forms.slicing(proved_caps(s, low, high))
        lengths = generator.choice(np.arange(low, high + 1), size=2, replace=False)
        shares = {int(k): int(generator.integers(1, 100)) for k in lengths}
        within = (low, high)
        area = kvratio.theory.forms.ratio(form, AREA, shares, s, within)
        assert kvratio.theory.forms.ratio(form, H_SF, shares, s, within) <= area <= 5


def test_the_constant_is_approached() -> None:
    """Without prompts: towards 5 and 5/2 as u grows (the convergence is logarithmic)."""
    many = 2**21
    assert Case(Fraction(0), 1, many, "area").bound(geometric_caps(many)) > 4.94
    assert 2.47 < Case(Fraction(0), 1, many).bound(geometric_caps(many)) < 2.5


def test_the_caps_follow_their_rule() -> None:
    for s, low, high in ((0, 1, 1000), (7, 3, 2000), (10**6, 1, 100)):
        caps = [low - 1, *proved_caps(s, low, high)]
        assert caps[-1] == high
        for before, cap in pairwise(caps):
            most = 4 * volume(Fraction(before + 1), s)
            assert volume(Fraction(cap), s) <= most
            assert cap == high or volume(Fraction(cap + 1), s) > most


def test_descent_improves_and_is_certified() -> None:
    case = Case(Fraction(0), 1, 100)
    caps, value = best_caps(case, (geometric_caps(100), proved_caps(0, 1, 100)))
    assert value < case.bound(proved_caps(0, 1, 100)) < case.bound(geometric_caps(100))
    assert abs(float(upper_bound(case, caps).bound) - value) < 1e-9


def test_forged_stage_numbers_are_rejected() -> None:
    case, caps = Case(Fraction(0), 1, 60), geometric_caps(60)
    honest, worst = upper_bound(case, caps), worst_case(case, caps).ratio
    assert honest.holds()
    bound, minima = honest.bound, honest.minima
    forged = [
        StageBound(case, caps, worst * (1 - Fraction(1, 10**9)), minima),  # below the witness
        StageBound(case, caps, bound, minima[:-1]),
        StageBound(case, caps, bound, (minima[0] * 2, *minima[1:])),
        StageBound(case, caps, bound, (*minima[:-1], minima[-1] / 2)),
        StageBound(Case(Fraction(0), 1, 60, "area"), caps, bound, minima),
        StageBound(Case(Fraction(1), 1, 60), caps, bound, minima),
    ]
    assert not any(wrong.holds() for wrong in forged)


def test_forged_numbers_are_rejected_by_every_term() -> None:
    """One cap has no inner stage: the last term alone decides. The other cases fail in it, too."""
    one_cap = Case(Fraction(0), 1, 400)
    witness = worst_case(one_cap, (400,)).ratio
    assert witness > 1
    assert not StageBound(one_cap, (400,), Fraction(1), ()).holds()
    assert not StageBound(one_cap, (400,), witness - Fraction(1, 10**9), ()).holds()
    assert upper_bound(one_cap, (400,)).holds()
    case, caps = Case(Fraction(0), 1, 60), geometric_caps(60)
    honest = upper_bound(case, caps)
    for k in range(len(honest.minima)):  # every stage's inequality is needed
        larger = list(honest.minima)
        larger[k] += Fraction(1, 100)
        assert not StageBound(case, caps, honest.bound, tuple(larger)).holds()
    smaller = (*honest.minima[:-1], honest.minima[-1] - Fraction(1, 100))
    assert not StageBound(case, caps, honest.bound, smaller).holds(), "the last term is needed"


@pytest.mark.parametrize(
    ("a", "b", "c", "low", "high", "expected"),
    [
        (1, -4, 4, 1, None, True),  # (y - 2)^2
        (1, -4, 3, 0, None, False),  # negative only inside
        (1, -4, 3, 0, 5, False),
        (1, -4, 3, 0, 1, True),  # the minimum lies beyond
        (1, -4, 3, 3, None, True),  # and before
        (1, 0, -1, 0, None, False),  # negative at the low end
        (1, -3, 0, 0, 2, False),  # and at the high end
        (0, 1, 0, 0, None, False),  # linear up: no proof is claimed without a square
        (-1, 0, 4, 0, None, False),  # falls in the end
        (-1, 0, 4, 0, 2, True),  # concave: the ends decide
        (-1, 0, 4, 0, 3, False),
    ],
)
def test_quadratics_of_the_stages(
    a: int, b: int, c: int, low: int, high: int | None, expected: bool
) -> None:
    """By hand; a True is also looked at on a grid."""
    end = None if high is None else Fraction(high)
    assert _nonnegative(Fraction(a), Fraction(b), Fraction(c), Fraction(low), end) is expected
    if expected:
        grid = [low + Fraction(k, 100) * ((high or low + 9) - low) for k in range(101)]
        assert min((a * y + b) * y + c for y in grid) >= 0


def test_shares_between_the_caps_count() -> None:
    """With one far cap the bound needs the terms a_k: the recursion alone would be too small."""
    case = Case(Fraction(0), 1, 400)
    with pytest.raises(ArithmeticError, match="could not be verified"):
        upper_bound(case, (1, 300, 400))


def test_the_theorems_are_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    theorems = (slicing.five, slicing.five_halves, slicing.no_better)
    assert {theorem().obtained for theorem in theorems} == {"derived"}
    monkeypatch.setattr(slicing, "volume", lambda k, s: k * (2 * s + k + 5) / 2)  # a wrong volume
    with pytest.raises(DerivationError):
        slicing.five_halves()


def test_no_caps_do_better_than_five_on_a_grid() -> None:
    """Growth factors of v other than 4 have a larger limit, 1 + g / (sqrt(g) - 1) by theory."""
    many = 10**6
    case = Case(Fraction(0), 1, many, "area")
    for base in (3, 4):  # v grows by base^2
        growth = base**2
        limit = 1 + growth / (base - 1)
        assert 5 < case.bound(geometric_caps(many, base)) < limit


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Case(Fraction(-1), 1, 5), "s: expected"),
        (lambda: Case(Fraction(0), 5, 4), "u: .*got 4"),
        (lambda: Case(Fraction(0), 1, 5, "a-min"), "benchmark"),
        (lambda: Case(Fraction(0), 1, 5).bound((1, 4)), "a last cap of at least u = 5"),
        (lambda: Case(Fraction(0), 2, 5).bound((1, 5)), "a first cap of at least l = 2"),
        (lambda: proved_caps(0, 0, 5), "l: .*got 0"),
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_neighbours_differ_by_one_move() -> None:
    """Caps 3, 7 and 20: a cap moves by a power of two, is dropped, or comes between two."""
    moves = {2**e * sign for e in range(5) for sign in (1, -1)}
    expected = {tuple(sorted({3 + m, 7})) for m in moves} | {
        tuple(sorted({3, 7 + m})) for m in moves
    }
    expected |= {(7,), (3,), (2, 3, 7), (3, 5, 7), (3, 7, 13)}
    legal = {(*caps, 20) for caps in expected if all(1 <= cap < 20 for cap in caps)}
    assert set(_neighbours((3, 7, 20), Case(Fraction(0), 1, 20))) == legal
